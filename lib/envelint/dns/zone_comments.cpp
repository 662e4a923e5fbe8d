#include <envelint/dns/zone_comments.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>

namespace envelint::dns {
namespace {

constexpr std::size_t kMaxCodes = 64;

std::string_view next_word(std::string_view& rest) {
  while (!rest.empty() && text::is_wsp(rest.front())) rest.remove_prefix(1);
  const std::size_t size = static_cast<std::size_t>(std::ranges::find_if(rest, text::is_wsp) - rest.begin());
  const std::string_view word = rest.substr(0, size);
  rest.remove_prefix(size);
  return word;
}

// A code or the start of some: capital letters, then up to three digits.
bool is_code_prefix(std::string_view word) {
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(word, text::is_upper) - word.begin());
  return !word.empty() && word.size() - digits <= 3 && std::ranges::all_of(word.substr(digits), text::is_digit) &&
         (digits > 0);
}

std::string upper(std::string_view word) {
  std::string out(word);
  std::ranges::transform(out, out.begin(), text::to_upper);
  return out;
}

std::vector<std::string> parse_codes(std::string_view list) {
  std::vector<std::string> codes;
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string code = upper(text::trim(list.substr(0, comma)));
    if (!is_code_prefix(code) || codes.size() == kMaxCodes) return {};
    codes.push_back(code);
    if (comma == std::string_view::npos) return codes;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

std::optional<SuppressionComment> parse_suppression(std::string_view comment) {
  while (comment.starts_with(';')) comment.remove_prefix(1);
  if (next_word(comment) != "envelint:") return std::nullopt;
  SuppressionComment out;
  const std::string_view verb = next_word(comment);
  out.whole_file = verb == "ignore-file";
  const std::size_t dashes = comment.find("--");
  if (dashes != std::string_view::npos) out.reason = std::string(text::trim(comment.substr(dashes + 2)));
  if (verb == "ignore" || out.whole_file) out.codes = parse_codes(comment.substr(0, dashes));
  return out;
}

std::optional<std::vector<std::string_view>> trouble_words(std::string_view comment) {
  if (!comment.starts_with(";!")) return std::nullopt;
  comment.remove_prefix(2);
  // A row of exclamation marks is for people.
  if (comment.empty() || !(text::is_wsp(comment.front()) || text::is_alpha(comment.front()))) return std::nullopt;
  std::vector<std::string_view> words;
  constexpr std::size_t kEnough = 4;
  while (words.size() < kEnough) {
    const std::string_view word = next_word(comment);
    if (word.empty()) break;
    words.push_back(word);
  }
  return words;
}

}  // namespace envelint::dns
