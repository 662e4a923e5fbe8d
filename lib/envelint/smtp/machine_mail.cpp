#include <envelint/smtp/machine.hpp>

#include <fmt/core.h>

#include <utility>

namespace envelint::smtp {
namespace {

// Octets of a chunk that is worth its command. Clients send a large message in thousands of chunks of some kilobytes.
constexpr std::uint64_t kLeastChunk = 512;

std::string_view why_not(WireOddity::Kind kind) {
  if (kind == WireOddity::Kind::long_line) return "lines have 998 octets at most (RFC 5321 section 4.5.3.1.6)";
  if (kind == WireOddity::Kind::nul) return "there is no NUL in mail (RFC 5322 section 4)";
  return "lines end in CRLF, and neither CR nor LF stands alone (RFC 5321 section 2.3.8)";
}

}  // namespace

void Session::Machine::on_mail(std::string_view argument) {
  if (transaction_) return fail(Reply(503, "5.5.1", "There is a sender already; RSET forgets it"));
  auto sender = parse_mail(argument, offered());
  const std::optional<Reply> fault = sender ? sender_fault(*sender) : sender.error();
  mail_refused_ = fault.has_value();
  if (fault) return fail(*fault);
  if (fails_at(Step::mail)) {
    mail_refused_ = true;
    return;
  }
  transaction_.emplace();
  transaction_->sender = *std::move(sender);
  ok(Reply(250, "2.1.0", "Sender OK"));
}

std::optional<Reply> Session::Machine::sender_fault(const Sender& sender) const {
  if (messages_ >= options_.max_messages)
    return Reply(452, "4.5.3", fmt::format("{} messages are enough for one session; connect again", messages_));
  if (sender.size && *sender.size > options_.max_message)  // RFC 1870 §6.1
    return Reply(552, "5.3.4", fmt::format("A message may have {} octets", options_.max_message));
  return std::nullopt;
}

/// Whether a command fails because another before it did. A client that pipelines could not know (RFC 2920 §3.1), so
/// this is no error of its own.
bool Session::Machine::is_consequence() const noexcept {
  if (!transaction_) return mail_refused_;
  return transaction_->failed || transaction_->recipient_refused;
}

void Session::Machine::on_rcpt(std::string_view argument) {
  if (!transaction_) {
    const Reply reply(503, "5.5.1", "Say MAIL FROM first");
    return is_consequence() ? say(reply) : fail(reply);
  }
  if (transaction_->by_chunks || transaction_->failed)
    return fail(Reply(503, "5.5.1", "The message has begun already; RSET forgets it"));
  // RFC 5321 §4.5.3.1.10: those that are accepted stay accepted, so this is no error that could end the session.
  if (transaction_->to.size() >= options_.max_recipients)
    return say(Reply(452, "4.5.3",
                     fmt::format("{} recipients are enough for one message; send it again to the rest",
                                 options_.max_recipients)));
  auto recipient = parse_rcpt(argument, offered(), transaction_->sender.smtputf8);
  if (!recipient) {
    transaction_->recipient_refused = true;
    return fail(recipient.error());
  }
  if (fails_at(Step::rcpt) || recipient_fails(*recipient)) {
    if (transaction_) transaction_->recipient_refused = true;
    return;
  }
  transaction_->to.push_back(*std::move(recipient));
  ok(Reply(250, "2.1.5", "Recipient OK"));
}

std::optional<Reply> Session::Machine::no_recipients() const {
  if (!transaction_) return Reply(503, "5.5.1", "Say MAIL FROM first");
  if (!transaction_->to.empty()) return std::nullopt;
  // RFC 2033 §4.2: with LMTP it is 503, whatever came before.
  const int code = options_.lmtp ? 503 : 554;
  if (transaction_->recipient_refused) return Reply(code, "5.5.1", "There are no valid recipients");
  return Reply(503, "5.5.1", "Say RCPT TO first");
}

void Session::Machine::on_data() {
  if (const std::optional<Reply> fault = no_recipients()) return is_consequence() ? say(*fault) : fail(*fault);
  if (transaction_->by_chunks || transaction_->failed)  // RFC 3030 §2
    return fail(Reply(503, "5.5.1", "DATA cannot follow BDAT in one transaction"));
  if (transaction_->sender.body == Body::binary_mime)  // RFC 3030 §3
    return fail(Reply(503, "5.5.1", "BODY=BINARYMIME needs BDAT"));
  if (fails_at(Step::data)) {
    forget_mail();
    mail_refused_ = true;
    return;
  }
  begin_content();
  data_ = DataReader();
  phase_ = Phase::data;
  ok(Reply(354, "", "Send the message; a line with a single dot ends it"));
}

void Session::Machine::begin_content() {
  const Sender& sender = transaction_->sender;
  content_.emplace(Content::Limits{options_.max_message, options_.max_drain, options_.max_header},
                   sender.body.value_or(Body::seven_bit), sender.smtputf8);
}

/// The octets of a chunk come whatever is said, so it is read to its end before there is a reply (RFC 3030 §2).
void Session::Machine::on_bdat(std::string_view argument) {
  const ChunkArgument chunk = parse_bdat(argument);
  if (!chunk.size)
    return drop(Close::Why::bad_chunk, "4.5.2", "The size of the chunk cannot be read, so nobody knows where it ends");
  if (*chunk.size > options_.max_message && *chunk.size - options_.max_message > options_.max_drain)
    return drop(Close::Why::flood, "4.3.4", "The chunk is far too long");
  chunk_refusal_ = chunk_fault(chunk);
  chunk_size_ = *chunk.size;
  chunk_left_ = *chunk.size;
  chunk_last_ = chunk.last;
  const bool first = !chunk_refusal_ && !transaction_->by_chunks;
  if (const Fault* const asked = first ? fault_at(Step::data) : nullptr) {
    if (asked->kind != Fault::Kind::reply) return do_fault(*asked);
    chunk_refusal_ = asked->reply;
  }
  if (!chunk_refusal_ && first) begin_content();
  if (!chunk_refusal_) transaction_->by_chunks = true;
  phase_ = Phase::chunk;
  if (chunk_left_ == 0) finish_chunk();
}

std::optional<Reply> Session::Machine::chunk_fault(const ChunkArgument& chunk) const {
  if (options_.require_tls && !tls_) return Reply(530, "5.7.0", "Say STARTTLS first");
  if (hello_ == Hello::none) return Reply(503, "5.5.1", options_.lmtp ? "Say LHLO first" : "Say EHLO first");
  if (!offered().has(Extension::chunking)) return Reply(502, "5.5.1", "BDAT is not offered here");
  if (transaction_ && transaction_->failed) return Reply(503, "5.5.1", "A chunk was refused; RSET forgets the message");
  if (std::optional<Reply> fault = no_recipients()) return fault;
  if (chunk.trailing) return Reply(501, "5.5.4", "Write BDAT and a size, and LAST behind the last one");
  return std::nullopt;
}

void Session::Machine::finish_chunk() {
  transcript_.add(TranscriptEntry::Who::content, fmt::format("{} octets", chunk_size_));
  phase_ = Phase::command;
  if (!chunk_refusal_ && chunk_last_) return finish_message();
  if (!chunk_refusal_ && content_->too_long()) chunk_refusal_ = content_fault();
  if (chunk_refusal_) return refuse_chunk();
  if (chunk_size_ >= kLeastChunk) --idle_commands_;
  ok(Reply(250, "2.0.0", fmt::format("{} octets received", chunk_size_)));
}

void Session::Machine::refuse_chunk() {
  const Reply refusal = *std::exchange(chunk_refusal_, std::nullopt);
  const bool consequence = is_consequence();
  content_.reset();
  // RFC 2033 §4.2: a reply for each recipient at the end of the message, even of one that has failed.
  std::size_t replies = 1;
  if (options_.lmtp && chunk_last_ && transaction_ && !transaction_->to.empty()) replies = transaction_->to.size();
  if (transaction_) transaction_->failed = true;
  if (chunk_last_) transaction_.reset();
  for (std::size_t i = 1; i < replies; ++i) say(refusal);
  if (consequence) {
    say(refusal);
  } else {
    fail(refusal);
  }
}

std::optional<Reply> Session::Machine::content_fault() const {
  if (content_->too_long())
    return Reply(552, "5.3.4", fmt::format("The message has more than {} octets", options_.max_message));
  if (content_->header_too_long())
    return Reply(552, "5.3.4", fmt::format("The header of the message has more than {} octets", options_.max_header));
  const std::optional<WireOddity>& breach = content_->first_breach();
  if (!breach || options_.bare_newlines != BareNewlines::reject) return std::nullopt;
  return Reply(550, "5.6.0",
               fmt::format("There is {} at octet {} of the message: {}", to_string(breach->kind), breach->offset,
                           why_not(breach->kind)));
}

Envelope Session::Machine::envelope() {
  Envelope out;
  out.peer = peer_;
  out.client = client();
  out.hello = hello_;
  out.hello_name = hello_name_;
  out.hello_valid = hello_valid_;
  out.from = std::move(transaction_->sender);
  out.to = std::move(transaction_->to);
  out.identity = identity_;
  out.tls = tls_;
  out.by_chunks = transaction_->by_chunks;
  return out;
}

void Session::Machine::finish_message() {
  content_->finish(transaction_->by_chunks);
  std::optional<Reply> fault = content_fault();
  if (const Fault* const asked = fault_at(Step::message)) {
    if (asked->kind != Fault::Kind::reply) return do_fault(*asked);
    if (!fault) fault = asked->reply;
  }
  replies_wanted_ = options_.lmtp ? transaction_->to.size() : 1;
  Envelope about = envelope();
  transaction_.reset();
  ++messages_;
  idle_commands_ = 0;
  errors_ = 0;
  thrown_away_ = 0;
  phase_ = Phase::command;
  if (fault) {
    events_.emplace_back(MessageRefused{std::move(about), *fault, content_->take_oddities()});
    for (std::size_t i = 0; i < replies_wanted_; ++i) say(*fault);
  } else {
    events_.emplace_back(Message{std::move(about), content_->take_octets(), content_->take_oddities()});
    phase_ = Phase::message_verdict;
  }
  content_.reset();
}

}  // namespace envelint::smtp
