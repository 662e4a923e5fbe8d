#pragma once

#include <envelint/smtp/auth.hpp>
#include <envelint/smtp/command.hpp>
#include <envelint/smtp/content.hpp>
#include <envelint/smtp/data_reader.hpp>
#include <envelint/smtp/line_reader.hpp>
#include <envelint/smtp/session.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::smtp {

/// From MAIL to the end of the message.
struct Transaction {
  Sender sender;
  std::vector<Recipient> to;
  bool recipient_refused = false;
  bool by_chunks = false;               ///< a BDAT was accepted
  std::optional<RecipientFault> fault;  ///< that a recipient asked for at a later step
  bool failed = false;                  ///< a BDAT was refused: what the message would be is not known (RFC 3030 §2)
};

/// What is behind a Session. `machine.cpp` moves octets and keeps the states; `machine_commands.cpp` has a function for
/// each command, and `machine_mail.cpp` those that make up a transaction.
///
/// For every command exactly one of `ok`, `fail`, `say` and `drop` is called, and nothing is read behind a `close`.
class Session::Machine {
 public:
  Machine(SessionOptions options, const net::Address& peer, std::uint16_t port);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine();

  void consume(std::string_view bytes);
  [[nodiscard]] std::optional<Event> next();
  void tls_started(TlsInfo info);
  void tls_failed(std::string_view why);
  void message_done(std::span<const Reply> replies);
  void timed_out();
  void overloaded();
  void shutting_down();
  void peer_closed();

  [[nodiscard]] Phase phase() const noexcept { return phase_; }
  [[nodiscard]] bool starttls_is_to_fail() const noexcept { return starttls_is_to_fail_; }
  [[nodiscard]] bool wants_bytes() const noexcept;
  [[nodiscard]] std::size_t buffered() const noexcept;
  [[nodiscard]] const Client& client() const noexcept { return told_ ? *told_ : client_; }
  [[nodiscard]] Hello hello() const noexcept { return hello_; }
  [[nodiscard]] const std::string& hello_name() const noexcept { return hello_name_; }
  [[nodiscard]] std::size_t replies_wanted() const noexcept { return replies_wanted_; }
  [[nodiscard]] std::vector<TranscriptEntry> take_transcript() { return transcript_.take(); }

 private:
  // Octets.
  void run(std::string_view bytes);
  [[nodiscard]] std::size_t read_some(std::string_view bytes);
  void keep(std::string_view bytes);
  [[nodiscard]] std::size_t read_proxy(std::string_view bytes);
  [[nodiscard]] std::size_t read_line(std::string_view bytes);
  void on_bare_lf();
  [[nodiscard]] std::size_t read_data(std::string_view bytes);
  [[nodiscard]] std::size_t read_chunk(std::string_view bytes);

  // What is said.
  void say(const Reply& reply);
  void ok(const Reply& reply);
  void fail(const Reply& reply);
  void drop(Close::Why why, std::string_view enhanced, std::string_view text);
  void close(Close::Why why);
  void note(std::string_view text);
  void greet();

  // Faults that were asked for.
  [[nodiscard]] bool fails_at(Step step);
  void do_fault(Fault fault);
  [[nodiscard]] bool recipient_fails(const Recipient& recipient);
  [[nodiscard]] const Fault* fault_at(Step step) const noexcept;

  // Commands.
  void on_line();
  [[nodiscard]] std::string for_transcript(const Command& command) const;
  void on_command(const Command& command);
  [[nodiscard]] std::optional<Reply> line_fault(const Command& command) const;
  [[nodiscard]] std::optional<Reply> order_fault(Verb verb) const;
  void on_hello(Hello hello, std::string_view argument);
  [[nodiscard]] std::string offer() const;
  void on_starttls();
  void on_auth(std::string_view argument);
  void on_auth_response();
  void on_auth_step(AuthExchange::Step step);
  void on_xclient(std::string_view argument);
  void on_vrfy(std::string_view argument);
  void on_help();
  void on_quit();

  // Mail.
  void on_mail(std::string_view argument);
  [[nodiscard]] std::optional<Reply> sender_fault(const Sender& sender) const;
  void on_rcpt(std::string_view argument);
  void on_data();
  void on_bdat(std::string_view argument);
  [[nodiscard]] std::optional<Reply> no_recipients() const;
  [[nodiscard]] std::optional<Reply> chunk_fault(const ChunkArgument& chunk) const;
  void begin_content();
  void finish_chunk();
  void refuse_chunk();
  void finish_message();
  [[nodiscard]] std::optional<Reply> content_fault() const;
  [[nodiscard]] Envelope envelope();
  [[nodiscard]] bool is_consequence() const noexcept;

  [[nodiscard]] bool hides(Extension extension) const noexcept { return options_.hidden.has(extension); }
  [[nodiscard]] ExtensionSet offered() const;
  [[nodiscard]] std::vector<Mechanism> mechanisms() const;
  void forget_client();
  void forget_mail();

  SessionOptions options_;
  net::Address peer_;
  Client client_;               ///< by the connection or the PROXY protocol
  std::optional<Client> told_;  ///< by XCLIENT

  Phase phase_ = Phase::command;
  std::deque<Event> events_;
  Transcript transcript_;

  LineReader line_;
  std::string proxy_;      ///< the beginning of a PROXY header
  std::string pending_;    ///< what came while a message is judged
  bool leftover_ = false;  ///< something came in clear behind STARTTLS
  bool ending_ = false;    ///< shutting down after the message that is judged
  std::size_t replies_wanted_ = 0;

  Hello hello_ = Hello::none;
  std::string hello_name_;
  bool hello_valid_ = true;
  std::optional<TlsInfo> tls_;
  std::optional<Identity> identity_;
  std::optional<AuthExchange> exchange_;
  bool refused_auth_ = false;  ///< what follows may be a secret that was meant for the exchange

  std::optional<Transaction> transaction_;
  bool mail_refused_ = false;  ///< what is pipelined behind a refused MAIL fails for no fault of its own
  std::optional<Content> content_;
  DataReader data_;
  std::uint64_t chunk_left_ = 0;
  std::uint64_t chunk_size_ = 0;
  bool chunk_last_ = false;
  std::optional<Reply> chunk_refusal_;  ///< the chunk is thrown away, and this is said then

  bool slow_ = false;  ///< a fault: each reply comes late
  bool starttls_is_to_fail_ = false;

  std::size_t messages_ = 0;
  std::size_t idle_commands_ = 0;
  std::size_t errors_ = 0;  ///< in a row
  std::size_t auth_failures_ = 0;
  std::uint64_t thrown_away_ = 0;  ///< octets of refused chunks
};

}  // namespace envelint::smtp
