#include "sign.hpp"

#include "clock.hpp"
#include "exit_status.hpp"
#include "message_input.hpp"
#include "oddity_notes.hpp"
#include "screen.hpp"
#include "sealing.hpp"
#include "signing_keys.hpp"

#include <envelint/dkim/private_key.hpp>
#include <envelint/dkim/sign.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

using namespace envelint;

namespace {

constexpr std::string_view kExample = R"(Examples:
  envelint sign message.eml --key K.pem --domain example.com --selector s1
  envelint sign --key rsa.pem --selector r1 --key ed25519.pem --selector e1 \
      --domain example.com < message.eml | sendmail -t
  envelint sign --arc --authserv-id mx.example.com --key K.pem --selector s1 \
      --domain example.com < message.eml       seal mail that is passed on

The signed message goes to standard output; its lines end as those of the input.

Exit status: 0 signed, 2 not signed: wrong usage, or input that cannot be read
or should not be signed, 3 not sealed, for DNS would not say whether the chain
of ARC is good.)";

struct Options {
  std::string file = "-";
  SigningKeyOptions signing;
  std::string domain;
  std::string identity;
  std::string canonicalization = "relaxed/relaxed";
  std::vector<std::string> fields;
  std::optional<std::uint64_t> lifetime;
  std::optional<std::uint64_t> now;
  bool no_oversign = false;
  bool body_length = false;
  bool field_only = false;
  SealInput seal;
};

std::string without_cr(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) != "\r\n") out.push_back(text[i]);
  }
  return out;
}

/// One run of the command.
class Sign {
 public:
  explicit Sign(const Options& options) : options_(options) {}

  int run() {
    if (const auto wrong = prepare()) return complain(*wrong), kUsage;
    auto input = read_message(options_.file);
    if (!input) return complain(input.error()), kUsage;
    const auto message = mail::Message::split(input->bytes);
    warn_of(message);
    if (options_.seal.arc) return seal(*input, message);
    const auto fields = dkim::sign(message, keys_.pairs(), *settings_);
    if (!fields) return complain(fmt::format("{}: {}", input->name, words_for(fields.error()))), kUsage;
    print(*input, message, *fields);
    return kOk;
  }

 private:
  using Wrong = std::optional<std::string>;

  static void complain(std::string_view message) { fmt::print(stderr, "envelint sign: {}\n", text::visible(message)); }

  int seal(const MessageInput& input, const mail::Message& message) const {
    const Sealed sealed = seal_message(message, options_.seal, keys_.pairs().front(), *settings_, complain);
    if (!sealed.fault.empty()) {
      complain(fmt::format("{}: {}", input.name, sealed.fault));
      return sealed.dns_is_silent ? kUnknown : kUsage;
    }
    print(input, message, sealed.fields);
    return kOk;
  }

  Wrong prepare() {
    if (auto wrong = wrong_seal_options(options_.seal)) return wrong;
    if (options_.seal.arc && options_.signing.keys.size() > 1) return "a set of ARC has one signature: give one --key";
    if (options_.seal.arc && !options_.identity.empty()) return "--identity is of DKIM; ARC has none";
    if (auto wrong = read_keys()) return wrong;
    if (options_.domain.empty()) return "--domain is missing: the domain that the mail is from";
    return read_settings();
  }

  Wrong read_settings() {
    settings_.emplace(options_.domain, options_.now.value_or(unix_time()));
    settings_->identity = options_.identity;
    settings_->lifetime = options_.lifetime;
    settings_->fields = options_.fields;
    settings_->oversign = !options_.no_oversign;
    settings_->body_length = options_.body_length;
    // As in c=: one word alone is for the header (RFC 6376 §3.5).
    const std::string_view both = options_.canonicalization;
    const std::size_t slash = std::min(both.find('/'), both.size());
    const std::string_view body = slash == both.size() ? "simple" : both.substr(slash + 1);
    for (const auto& [word, out] : {std::pair(both.substr(0, slash), &settings_->header), {body, &settings_->body}}) {
      if (word != "simple" && word != "relaxed")
        return "--canonicalization is simple or relaxed for header and body: relaxed/simple";
      *out = word == "simple" ? dkim::Canonicalization::simple : dkim::Canonicalization::relaxed;
    }
    return std::nullopt;
  }

  Wrong read_keys() {
    auto keys = read_signing_keys(options_.signing, [](std::string_view text) { complain(text); });
    if (!keys) return keys.error();
    keys_ = *std::move(keys);
    return std::nullopt;
  }

  /// What breaks signatures on the way is said, and signed all the same.
  static void warn_of(const mail::Message& message) {
    for (const OddityNote& note : oddity_notes(mail::all_oddities(message))) {
      if (note.kind == mail::Oddity::Kind::mbox_from || note.kind == mail::Oddity::Kind::no_header_end) continue;
      complain("warning: " + note.text);
    }
  }

  [[nodiscard]] std::string words_for(dkim::SignFault fault) const {
    std::string out(to_string(fault));
    if (fault == dkim::SignFault::bad_domain) out += fmt::format(": --domain {}", options_.domain);
    if (fault == dkim::SignFault::bad_identity) out += fmt::format(": --identity {}", options_.identity);
    return out;
  }

  void print(const MessageInput& input, const mail::Message& message, const std::string& fields) const {
    const auto as_it_came = [&](std::string_view text) {
      return input.line_ends == mail::LineEnds::lf_as_crlf ? without_cr(text) : std::string(text);
    };
    if (options_.field_only) {
      std::cout << as_it_came(fields);
      return;
    }
    std::cout << as_it_came(message.bytes().substr(0, message.header_start())) << as_it_came(fields)
              << as_it_came(message.bytes().substr(message.header_start()));
  }

  const Options& options_;
  std::optional<dkim::SignOptions> settings_;
  SigningKeys keys_;
};

}  // namespace

void add_sign(CommandLine& line) {
  auto options = std::make_shared<Options>();
  Command command = line.add("sign", "Sign a message with DKIM, or seal it with ARC", kExample,
                             [options] { return Sign(*options).run(); });
  command.option("FILE", options->file, "the message; - or none is standard input");
  add_signing_key_options(command, options->signing);
  command.option("--domain", options->domain, "the domain that signs (`d=`)").value("D");
  command.option("--identity", options->identity, "an address at the domain or below it (`i=`)").value("ADDRESS");
  command.option("--canonicalization", options->canonicalization, "simple or relaxed, for header and body")
      .value("HEADER/BODY")
      .show_default();
  command.option("--fields", options->fields, "the fields to sign, From always among them (default: what readers see)")
      .comma_separated()
      .value("NAME,...");
  command.flag("--no-oversign", options->no_oversign, "let fields of the same names be added later");
  command.option("--expires", options->lifetime, "seconds for which the signature is good (`x=`)").value("SECONDS");
  command.option("--now", options->now, "the time of signing: seconds since 1970 (default: now)").value("UNIX-TIME");
  command.flag("--body-length", options->body_length, "write `l=`: anybody can then append to the body");
  command.flag("--field-only", options->field_only, "print the fields that are added and not the message");
  add_seal_options(command, options->seal);
}

}  // namespace cli
