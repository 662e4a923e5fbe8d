#include "send_mail.hpp"

#include "clock.hpp"
#include "message_input.hpp"
#include "oddity_notes.hpp"

#include <envelint/mail/address.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/smtp/path.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/base64.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace cli {

using namespace envelint;
using Note = std::function<void(std::string_view)>;

namespace {

constexpr std::string_view kSubject = "Test mail";
constexpr std::string_view kBody = "This is a test mail, sent with `envelint send`.\r\n";
constexpr std::uint64_t kMostOctets = std::uint64_t{256} << 20;
/// Of an encoded word with its frame there may be 75 (RFC 2047 §2).
constexpr std::size_t kEncodedPart = 42;
constexpr std::size_t kFillLine = 70;

std::string date_now() {
  const auto now = static_cast<std::time_t>(unix_time());
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 64> out{};
  const std::size_t size = std::strftime(out.data(), out.size(), "%a, %d %b %Y %H:%M:%S +0000", &parts);
  return {out.data(), size};
}

/// Text of a header field, in encoded words where it is not ASCII (RFC 2047).
std::string header_text(std::string_view text) {
  if (text::all_ascii(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    std::size_t size = 0;
    while (size < text.size() && size < kEncodedPart) size += text::next_code_point(text.substr(size)).size;
    const auto* octets = reinterpret_cast<const std::uint8_t*>(text.data());
    out += fmt::format("{}=?utf-8?B?{}?=", out.empty() ? "" : "\r\n ", text::base64_encode({octets, size}));
    text.remove_prefix(size);
  }
  return out;
}

std::string domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? "localhost" : std::string(address.substr(at + 1));
}

/// Without the angle brackets that some write around it.
std::string bare(std::string_view address) {
  if (address.starts_with('<') && address.ends_with('>')) address = address.substr(1, address.size() - 2);
  return std::string(address);
}

std::optional<std::string> wrong_path(std::string_view option, std::string_view address, smtp::PathKind kind) {
  const auto path = smtp::read_path(fmt::format("<{}>", address), kind);
  if (path && path->rest.empty()) return std::nullopt;
  return fmt::format("{} `{}` is no address: {}", option, address, path ? "something follows it" : path.error());
}

void add_addresses(const mail::Message& message, std::string_view name, std::vector<std::string>& out) {
  for (const mail::Field& field : message.fields()) {
    if (!text::iequals(message.name(field), name)) continue;
    for (const mail::Mailbox& each : mail::parse_address_list(message.value(field)).mailboxes) {
      const std::string address(each.address());
      if (std::ranges::find(out, address) == out.end()) out.push_back(address);
    }
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

void add_send_mail_options(Command& command, SendMailOptions& options) {
  command.option("FILE", options.file, "the mail; - is standard input (default: one is made up)");
  command.option("--mail-from", options.mail_from, "MAIL FROM (default: the From field); '' for none").value("ADDRESS");
  command.option("--rcpt", options.rcpt, "RCPT TO, several are possible (default: To and Cc)").value("ADDRESS");
  command.option("--subject", options.subject, "of a mail that is made up").value("TEXT");
  command.option("--body", options.body, "of a mail that is made up").value("TEXT");
  command.option("--size", options.size, "fill a mail that is made up up to so many octets")
      .value("OCTETS")
      .range(0, kMostOctets);
  add_signing_key_options(command, options.signing);
  command.option("--domain", options.domain, "the domain that signs (`d=`)").value("D");
}

std::expected<SendMail, std::string> SendMail::prepare(const SendMailOptions& options, const Note& note) {
  SendMail out;
  const bool made = options.subject || options.body || options.size;
  if (options.file && made) return std::unexpected("--subject, --body and --size are for a mail that is made up");
  if (options.subject.value_or("").find_first_of("\r\n") != std::string::npos) {
    return std::unexpected("--subject is one line");
  }
  if (!options.domain.empty() != !options.signing.keys.empty()) {
    return std::unexpected("--key, --selector and --domain sign together: one is missing");
  }
  if (!options.signing.keys.empty()) {
    auto keys = read_signing_keys(options.signing, note);
    if (!keys) return std::unexpected(keys.error());
    out.keys_ = *std::move(keys);
    out.domain_ = options.domain;
  }
  out.subject_ = options.subject.value_or(std::string(kSubject));
  out.body_ = options.body ? mail::to_crlf(*options.body) : std::string(kBody);
  if (!out.body_.ends_with("\r\n")) out.body_ += "\r\n";
  out.size_ = options.size.value_or(0);
  if (options.file) {
    if (auto fault = out.read_file(*options.file, note)) return std::unexpected(*std::move(fault));
  }
  if (auto fault = out.set_envelope(options, note)) return std::unexpected(*std::move(fault));
  // What cannot be signed is told before anybody is called.
  if (auto first = out.make(0); !first) return std::unexpected(first.error());
  return out;
}

std::optional<std::string> SendMail::read_file(const std::string& path, const Note& note) {
  auto input = read_message(path);
  if (!input) return input.error();
  if (input->line_ends == mail::LineEnds::lf_as_crlf) {
    note(fmt::format("{}: its lines end in LF and are sent with CRLF", input->name));
  }
  const auto message = mail::Message::split(input->bytes);
  for (const OddityNote& odd : oddity_notes(mail::all_oddities(message))) {
    if (odd.kind == mail::Oddity::Kind::mbox_from) {
      note("the line `From ` of an mbox file is left out");
    } else {
      note("warning: " + odd.text);
    }
  }
  bytes_ = std::make_shared<const std::string>(message.bytes().substr(message.header_start()));
  return std::nullopt;
}

std::optional<std::string> SendMail::set_envelope(const SendMailOptions& options, const Note& note) {
  if (options.mail_from) from_ = bare(*options.mail_from);
  for (const std::string& address : options.rcpt) to_.push_back(bare(address));
  if (bytes_) {
    const auto message = mail::Message::split(*bytes_);
    std::vector<std::string> authors;
    add_addresses(message, "From", authors);
    if (!options.mail_from && authors.empty()) return "the mail has no From field; give --mail-from";
    if (!options.mail_from) {
      from_ = authors.front();
      note(fmt::format("MAIL FROM is {}, from the From field", from_));
    }
    if (to_.empty()) {
      add_addresses(message, "To", to_);
      add_addresses(message, "Cc", to_);
      if (!to_.empty()) note(fmt::format("RCPT TO is {}, from To and Cc", joined(to_)));
    }
  } else if (!options.mail_from) {
    if (options.domain.empty()) return "--mail-from is missing: who the mail is from";
    from_ = "test@" + options.domain;
  }
  if (to_.empty()) return "--rcpt is missing: whom the mail is for";
  if (auto wrong = wrong_path("--mail-from", from_, smtp::PathKind::reverse)) return wrong;
  for (const std::string& address : to_) {
    if (auto wrong = wrong_path("--rcpt", address, smtp::PathKind::forward)) return wrong;
  }
  return std::nullopt;
}

std::string SendMail::made_up(std::size_t number) const {
  const std::string author = from_.empty() ? "MAILER-DAEMON@" + domain_of(to_.front()) : from_;
  std::string out = fmt::format("From: <{}>\r\nTo: <", author);
  for (const std::string& address : to_) out += (&address == &to_.front() ? "" : ">,\r\n <") + address;
  out += fmt::format(">\r\nSubject: {}\r\nDate: {}\r\n", header_text(subject_), date_now());
  out += fmt::format("Message-ID: <{}.{}.{}@{}>\r\n", unix_time(), ::getpid(), number, domain_of(author));
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
  out += fmt::format("Content-Transfer-Encoding: {}\r\n\r\n", text::all_ascii(body_) ? "7bit" : "8bit");
  out += body_;
  while (out.size() + 2 < size_) {
    const std::uint64_t left = size_ - out.size() - 2;
    const std::uint64_t line = left <= kFillLine + 2 ? left : kFillLine;
    out.append(line, 'x');
    out += "\r\n";
  }
  return out;
}

std::expected<std::string, std::string> SendMail::signed_one(std::string text) const {
  if (keys_.keys.empty()) return text;
  const auto message = mail::Message::split(text);
  const auto fields = dkim::sign(message, keys_.pairs(), dkim::SignOptions(domain_, unix_time()));
  if (!fields) return std::unexpected(fmt::format("the mail cannot be signed: {}", to_string(fields.error())));
  return *fields + text;
}

std::expected<std::shared_ptr<const std::string>, std::string> SendMail::make(std::size_t number) const {
  if (bytes_ && keys_.keys.empty()) return bytes_;
  auto made = signed_one(bytes_ ? *bytes_ : made_up(number));
  if (!made) return std::unexpected(made.error());
  return std::make_shared<const std::string>(*std::move(made));
}

}  // namespace cli
