#include <envelint/smtp/fault.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace envelint::smtp {
namespace {

constexpr std::array<std::string_view, kSteps> kNames{"connect", "hello", "starttls", "auth",
                                                      "mail",    "rcpt",  "data",     "message"};

std::optional<int> code_of(std::string_view text) {
  if (text.size() != 3 || !std::ranges::all_of(text, text::is_digit)) return std::nullopt;
  const int code = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  if (code < 400 || code > 599) return std::nullopt;
  return code;
}

Fault reply_fault(int code) {
  const std::string enhanced = code < 500 ? "4.3.0" : "5.3.0";
  return {Fault::Kind::reply, Reply(code, enhanced, "A fault that was asked for")};
}

std::optional<Fault> fault_of(std::string_view what) {
  if (const auto code = code_of(what)) return reply_fault(*code);
  if (text::iequals(what, "drop")) return Fault{Fault::Kind::drop};
  if (text::iequals(what, "silence") || text::iequals(what, "timeout")) return Fault{Fault::Kind::silence};
  return std::nullopt;
}

/// `451-data` is `451` at DATA.
std::pair<std::string_view, Step> split_step(std::string_view word) {
  constexpr std::string_view kAfterData = "-after-data";
  constexpr std::string_view kData = "-data";
  if (text::iends_with(word, kAfterData)) return {word.substr(0, word.size() - kAfterData.size()), Step::message};
  if (text::iends_with(word, kData)) return {word.substr(0, word.size() - kData.size()), Step::data};
  return {word, Step::rcpt};
}

}  // namespace

std::string_view to_string(Step step) noexcept { return kNames[static_cast<std::size_t>(step)]; }

std::optional<std::string> Faults::add(std::string_view text) {
  const std::size_t equals = text.find('=');
  const auto* const name =
      std::ranges::find_if(kNames, [&](std::string_view one) { return text::iequals(one, text.substr(0, equals)); });
  if (equals == std::string_view::npos || name == kNames.end())
    return fmt::format("`{}` is no fault; write STEP=WHAT, with one of {} for STEP", text, fmt::join(kNames, ", "));
  auto fault = fault_of(text.substr(equals + 1));
  if (!fault) return fmt::format("`{}`: write a code from 400 to 599, `drop` or `silence` behind the `=`", text);
  at_[static_cast<std::size_t>(name - kNames.begin())] = *std::move(fault);
  return std::nullopt;
}

std::optional<RecipientFault> Faults::of_recipient(std::string_view local_part) const {
  if (!heed_recipients_) return std::nullopt;
  const std::string_view word = local_part.substr(0, local_part.find('+'));
  if (text::iequals(word, "slow")) return RecipientFault{.step = Step::rcpt, .fault = {}, .slow = true};
  if (text::iequals(word, "starttls-fail")) {
    const Reply reply(451, "4.7.0", "Come again with STARTTLS, which will fail then");
    return RecipientFault{.step = Step::rcpt, .fault = Fault{Fault::Kind::reply, reply}, .starttls_next = true};
  }
  const auto [what, step] = split_step(word);
  std::optional<Fault> fault = fault_of(what);
  if (!fault) return std::nullopt;
  return RecipientFault{.step = step, .fault = std::move(fault)};
}

}  // namespace envelint::smtp
