#include <envelint/smtp/client_words.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/base64.hpp>

#include <fmt/core.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace envelint::smtp {
namespace {

struct Keyword {
  std::string_view name;
  Extension extension;
};
constexpr std::array<Keyword, 13> kKeywords{{{"PIPELINING", Extension::pipelining},
                                             {"SIZE", Extension::size},
                                             {"8BITMIME", Extension::eight_bit_mime},
                                             {"SMTPUTF8", Extension::smtputf8},
                                             {"DSN", Extension::dsn},
                                             {"ENHANCEDSTATUSCODES", Extension::enhanced_status_codes},
                                             {"CHUNKING", Extension::chunking},
                                             {"BINARYMIME", Extension::binary_mime},
                                             {"REQUIRETLS", Extension::requiretls},
                                             {"LIMITS", Extension::limits},
                                             {"STARTTLS", Extension::starttls},
                                             {"AUTH", Extension::auth},
                                             {"XCLIENT", Extension::xclient}}};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (text::is_lower(c)) c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find(' '), text.size());
    if (size > 0) out.push_back(upper(text.substr(0, size)));
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return out;
}

void read_keyword(const std::vector<std::string>& words, Offer& out) {
  const auto* const found = std::ranges::find(kKeywords, std::string_view(words.front()), &Keyword::name);
  if (found == kKeywords.end()) return;
  out.extensions.add(found->extension);
  if (found->extension == Extension::auth) out.mechanisms.assign(words.begin() + 1, words.end());
  if (found->extension != Extension::size || words.size() < 2) return;
  std::uint64_t size = 0;
  const std::string& digits = words[1];
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  // RFC 1870 §4: 0 means that there is no fixed limit.
  if (error == std::errc() && end == digits.data() + digits.size() && size > 0) out.size = size;
}

std::string_view header_of(std::string_view message) { return message.substr(0, message.find("\r\n\r\n")); }

std::string base64(std::string_view text) {
  return text::base64_encode({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// RFC 2195: the user, and HMAC-MD5 of the challenge under the password. Nothing where OpenSSL has no MD5.
std::optional<std::string> cram_md5(const Credential& credential, std::string_view challenge) {
  const auto decoded = text::base64_decode(challenge);
  if (!decoded) return std::nullopt;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const std::string& secret = credential.secret;
  if (HMAC(EVP_md5(), secret.data(), static_cast<int>(secret.size()), decoded->data(), decoded->size(), digest.data(),
           &size) == nullptr) {
    return std::nullopt;
  }
  std::string out = credential.user + ' ';
  for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

}  // namespace

Offer read_offer(const ServerReply& reply) {
  Offer out;
  for (std::size_t i = 1; i < reply.lines.size(); ++i) {
    // `AUTH=LOGIN`, which some write for clients older than RFC 2554, is passed over.
    const auto words = words_of(reply.lines[i]);
    if (!words.empty()) read_keyword(words, out);
  }
  return out;
}

MailCommand mail_command(const Mail& mail, const Offer& offer, bool by_chunks) {
  MailCommand out;
  out.line = fmt::format("MAIL FROM:<{}>", mail.from);
  const bool utf8_address = !text::all_ascii(mail.from) || !std::ranges::all_of(mail.to, text::all_ascii);
  const bool utf8_header = !text::all_ascii(header_of(*mail.bytes));
  if (by_chunks && !offer.has(Extension::chunking)) out.fault = "the server does not offer CHUNKING (BDAT)";
  if (offer.has(Extension::size)) out.line += fmt::format(" SIZE={}", mail.bytes->size());
  if (!text::all_ascii(*mail.bytes)) {
    if (offer.has(Extension::eight_bit_mime)) {
      out.line += " BODY=8BITMIME";
    } else {
      out.notes.emplace_back("the mail has octets above 127 and the server does not offer 8BITMIME; sent all the same");
    }
  }
  if (utf8_address || utf8_header) {
    if (offer.has(Extension::smtputf8)) {
      out.line += " SMTPUTF8";
    } else if (utf8_address) {
      out.fault = "an address is not ASCII and the server does not offer SMTPUTF8 (RFC 6531)";
    } else {
      out.notes.emplace_back("the header is not ASCII and the server does not offer SMTPUTF8; sent all the same");
    }
  }
  const bool wants_dsn = !mail.notify.empty() || !mail.ret.empty() || !mail.envid.empty();
  if (wants_dsn && !offer.has(Extension::dsn)) out.notes.emplace_back("the server does not offer DSN; asked for none");
  if (!offer.has(Extension::dsn)) return out;
  if (!mail.ret.empty()) out.line += " RET=" + mail.ret;
  if (!mail.envid.empty()) out.line += " ENVID=" + xtext_encode(mail.envid);
  return out;
}

std::string rcpt_command(const Mail& mail, const std::string& recipient, const Offer& offer) {
  std::string out = fmt::format("RCPT TO:<{}>", recipient);
  if (offer.has(Extension::dsn) && !mail.notify.empty()) out += " NOTIFY=" + mail.notify;
  return out;
}

std::string data_of(std::string_view message) {
  std::string out;
  out.reserve(message.size() + message.size() / 50 + 8);
  if (message.starts_with('.')) out += '.';
  while (true) {
    const std::size_t line = message.find("\r\n.");
    out += message.substr(0, line);
    if (line == std::string_view::npos) break;
    out += "\r\n..";
    message.remove_prefix(line + 3);
  }
  if (!out.empty() && !out.ends_with("\r\n")) out += "\r\n";
  out += ".\r\n";
  return out;
}

std::string xtext_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (text::is_vchar(c) && c != '+' && c != '=') {
      out += c;
    } else {
      out += fmt::format("+{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::expected<Mechanism, std::string> choose_mechanism(std::optional<Mechanism> wanted, const Offer& offer,
                                                       bool private_line) {
  if (offer.mechanisms.empty()) return std::unexpected("the server does not offer AUTH");
  const auto offered = [&](Mechanism mechanism) {
    return std::ranges::find(offer.mechanisms, to_string(mechanism)) != offer.mechanisms.end();
  };
  if (wanted && !offered(*wanted)) {
    return std::unexpected(fmt::format("the server does not offer AUTH {}", to_string(*wanted)));
  }
  if (wanted && !private_line && *wanted != Mechanism::cram_md5) {
    return std::unexpected(fmt::format("AUTH {} would send the password in the clear", to_string(*wanted)));
  }
  if (wanted) return *wanted;
  if (private_line) {
    for (const Mechanism mechanism : {Mechanism::plain, Mechanism::login}) {
      if (offered(mechanism)) return mechanism;
    }
  }
  if (offered(Mechanism::cram_md5)) return Mechanism::cram_md5;
  return std::unexpected(private_line ? "the server offers none of AUTH PLAIN, LOGIN and CRAM-MD5"
                                      : "the server offers only AUTH that would send the password in the clear");
}

std::optional<std::string> initial_response(Mechanism mechanism, const Credential& credential) {
  using namespace std::string_literals;
  if (mechanism == Mechanism::plain) return base64("\0"s + credential.user + "\0"s + credential.secret);
  if (mechanism != Mechanism::xoauth2) return std::nullopt;
  return base64(
      fmt::format("user={}\x01"
                  "auth=Bearer {}\x01\x01",
                  credential.user, credential.secret));
}

std::string next_response(Mechanism mechanism, const Credential& credential, std::string_view challenge,
                          unsigned round) {
  if (mechanism == Mechanism::login && round < 2) return base64(round == 0 ? credential.user : credential.secret);
  // A refusal comes as a challenge, which wants an empty answer.
  if (mechanism == Mechanism::xoauth2 && round == 0) return "";
  if (mechanism != Mechanism::cram_md5 || round > 0) return "*";
  const auto response = cram_md5(credential, challenge);
  return response ? base64(*response) : "*";
}

}  // namespace envelint::smtp
