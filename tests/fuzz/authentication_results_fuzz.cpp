#include "fuzz.hpp"

#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>
#include <envelint/verdict/authentication_results.hpp>
#include <envelint/verdict/received_spf.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace envelint;
using namespace envelint::verdict;

namespace {

void require_shown(std::string_view line) {
  while (!line.empty()) {
    const text::CodePoint c = text::next_code_point(line);
    fuzz_require(c.valid && (c.value == ' ' || !text::is_hidden(c.value)), "what is written is UTF-8 that shows");
    line.remove_prefix(c.size);
  }
}

void require_field(std::string_view field) {
  fuzz_require(field.ends_with("\r\n"), "a field ends");
  field.remove_suffix(2);
  for (bool first = true;; first = false) {
    const std::size_t end = std::min(field.find("\r\n"), field.size());
    const std::string_view line = field.substr(0, end);
    const bool continues = line.starts_with(' ') && !text::trim(line).empty();
    fuzz_require(first != continues, "a field does not end before its end");
    fuzz_require(line.size() <= mail::kMaxLine, "a line is not too long");
    require_shown(line);
    if (end == field.size()) return;
    field.remove_prefix(end + 2);
  }
}

void require_read(const AuthenticationResults& read, std::size_t size) {
  for (const ResultsFault& fault : read.faults) {
    fuzz_require(fault.span.start <= fault.span.end && fault.span.end <= size, "a fault is in the field");
  }
  fuzz_require(read.results.size() <= kMaxResults && read.faults.size() <= kMaxResultsFaults, "all is bounded");
  const auto one_line = [](const std::string& text) { return text.find_first_of("\r\n") == std::string::npos; };
  bool whole = one_line(read.authserv_id);
  for (const MethodResult& one : read.results) {
    whole = whole && one_line(one.reason) && one_line(one.comment) && one.properties.size() <= kMaxProperties;
    for (const Property& each : one.properties) whole = whole && one_line(each.value);
  }
  fuzz_require(whole, "no string has a line end");
}

/// The pieces of a text between its line feeds.
std::vector<std::string> pieces(std::string_view text) {
  std::vector<std::string> out;
  while (out.size() < 8) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

// The input is a field, and at the same time the strings that a caller puts into one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz_text(data, size);
  const AuthenticationResults read = parse_authentication_results(input);
  require_read(read, size);
  require_shown(print(read));
  require_field(print_field(read));
  const AuthenticationResults again = parse_authentication_results(print(read));
  fuzz_require(parse_authentication_results(print(again)) == again, "what is printed is read as it was");
  fuzz_require(again.results.size() <= read.results.size(), "no result comes from printing");

  const std::vector<std::string> words = pieces(input);
  const std::string all(input);
  AuthenticationResults made{words[0], 1, {}, false, {}};
  made.results.push_back({"spf", {}, "fail", words[1], words[2], {{"smtp", "mailfrom", words[3]}}});
  made.results.push_back(
      {words[4], 2, words[5], all, all, {{words[6], words[7], all}, {"a", "b", all + "@c.example"}}});
  require_field(print_field(made));
  const AuthenticationResults told = parse_authentication_results(print(made));
  fuzz_require(told.faults.empty(), "what is printed has no fault");
  fuzz_require(!told.results.empty() && told.results.size() <= 2, "no string becomes a result");
  fuzz_require(told.results[0].result == "fail" && told.results[0].properties.size() == 1, "nor a property");

  spf::CheckResult result;
  result.verdict = static_cast<spf::Verdict>(size % 7);
  result.domain = words[0];
  result.mechanism = words[1];
  result.reason = all;
  require_field(received_spf_field(result, spf::CheckRequest(net::Address(), words[2], words[3]), words[4]));
  return 0;
}
