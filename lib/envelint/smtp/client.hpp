#pragma once

#include <envelint/io/connection.hpp>
#include <envelint/smtp/client_words.hpp>
#include <envelint/smtp/transcript.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The sending side of SMTP (RFC 5321) and LMTP (RFC 2033), for tests and rehearsals: one connection to a server that is
/// named, no queue, no retries. Everything it waits for has a deadline, and everything it reads is bounded.
namespace envelint::smtp {

/// Why there is no answer, or why it ends here.
struct ClientFault {
  enum class Kind : std::uint8_t {
    timed_out,    ///< the server was silent, or too slow
    closed,       ///< the connection ended, or broke
    protocol,     ///< what the server said is no SMTP, or more than was asked for
    tls,          ///< the handshake failed
    refused,      ///< a 4xx or 5xx that leaves nothing to go on with, see `reply`
    unsupported,  ///< the server does not offer what is needed
  };

  ClientFault(Kind what, std::string clause) : kind(what), words(std::move(clause)) {}
  ClientFault(Kind what, std::string clause, ServerReply said)
      : kind(what), words(std::move(clause)), reply(std::move(said)) {}

  Kind kind;
  std::string words;  ///< a clause for a person; everything hidden is made visible
  std::optional<ServerReply> reply;
};

enum class ClientTls : std::uint8_t {
  none,
  if_offered,  ///< STARTTLS where it is offered; a failed handshake is a fault all the same
  starttls,    ///< or nothing
  implicit,    ///< from the first octet (RFC 8314)
};

struct ClientOptions {
  ClientOptions() = default;

  std::string hello = "localhost";  ///< for EHLO: a domain or an address literal
  bool lmtp = false;
  ClientTls tls = ClientTls::if_offered;
  const io::TlsContext* tls_context = nullptr;               ///< must outlive the client; without it there is no TLS
  std::string server_name;                                   ///< for SNI and the certificate
  std::optional<Credential> credential;                      ///< AUTH, if there is one
  std::optional<Mechanism> mechanism;                        ///< nothing: the first that is safe
  bool clear_password = false;                               ///< may go over a connection without TLS
  std::vector<std::pair<std::string, std::string>> xclient;  ///< attributes, values not encoded
  bool pipelining = true;                                    ///< where it is offered
  std::optional<std::size_t> chunk;                          ///< BDAT in chunks of so many octets; 0: one chunk
  /// For each reply, and for each kMaxWrite octets to be taken.
  io::Duration timeout = std::chrono::seconds(60);
  /// Told what is said as it is said, without secrets.
  std::function<void(const TranscriptEntry&)> told;
};

/// Octets that are written under one deadline.
inline constexpr std::size_t kMaxWrite = std::size_t{64} << 10;

/// What became of one mail.
struct Delivery {
  struct To {
    explicit To(std::string path) : address(std::move(path)) {}

    std::string address;
    std::optional<ServerReply> reply;  ///< to RCPT
    std::optional<ServerReply> final;  ///< to the message, with LMTP
    bool accepted = false;             ///< in the end
  };

  Delivery() = default;

  std::optional<ServerReply> mail;   ///< to MAIL
  std::vector<To> to;                ///< as Mail::to
  std::optional<ServerReply> final;  ///< to DATA, to the message, or to the last BDAT
  std::optional<ClientFault> fault;  ///< which ended it; the connection is good for nothing more

  [[nodiscard]] bool all_accepted() const noexcept;
  /// The reply that says best why not all is accepted; nothing where it is, or where no reply says so.
  [[nodiscard]] const ServerReply* refusal() const noexcept;
};

/// One session: `begin`, `send` as often as wanted, `quit`. After a fault only destroying it makes sense.
class MailClient {
 public:
  /// @param loop  must outlive the client
  MailClient(io::EventLoop& loop, io::Connection connection, ClientOptions options);
  MailClient(const MailClient&) = delete;
  MailClient& operator=(const MailClient&) = delete;
  ~MailClient();

  /// From the greeting to where mail can be sent: TLS, EHLO, STARTTLS, XCLIENT and AUTH as the options have it.
  /// @return what is in the way, or nothing
  [[nodiscard]] task::Task<std::optional<ClientFault>> begin();
  [[nodiscard]] task::Task<Delivery> send(Mail mail);
  /// Says goodbye, and does not mind what comes back.
  [[nodiscard]] task::Task<void> quit();

  [[nodiscard]] const Offer& offer() const noexcept { return offer_; }
  [[nodiscard]] const std::optional<io::TlsSummary>& tls() const noexcept { return tls_; }

 private:
  using Fault = std::optional<ClientFault>;
  using Answer = std::expected<ServerReply, ClientFault>;
  using Who = TranscriptEntry::Who;

  [[nodiscard]] task::Task<Answer> read_reply();
  [[nodiscard]] task::Task<Fault> write(std::string bytes);
  [[nodiscard]] task::Task<Answer> ask(std::string line, std::string shown);
  [[nodiscard]] task::Task<Answer> ask(std::string line);

  [[nodiscard]] task::Task<Fault> greet();
  [[nodiscard]] task::Task<Fault> start_tls();
  [[nodiscard]] task::Task<Fault> shake_hands();
  [[nodiscard]] task::Task<Fault> tell_xclient();
  [[nodiscard]] task::Task<Fault> authenticate();

  [[nodiscard]] task::Task<Fault> deliver(const Mail* mail, Delivery* out);
  [[nodiscard]] task::Task<Fault> send_envelope(std::vector<std::string> lines, Delivery* out);
  [[nodiscard]] task::Task<Fault> send_data(const Mail* mail, Delivery* out);
  [[nodiscard]] task::Task<Fault> send_chunks(const Mail* mail, Delivery* out);
  [[nodiscard]] task::Task<Fault> read_final(Delivery* out);

  void tell(Who who, std::string_view text);
  [[nodiscard]] std::string without_secrets(std::string text) const;
  [[nodiscard]] Fault unasked() const;
  [[nodiscard]] io::Deadline deadline() const { return loop_->after(options_.timeout); }

  io::EventLoop* loop_;
  io::Connection connection_;
  ClientOptions options_;
  Transcript transcript_;
  ReplyReader reader_;
  std::string unread_;  // octets behind the last reply
  Offer offer_;
  std::optional<io::TlsSummary> tls_;
  std::vector<std::string> secrets_;  // in every form that is sent
  bool in_transaction_ = false;       // RSET comes before the next MAIL
};

}  // namespace envelint::smtp
