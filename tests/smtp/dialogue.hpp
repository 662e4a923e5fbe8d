#pragma once

#include <envelint/smtp/session.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Dialogues as tests. A script has one line for each thing that happens; white space before it does not count:
///
///     C: EHLO client.example     the client sends this and CRLF; `\r`, `\n`, `\0`, `\xNN` and `\\` are octets
///     R: MAIL FR                 the same without CRLF
///     S: 250 2.1.0               the session answers; what it says begins so
///     +: 250-SIZE 100            a line of the same reply, in any order, begins so; `-:` none does
///     M: <a@one.example> -> <b@two.example> [12] bare LF at 5
///                                it hands out a message of 12 octets
///     B: text\r\n                its octets are these
///     F: …                       the same of a message that it refuses
///     V: 250 2.0.0 Stored        the server answers that message; several replies are separated by ` | `
///     T:                         it wants TLS, and the handshake is done; `T: !tls-failed` and the like: this happens instead
///     X: the client said goodbye it closes
///     !timeout !shutdown !gone !tls-failed
///     # a comment
///
/// Lines of the client in a row arrive together. Each script is played several times: every piece whole, octet by octet,
/// and cut at random, and has to give the same.
namespace smtp_test {

/// Options of mx.example with nothing else changed.
envelint::smtp::SessionOptions plain_options();
/// With a certificate.
envelint::smtp::SessionOptions tls_options();
/// With AUTH in clear, for everybody.
envelint::smtp::SessionOptions auth_options();

/// How the octets of a client are cut.
struct Cut {
  std::size_t size;  ///< of each piece; 0: whole; with a seed: at most
  unsigned seed;     ///< 0: not at random
};
const std::vector<Cut>& all_cuts();

/// Plays one session.
class Player {
 public:
  explicit Player(envelint::smtp::SessionOptions options, Cut cut = {0, 0}, std::string_view peer = "192.0.2.1");

  void send(std::string_view octets);
  /// Takes all events; each becomes a line as in a script.
  void drain();
  /// The next thing that happened, or empty.
  std::string take();
  /// What was taken last.
  [[nodiscard]] std::string_view taken() const;

  envelint::smtp::Session session;
  std::vector<envelint::smtp::Message> messages;
  std::vector<envelint::smtp::TranscriptEntry> transcript;

 private:
  Cut cut_;
  unsigned random_;
  std::size_t taken_ = 0;
  std::vector<std::string> happened_;
};

/// Octets for `\r`, `\n`, `\0`, `\xNN` and `\\`.
std::string unescaped(std::string_view text);

/// Where a script is, for whoever has to find a line of it.
struct Place {
  std::string file = "script";
  std::size_t line = 1;  ///< of its first line
};

/// Plays the script with all cuts and checks every line.
void check_dialogue(const envelint::smtp::SessionOptions& options, std::string_view script,
                    std::string_view peer = "192.0.2.1", const Place& place = {});
/// Plays it once, and returns the messages.
std::vector<envelint::smtp::Message> messages_of(const envelint::smtp::SessionOptions& options,
                                                 std::string_view script);
/// What the transcript has after the script, a line an entry: `C: …`, `S: …`, `#: 12 octets`, `-: note`.
std::string transcript_of(const envelint::smtp::SessionOptions& options, std::string_view script);

}  // namespace smtp_test
