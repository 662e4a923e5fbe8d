#include "dialogue_file.hpp"

#include <envelint/net/prefix.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>
#include <utility>

using namespace envelint;
using namespace envelint::smtp;

namespace smtp_test {
namespace {

struct NamedExtension {
  std::string_view name;
  Extension extension;
};
constexpr std::array<NamedExtension, 13> kExtensions{{{"pipelining", Extension::pipelining},
                                                      {"size", Extension::size},
                                                      {"8bitmime", Extension::eight_bit_mime},
                                                      {"smtputf8", Extension::smtputf8},
                                                      {"dsn", Extension::dsn},
                                                      {"enhancedstatuscodes", Extension::enhanced_status_codes},
                                                      {"chunking", Extension::chunking},
                                                      {"binarymime", Extension::binary_mime},
                                                      {"requiretls", Extension::requiretls},
                                                      {"limits", Extension::limits},
                                                      {"starttls", Extension::starttls},
                                                      {"auth", Extension::auth},
                                                      {"xclient", Extension::xclient}}};

struct NamedLimit {
  std::string_view name;
  std::size_t SessionOptions::* limit;
};
constexpr std::array<NamedLimit, 7> kLimits{{{"max-message", &SessionOptions::max_message},
                                             {"max-drain", &SessionOptions::max_drain},
                                             {"max-header", &SessionOptions::max_header},
                                             {"max-recipients", &SessionOptions::max_recipients},
                                             {"max-messages", &SessionOptions::max_messages},
                                             {"max-idle-commands", &SessionOptions::max_idle_commands},
                                             {"max-errors", &SessionOptions::max_errors}}};

bool add_word(std::string_view word, SessionOptions& out) {
  if (word == "tls") out.can_start_tls = true;
  if (word == "require-tls") out.require_tls = true;
  if (word == "within-tls") out.tls = TlsInfo{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "", ""};
  if (word == "lmtp") out.lmtp = true;
  if (word == "auth") out.auth = auth_options().auth;
  if (word == "auth-in-tls") out.auth.policy = AuthPolicy::any;
  if (word == "no-challenge") out.auth.cram_challenge.clear();
  if (word == "no-magic") out.faults.heed_recipients(false);
  constexpr std::array<std::string_view, 8> kWords{"tls",  "require-tls", "within-tls",   "lmtp",
                                                   "auth", "auth-in-tls", "no-challenge", "no-magic"};
  return std::ranges::find(kWords, word) != kWords.end();
}

bool add_prefix(std::string_view value, net::PrefixSet& out) {
  const auto prefix = net::Prefix::parse(value);
  if (prefix) out.add(*prefix);
  return prefix.has_value();
}

bool add_user(std::string_view value, AuthOptions& out) {
  const std::size_t colon = value.find(':');
  if (colon == std::string_view::npos) return false;
  out.policy = AuthPolicy::listed;
  out.users.push_back({std::string(value.substr(0, colon)), std::string(value.substr(colon + 1))});
  return true;
}

bool hide(std::string_view value, ExtensionSet& out) {
  const auto* const named = std::ranges::find(kExtensions, value, &NamedExtension::name);
  if (named == kExtensions.end()) return false;
  out.add(named->extension);
  return true;
}

bool set_newlines(std::string_view value, BareNewlines& out) {
  if (value == "note") out = BareNewlines::note;
  if (value == "keep") out = BareNewlines::keep;
  return value == "note" || value == "keep";
}

bool set_limit(std::string_view name, std::string_view value, SessionOptions& out) {
  const auto* const named = std::ranges::find(kLimits, name, &NamedLimit::name);
  if (named == kLimits.end()) return false;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out.*(named->limit));
  return error == std::errc() && end == value.data() + value.size();
}

/// One word of an `options:` line. @return whether it is one
bool add_option(std::string_view word, DialogueFile& out) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return add_word(word, out.options);
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = word.substr(equals + 1);
  if (name == "peer") return out.peer = value, net::Address::parse(value).has_value();
  if (name == "user") return add_user(value, out.options.auth);
  if (name == "hide") return hide(value, out.options.hidden);
  if (name == "xclient-from") return add_prefix(value, out.options.xclient_from);
  if (name == "proxy-from") return add_prefix(value, out.options.proxy_from);
  if (name == "bare-newlines") return set_newlines(value, out.options.bare_newlines);
  if (name == "fault") return !out.options.faults.add(value);
  return set_limit(name, value, out.options);
}

/// The first word of an `options:` line that is none.
std::optional<std::string> wrong_option(std::string_view line, DialogueFile& out) {
  std::istringstream words{std::string(line)};
  for (std::string word; words >> word;) {
    if (!add_option(word, out)) return word;
  }
  return std::nullopt;
}

/// Takes a line from before the script. @return whether it is one
bool take_head(std::string_view line, std::string_view word, std::string_view& behind) {
  if (!line.starts_with(word)) return false;
  behind = line.substr(word.size());
  return true;
}

}  // namespace

std::expected<DialogueFile, std::string> read_dialogue(std::string name, std::istream& in) {
  DialogueFile out;
  out.options = plain_options();
  out.place = {std::move(name), 0};
  const auto fault = [&](std::string_view what) {
    return std::unexpected(fmt::format("{}:{}: {}", out.place.file, out.place.line, what));
  };
  std::string line;
  while (std::getline(in, line)) {
    ++out.place.line;
    std::string_view behind;
    if (line.empty()) continue;
    if (take_head(line, "# ", behind)) {
      out.about += std::string(behind) + " ";
    } else if (take_head(line, "options: ", behind)) {
      if (const auto word = wrong_option(behind, out)) return fault("`" + *word + "` is no option");
    } else if (take_head(line, "each: ", behind)) {
      out.each.emplace_back(behind);
    } else {
      break;
    }
  }
  if (out.about.empty()) return fault("the first line has to say what the dialogue shows: # ...");
  std::ostringstream rest;
  rest << in.rdbuf();
  out.script = line + "\n" + rest.str();
  const bool has_place = out.script.find("{}") != std::string::npos;
  if (has_place != !out.each.empty()) return fault("`{}` and `each:` go together");
  if (out.each.empty()) out.each.emplace_back();
  return out;
}

std::string filled(std::string_view script, std::string_view with) {
  std::string out(script);
  for (std::size_t at = out.find("{}"); at != std::string::npos; at = out.find("{}", at + with.size()))
    out.replace(at, 2, with);
  return out;
}

}  // namespace smtp_test
