#include <envelint/receiver/expected.hpp>

#include <envelint/dmarc/author.hpp>
#include <envelint/receiver/header_text.hpp>
#include <envelint/receiver/summary.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

namespace envelint::receiver {
namespace {

constexpr std::array<std::string_view, 12> kKeys{"spf",  "dkim", "arc",       "dmarc", "tls",     "action",
                                                 "from", "to",   "mail-from", "helo",  "subject", "header"};
constexpr std::array<std::string_view, 7> kSpf{"pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"};
constexpr std::array<std::string_view, 7> kDkim{"pass", "fail", "neutral", "none", "policy", "temperror", "permerror"};
constexpr std::array<std::string_view, 3> kArc{"pass", "fail", "none"};
constexpr std::array<std::string_view, 5> kDmarc{"pass", "fail", "none", "temperror", "permerror"};
constexpr std::array<std::string_view, 4> kAction{"accept", "quarantine", "reject", "defer"};

/// All values of the fields with this name, for a person.
std::vector<std::string> fields_named(const mail::Message& message, std::string_view name) {
  std::vector<std::string> out;
  for (const mail::Field& field : message.fields()) {
    if (message.is(field, name)) out.push_back(decoded(message.value(field)));
  }
  return out;
}

std::vector<std::string> author_texts(const mail::Message& message) {
  std::vector<std::string> out = fields_named(message, "From");
  for (const mail::AddressList& list : dmarc::find_author(message).lists) {
    for (const mail::Mailbox& mailbox : list.mailboxes) out.push_back(mailbox.address());
  }
  return out;
}

std::vector<std::string> recipients(const smtp::Envelope& envelope) {
  std::vector<std::string> out;
  for (const smtp::Recipient& recipient : envelope.to) out.push_back(recipient.path.written);
  return out;
}

std::optional<std::string> unless_one_matches(std::string_view what, std::string_view pattern,
                                              const std::vector<std::string>& texts) {
  const auto match = [&](const std::string& text) { return matches(pattern, text); };
  if (std::ranges::any_of(texts, match)) return std::nullopt;
  if (texts.empty()) return fmt::format("there is no {}", what);
  return fmt::format("{} is `{}`", what, texts.front());
}

std::optional<std::string> unless_equal(std::string_view what, std::string_view wanted, std::string_view is) {
  if (text::iequals(wanted, is)) return std::nullopt;
  return fmt::format("{} is {}", what, is.empty() ? "not checked" : is);
}

std::optional<std::string> unmet_spf(const Arrival& arrival, std::string_view wanted) {
  if (!arrival.client_says_nothing) return unless_equal("spf", wanted, words_of(arrival).spf);
  return fmt::format(
      "spf is not checked, for the client {} says nothing about the sender; `--client-ip` says who it is "
      "to be",
      arrival.received->envelope.client.address.to_string());
}

std::optional<std::string> unmet_tls(const Arrival& arrival, std::string_view wanted) {
  const std::optional<smtp::TlsInfo>& tls = arrival.received->envelope.tls;
  if (text::iequals(wanted, tls ? "yes" : "no")) return std::nullopt;
  return unless_equal("tls", wanted, tls ? std::string_view(tls->version) : "no");
}

std::optional<std::string> unmet_header(const Arrival& arrival, std::string_view wanted) {
  const std::size_t colon = wanted.find(':');
  const std::string_view name = text::trim(wanted.substr(0, colon));
  const std::string_view pattern = colon == std::string_view::npos ? "*" : text::trim(wanted.substr(colon + 1));
  return unless_one_matches(fmt::format("{} field", name), pattern, fields_named(*arrival.message, name));
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) noexcept {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;
  std::size_t behind_star = 0;
  while (in < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      behind_star = in;
    } else if (at < pattern.size() && text::to_lower(pattern[at]) == text::to_lower(text[in])) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++behind_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

std::string Expected::wrong_value(Key key, std::string_view value) {
  const auto unless = [&](std::span<const std::string_view> words) {
    const auto same = [&](std::string_view word) { return text::iequals(word, value); };
    return std::ranges::any_of(words, same) ? "" : fmt::format("one of {}", fmt::join(words, ", "));
  };
  switch (key) {
    case Key::spf: return unless(kSpf);
    case Key::dkim: return unless(kDkim);
    case Key::arc: return unless(kArc);
    case Key::dmarc: return unless(kDmarc);
    case Key::action: return unless(kAction);
    case Key::tls: {
      const bool known =
          text::iequals(value, "yes") || text::iequals(value, "no") || text::istarts_with(value, "TLSv1");
      return known ? "" : "yes, no or a version such as TLSv1.3";
    }
    default: return value.empty() ? "a text, in which `*` stands for any characters" : "";
  }
}

std::expected<Expected, std::string> Expected::parse(std::string_view text) {
  const std::size_t equals = text.find('=');
  const auto* const name =
      std::ranges::find_if(kKeys, [&](std::string_view key) { return text::iequals(key, text.substr(0, equals)); });
  if (equals == std::string_view::npos || name == kKeys.end())
    return std::unexpected(
        fmt::format("`{}` is no expectation; write KEY=VALUE, with one of {} for KEY", text, fmt::join(kKeys, ", ")));
  const auto key = static_cast<Key>(name - kKeys.begin());
  const std::string_view value = text.substr(equals + 1);
  if (const std::string wrong = wrong_value(key, value); !wrong.empty())
    return std::unexpected(fmt::format("`{}`: write {} behind `{}=`", text, wrong, *name));
  return Expected(std::string(text), key, std::string(value));
}

std::optional<std::string> Expected::unmet(const Arrival& arrival) const {
  const smtp::Envelope& envelope = arrival.received->envelope;
  switch (key_) {
    case Key::spf: return unmet_spf(arrival, wanted_);
    case Key::dkim: return unless_equal("dkim", wanted_, words_of(arrival).dkim);
    case Key::arc: return unless_equal("arc", wanted_, words_of(arrival).arc);
    case Key::dmarc: return unless_equal("dmarc", wanted_, words_of(arrival).dmarc);
    case Key::tls: return unmet_tls(arrival, wanted_);
    case Key::action: return unless_equal("the action", wanted_, to_string(arrival.action));
    case Key::from: return unless_one_matches("From", wanted_, author_texts(*arrival.message));
    case Key::to: return unless_one_matches("the recipient", wanted_, recipients(envelope));
    case Key::mail_from: return unless_one_matches("MAIL FROM", wanted_, {envelope.from.path.written});
    case Key::helo: return unless_one_matches("HELO", wanted_, {envelope.hello_name});
    case Key::subject: return unless_one_matches("Subject", wanted_, fields_named(*arrival.message, "Subject"));
    case Key::header: return unmet_header(arrival, wanted_);
  }
  return std::nullopt;
}

bool Expected::undecided(const Arrival& arrival) const {
  constexpr std::string_view kTrouble = "temperror";
  const ResultWords words = words_of(arrival);
  switch (key_) {
    case Key::spf: return words.spf == kTrouble;
    case Key::dkim: return words.dkim == kTrouble;
    case Key::dmarc:
    case Key::action: return words.dmarc == kTrouble;
    default: return false;
  }
}

}  // namespace envelint::receiver
