#include "receive_junit.hpp"

#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace cli {
namespace {

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : envelint::text::visible(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string case_text(const JunitCase& one) {
  const std::string head = fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(one.suite), xml(one.name));
  if (!one.failure) return head + "/>\n";
  return fmt::format("{}>\n      <failure message=\"{}\"/>\n    </testcase>\n", head, xml(*one.failure));
}

}  // namespace

std::string junit_report(const std::vector<JunitCase>& cases, std::chrono::milliseconds took) {
  const auto failures = std::ranges::count_if(cases, [](const JunitCase& one) { return one.failure.has_value(); });
  const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{}.{:03}\"", cases.size(),
                                         failures, took.count() / 1000, took.count() % 1000);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites {}>\n  <testsuite name=\"envelint receive\" {}>\n", counts, counts);
  for (const JunitCase& one : cases) out += case_text(one);
  return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace cli
