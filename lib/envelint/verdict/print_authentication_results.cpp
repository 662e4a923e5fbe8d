#include <envelint/mail/folded_field.hpp>
#include <envelint/verdict/authentication_results.hpp>
#include <envelint/verdict/field_text.hpp>

#include <fmt/format.h>

namespace envelint::verdict {
namespace {

/// Leaves room for the line breaks that folding adds.
constexpr std::size_t kMaxPrinted = kMaxResultsField / 2;

std::string version_text(const std::optional<unsigned>& version, std::string_view before) {
  constexpr unsigned kMost = 999'999'999;  // as many digits as are read
  return version && *version <= kMost ? fmt::format("{}{}", before, *version) : "";
}

/// One result with a blank before each of its parts; empty when its names are none.
std::string result_text(const MethodResult& one) {
  if (!is_keyword(one.method) || !is_keyword(one.result)) return "";
  std::string out = fmt::format(" {}{}={}", one.method, version_text(one.version, "/"), one.result);
  const std::string comment = comment_text(one.comment);
  if (!comment.empty()) out += " " + comment;
  if (!one.reason.empty()) out += " reason=" + value_text(one.reason);
  std::size_t count = 0;
  for (const Property& each : one.properties) {
    if (!is_keyword(each.ptype) || !is_keyword(each.property)) continue;
    if (++count > kMaxProperties) break;
    out += fmt::format(" {}.{}={}", each.ptype, each.property, property_text(each.value));
  }
  return out;
}

}  // namespace

std::string print(const AuthenticationResults& results) {
  std::string out = value_text(results.authserv_id.empty() ? "invalid" : results.authserv_id);
  out += version_text(results.version, " ");
  std::size_t count = 0;
  for (const MethodResult& one : results.results) {
    const std::string words = result_text(one);
    if (words.empty() || out.size() + words.size() > kMaxPrinted) continue;
    if (++count > kMaxResults) break;
    out += ";" + words;
  }
  return count == 0 ? out + "; none" : out;
}

std::string print_field(const AuthenticationResults& results) {
  mail::FoldedField out("Authentication-Results:");
  out.words(print(results));
  return out.text() + "\r\n";
}

}  // namespace envelint::verdict
