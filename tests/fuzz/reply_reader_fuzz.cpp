#include "fuzz.hpp"

#include <envelint/smtp/client_words.hpp>

#include <algorithm>
#include <string>

using namespace envelint::smtp;

namespace {

/// Holds the promises about one reply, and gives all that a client makes of it.
std::string made_of(const ServerReply& reply) {
  fuzz_require(reply.code >= 200 && reply.code <= 559, "a code is one of RFC 5321");
  fuzz_require(!reply.lines.empty() && reply.lines.size() <= kMaxServerLines, "a reply has lines, and not too many");
  for (const std::string& line : reply.lines) {
    fuzz_require(line.size() <= kMaxServerLine && !line.contains('\n'), "a line is a line and has a bound");
  }
  const Offer offer = read_offer(reply);
  Mail mail;
  mail.from = "a@one.example";
  mail.bytes = std::make_shared<const std::string>("A: b\r\n\r\n");
  mail.envid = reply.text();
  const MailCommand command = mail_command(mail, offer, false);
  fuzz_require(command.line.find_first_of("\r\n") == std::string::npos, "a command is one line");
  std::string out = reply.wire() + command.line + std::string(reply.enhanced());
  const Credential joe{"joe", "secret"};
  for (const Mechanism mechanism : {Mechanism::plain, Mechanism::login, Mechanism::cram_md5, Mechanism::xoauth2}) {
    const std::string response = next_response(mechanism, joe, reply.text(), 0);
    fuzz_require(response.find_first_of("\r\n") == std::string::npos, "a response is one line");
    out += response;
    if (const auto chosen = choose_mechanism(mechanism, offer, false)) {
      fuzz_require(*chosen == Mechanism::cram_md5, "no password goes in the clear");
    }
  }
  return out;
}

/// All replies up to the first fault, read in pieces of `step` octets.
std::string read_all(std::string_view octets, std::size_t step) {
  std::string out;
  ReplyReader reader;
  for (std::size_t start = 0; start < octets.size(); start += step) {
    std::string_view piece = octets.substr(start, step);
    while (!piece.empty()) {
      const std::size_t taken = reader.read(piece);
      fuzz_require(taken > 0 || reader.state() == ReplyReader::State::fault, "octets are taken, or it is a fault");
      piece.remove_prefix(taken);
      if (reader.state() == ReplyReader::State::fault) return out + reader.fault();
      if (reader.state() == ReplyReader::State::open) continue;
      out += made_of(reader.reply());
      reader.clear();
      fuzz_require(!reader.has_begun(), "a reply that was taken has gone");
    }
  }
  return out;
}

}  // namespace

// The first octet says how the rest, which is what a server sends, is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 65536) return 0;
  const std::string_view octets = fuzz_text(data + 1, size - 1);
  const std::string whole = read_all(octets, octets.size() + 1);
  fuzz_require(read_all(octets, data[0] + std::size_t{1}) == whole, "any cut gives the same");
  const std::string sent = data_of(octets);
  fuzz_require(sent.ends_with(".\r\n"), "data has its end");
  fuzz_require(sent == ".\r\n" || sent.find("\r\n.\r\n") == sent.size() - 5, "and it has one end only");
  return 0;
}
