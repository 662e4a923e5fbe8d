#include <envelint/smtp/command.hpp>

#include <envelint/smtp/path.hpp>
#include <envelint/smtp/xtext.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace envelint::smtp {
namespace {

constexpr std::size_t kMaxEnvid = 100;  // RFC 3461 §4.4
constexpr std::size_t kMaxOrcpt = 500;  // RFC 3461 §4.2

using Refusal = std::optional<Reply>;

Reply syntax(std::string_view text) { return {501, "5.5.4", text}; }

struct NamedVerb {
  std::string_view name;
  Verb verb;
};
constexpr std::array<NamedVerb, 26> kVerbs{{
    {"HELO", Verb::helo},   {"EHLO", Verb::ehlo},         {"LHLO", Verb::lhlo},  {"MAIL", Verb::mail},
    {"RCPT", Verb::rcpt},   {"DATA", Verb::data},         {"BDAT", Verb::bdat},  {"RSET", Verb::rset},
    {"NOOP", Verb::noop},   {"VRFY", Verb::vrfy},         {"EXPN", Verb::expn},  {"HELP", Verb::help},
    {"QUIT", Verb::quit},   {"STARTTLS", Verb::starttls}, {"AUTH", Verb::auth},  {"XCLIENT", Verb::xclient},
    {"GET", Verb::http},    {"HEAD", Verb::http},         {"POST", Verb::http},  {"PUT", Verb::http},
    {"DELETE", Verb::http}, {"OPTIONS", Verb::http},      {"PATCH", Verb::http}, {"CONNECT", Verb::http},
    {"TRACE", Verb::http},  {"PRI", Verb::http},
}};

/// Decimal digits; 2^64 - 1 for what is more. Nothing for anything else.
std::optional<std::uint64_t> number(std::string_view text) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  if (text.empty() || !std::ranges::all_of(text, text::is_digit)) return std::nullopt;
  std::uint64_t out = 0;
  for (const char c : text) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    out = out > (kMax - digit) / 10 ? kMax : out * 10 + digit;
  }
  return out;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == ' ' || text::is_vchar(c); });
}

/// esmtp-value (RFC 5321 §4.1.2), with UTF-8 (RFC 6531 §3.3).
bool is_value(std::string_view value) {
  while (!value.empty()) {
    const text::CodePoint point = text::next_code_point(value);
    const bool plain = text::is_vchar(value.front()) && value.front() != '=';
    if (!point.valid || (point.size == 1 && !plain)) return false;
    value.remove_prefix(point.size);
  }
  return true;
}

bool is_keyword(std::string_view keyword) {
  const auto in_keyword = [](char c) { return text::is_alnum(c) || c == '-'; };
  return !keyword.empty() && keyword.front() != '-' && std::ranges::all_of(keyword, in_keyword);
}

std::expected<Parameter, Reply> parse_parameter(std::string_view word) {
  const std::size_t equals = word.find('=');
  const std::string_view keyword = word.substr(0, equals);
  if (!is_keyword(keyword)) return std::unexpected(syntax(fmt::format("{} is no parameter", shown(word))));
  Parameter out;
  std::ranges::transform(keyword, std::back_inserter(out.keyword), text::to_upper);
  if (equals == std::string_view::npos) return out;
  const std::string_view value = word.substr(equals + 1);
  if (value.empty()) return std::unexpected(syntax(fmt::format("{}= has no value", shown(out.keyword))));
  // AUTH=<> has no = in it, but clients write base64 and the like in values of their own.
  if (!is_value(value))
    return std::unexpected(
        syntax(fmt::format("The value of {} has characters that cannot be there", shown(out.keyword))));
  out.value = value;
  return out;
}

std::expected<std::vector<Parameter>, Reply> parse_parameters(std::string_view text) {
  std::vector<Parameter> out;
  if (!text.empty() && text.front() != ' ')
    return std::unexpected(syntax(fmt::format("{} behind the > of the address", shown(text))));
  while (!text.empty()) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    if (word.empty()) continue;
    auto parameter = parse_parameter(word);
    if (!parameter) return std::unexpected(parameter.error());
    if (std::ranges::find(out, parameter->keyword, &Parameter::keyword) != out.end())
      return std::unexpected(syntax(fmt::format("{} is there twice", shown(parameter->keyword))));
    out.push_back(*std::move(parameter));
  }
  return out;
}

/// What stands behind `FROM:` or `TO:`, the prefix in any case of letters.
std::expected<std::string_view, Reply> behind(std::string_view argument, std::string_view verb,
                                              std::string_view prefix) {
  if (!text::istarts_with(argument, prefix))
    return std::unexpected(syntax(fmt::format("Write {} {}<user@example.com>", verb, prefix)));
  argument.remove_prefix(prefix.size());
  if (argument.starts_with(' ') || argument.starts_with('\t'))
    return std::unexpected(syntax(fmt::format("Write {}<...> without a space behind the colon", prefix)));
  return argument;
}

Reply unknown_parameter(const Parameter& parameter) {
  if (parameter.keyword == "REQUIRETLS") return {555, "5.5.4", "REQUIRETLS is offered within TLS only"};
  return {555, "5.5.4", fmt::format("{} is not offered here", shown(parameter.keyword))};
}

/// Whether a parameter is there with a value, or without one, as it has to be.
Refusal value_fault(const Parameter& parameter, bool wanted) {
  if (parameter.value.has_value() == wanted) return std::nullopt;
  return syntax(fmt::format("{} {}", shown(parameter.keyword), wanted ? "needs a value" : "has no value"));
}

Refusal read_body(const Parameter& parameter, const ExtensionSet& offered, Sender& out) {
  for (const Body body : {Body::seven_bit, Body::eight_bit_mime, Body::binary_mime}) {
    if (!text::iequals(*parameter.value, to_string(body))) continue;
    const bool binary = offered.has(Extension::binary_mime) && offered.has(Extension::chunking);
    if (body == Body::binary_mime && !binary) break;
    if (body == Body::eight_bit_mime && !offered.has(Extension::eight_bit_mime)) break;
    out.body = body;
    return std::nullopt;
  }
  return syntax(fmt::format("BODY={} is not offered here", shown(*parameter.value)));
}

Refusal read_size(const Parameter& parameter, Sender& out) {
  constexpr std::size_t kMaxDigits = 20;  // RFC 1870 §3
  if (parameter.value->size() <= kMaxDigits) out.size = number(*parameter.value);
  return out.size ? Refusal() : syntax("SIZE is a number of octets, of 20 digits at most");
}

Refusal read_ret(const Parameter& parameter, Sender& out) {
  if (text::iequals(*parameter.value, "FULL")) out.ret = Ret::full;
  if (text::iequals(*parameter.value, "HDRS")) out.ret = Ret::headers;
  return out.ret ? Refusal() : syntax("RET is FULL or HDRS");
}

Refusal read_envid(const Parameter& parameter, Sender& out) {
  if (parameter.value->size() > kMaxEnvid) return syntax("ENVID has more than 100 characters");
  out.envid = xtext_decode(*parameter.value);
  if (!out.envid) return syntax("ENVID is no xtext (RFC 3461 section 4)");
  return is_printable(*out.envid) ? Refusal() : syntax("ENVID has characters that are not printable");
}

Refusal read_sender_auth(const Parameter& parameter, Sender& out) {
  out.auth = xtext_decode(*parameter.value);
  return out.auth ? Refusal() : syntax("AUTH= is no xtext (RFC 3461 section 4)");
}

Refusal read_sender_parameter(const Parameter& parameter, const ExtensionSet& offered, Sender& out) {
  struct Known {
    std::string_view keyword;
    Extension extension;
    bool has_value;
  };
  constexpr std::array<Known, 7> kKnown{{{"SIZE", Extension::size, true},
                                         {"BODY", Extension::eight_bit_mime, true},
                                         {"SMTPUTF8", Extension::smtputf8, false},
                                         {"RET", Extension::dsn, true},
                                         {"ENVID", Extension::dsn, true},
                                         {"AUTH", Extension::auth, true},
                                         {"REQUIRETLS", Extension::requiretls, false}}};
  const std::string& keyword = parameter.keyword;
  const auto* const known = std::ranges::find(kKnown, keyword, &Known::keyword);
  if (known == kKnown.end()) return unknown_parameter(parameter);
  const bool binary = keyword == "BODY" && offered.has(Extension::binary_mime);
  if (!offered.has(known->extension) && !binary) return unknown_parameter(parameter);
  if (Refusal fault = value_fault(parameter, known->has_value)) return fault;
  if (keyword == "SIZE") return read_size(parameter, out);
  if (keyword == "BODY") return read_body(parameter, offered, out);
  if (keyword == "RET") return read_ret(parameter, out);
  if (keyword == "ENVID") return read_envid(parameter, out);
  if (keyword == "AUTH") return read_sender_auth(parameter, out);
  if (keyword == "SMTPUTF8") out.smtputf8 = true;
  if (keyword == "REQUIRETLS") out.requiretls = true;
  return std::nullopt;
}

Refusal read_notify(const Parameter& parameter, Recipient& out) {
  Notify notify;
  std::string_view rest = *parameter.value;
  for (std::size_t comma = 0; comma != std::string_view::npos;) {
    comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    bool* const flag = text::iequals(word, "NEVER")     ? &notify.never
                       : text::iequals(word, "SUCCESS") ? &notify.success
                       : text::iequals(word, "FAILURE") ? &notify.failure
                       : text::iequals(word, "DELAY")   ? &notify.delay
                                                        : nullptr;
    if (flag == nullptr || *flag) return syntax("NOTIFY is NEVER, or each of SUCCESS, FAILURE, DELAY at most once");
    *flag = true;
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  if (notify.never && (notify.success || notify.failure || notify.delay)) return syntax("NOTIFY=NEVER stands alone");
  out.notify = notify;
  return std::nullopt;
}

Refusal read_orcpt(const Parameter& parameter, Recipient& out) {
  const std::string_view value = *parameter.value;
  const std::size_t semicolon = value.find(';');
  if (value.size() > kMaxOrcpt) return syntax("ORCPT has more than 500 characters");
  if (semicolon == 0 || semicolon == std::string_view::npos)
    return syntax("ORCPT is a type, a semicolon and an address: ORCPT=rfc822;user@example.com");
  OriginalRecipient original;
  original.type = text::lower(value.substr(0, semicolon));
  const std::string_view address = value.substr(semicolon + 1);
  const bool utf8 = original.type == "utf-8";  // RFC 6533 §3 has an encoding of its own
  const std::optional<std::string> decoded = utf8 ? std::string(address) : xtext_decode(address);
  if (!decoded) return syntax("The address of ORCPT is no xtext (RFC 3461 section 4)");
  if (!utf8 && !is_printable(*decoded)) return syntax("ORCPT has characters that are not printable");
  original.address = *decoded;
  out.original = std::move(original);
  return std::nullopt;
}

Refusal read_recipient_parameter(const Parameter& parameter, const ExtensionSet& offered, Recipient& out) {
  const bool notify = parameter.keyword == "NOTIFY";
  if (!offered.has(Extension::dsn) || (!notify && parameter.keyword != "ORCPT")) return unknown_parameter(parameter);
  if (Refusal fault = value_fault(parameter, true)) return fault;
  return notify ? read_notify(parameter, out) : read_orcpt(parameter, out);
}

/// UTF-8 in the values of parameters is part of SMTPUTF8 (RFC 6531 §3.4).
bool is_ascii(const std::vector<Parameter>& parameters) {
  return std::ranges::all_of(parameters, [](const Parameter& parameter) {
    return std::ranges::all_of(parameter.value.value_or(""), text::is_ascii);
  });
}

/// RFC 6531 §3.5.
Reply needs_utf8(int code) {
  return {code, "5.6.7", "The address is not ASCII: that needs SMTPUTF8 behind MAIL FROM:<...>"};
}

}  // namespace

Command split_command(std::string_view line) noexcept {
  while (!line.empty() && text::is_wsp(line.back())) line.remove_suffix(1);
  const std::size_t space = line.find(' ');
  Command out;
  out.word = line.substr(0, space);
  if (space != std::string_view::npos) out.argument = line.substr(space + 1);
  const auto* const named =
      std::ranges::find_if(kVerbs, [&](const NamedVerb& verb) { return text::iequals(verb.name, out.word); });
  if (named != kVerbs.end()) out.verb = named->verb;
  return out;
}

std::expected<Sender, Reply> parse_mail(std::string_view argument, const ExtensionSet& offered) {
  const auto path_text = behind(argument, "MAIL", "FROM:");
  if (!path_text) return std::unexpected(path_text.error());
  auto path = read_path(*path_text, PathKind::reverse);
  if (!path) return std::unexpected(Reply(501, "5.1.7", "Bad sender: " + path.error()));
  auto parameters = parse_parameters(path->rest);
  if (!parameters) return std::unexpected(parameters.error());
  Sender out;
  for (const Parameter& parameter : *parameters)
    if (Refusal fault = read_sender_parameter(parameter, offered, out)) return std::unexpected(*std::move(fault));
  if (!out.smtputf8 && !path->path.ascii) return std::unexpected(needs_utf8(550));
  if (!out.smtputf8 && !is_ascii(*parameters)) return std::unexpected(syntax("A parameter is not ASCII"));
  out.path = std::move(path->path);
  out.parameters = *std::move(parameters);
  return out;
}

std::expected<Recipient, Reply> parse_rcpt(std::string_view argument, const ExtensionSet& offered, bool utf8) {
  const auto path_text = behind(argument, "RCPT", "TO:");
  if (!path_text) return std::unexpected(path_text.error());
  auto path = read_path(*path_text, PathKind::forward);
  if (!path) return std::unexpected(Reply(501, "5.1.3", "Bad recipient: " + path.error()));
  auto parameters = parse_parameters(path->rest);
  if (!parameters) return std::unexpected(parameters.error());
  Recipient out;
  for (const Parameter& parameter : *parameters)
    if (Refusal fault = read_recipient_parameter(parameter, offered, out)) return std::unexpected(*std::move(fault));
  if (!utf8 && !path->path.ascii) return std::unexpected(needs_utf8(553));
  if (!utf8 && !is_ascii(*parameters)) return std::unexpected(syntax("A parameter is not ASCII"));
  out.path = std::move(path->path);
  out.parameters = *std::move(parameters);
  return out;
}

ChunkArgument parse_bdat(std::string_view argument) noexcept {
  const std::size_t space = argument.find(' ');
  ChunkArgument out;
  out.size = number(argument.substr(0, space));
  if (space == std::string_view::npos) return out;
  out.last = text::iequals(argument.substr(space + 1), "LAST");
  out.trailing = !out.last;
  return out;
}

}  // namespace envelint::smtp
