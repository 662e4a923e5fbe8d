#pragma once

#include <envelint/dmarc/record.hpp>
#include <envelint/dmarc/rules.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc_test {

using envelint::dmarc::Record;
using envelint::finding::Code;
using envelint::finding::Finding;
using envelint::finding::Findings;
using envelint::finding::Severity;

inline std::vector<Finding> check(std::string_view text, std::string_view owner = {}) {
  Findings out;
  envelint::dmarc::check(envelint::dmarc::parse(text), out, owner);
  return std::move(out).take();
}

/// The codes of errors and warnings, without the family: "022 050".
inline std::string codes(std::string_view text, Severity least = Severity::warning) {
  std::vector<std::string> found;
  for (const Finding& finding : check(text)) {
    if (finding.severity >= least) found.emplace_back(envelint::finding::entry(finding.code).id.substr(5));
  }
  std::ranges::sort(found);
  std::string out;
  for (const std::string& code : found) out += out.empty() ? code : " " + code;
  return out;
}

inline const Finding* find(const std::vector<Finding>& findings, std::string_view id) {
  const auto it = std::ranges::find_if(findings, [&](const Finding& finding) {
    return envelint::finding::entry(finding.code).id.substr(5) == id;
  });
  return it == findings.end() ? nullptr : &*it;
}

/// The text after the fix of the finding with this code, or what went wrong.
inline std::string fixed(std::string_view text, std::string_view id, std::string_view owner = {}) {
  const std::vector<Finding> findings = check(text, owner);
  const Finding* const finding = find(findings, id);
  if (finding == nullptr) return "no finding";
  return finding->fix ? envelint::finding::apply(text, finding->fix->edits) : "no fix";
}

/// The text that the finding with this code underlines.
inline std::string underlined(std::string_view text, std::string_view id) {
  const std::vector<Finding> findings = check(text);
  const Finding* const finding = find(findings, id);
  return finding == nullptr ? "no finding" : std::string(text.substr(finding->span.start, finding->span.size()));
}

}  // namespace dmarc_test
