#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/dns/wire.hpp>

#include <cstdint>
#include <optional>

namespace envelint::dns {

/// Finds the answer to a question in the messages that come for it, along CNAME and DNAME (RFC 1034 §4.3.2,
/// RFC 6672). A record counts only if it is the question's own name or on the chain from there; whatever else a
/// message holds is passed over.
class Chain {
 public:
  /// @param believe_ad  whether the AD bit of these messages is believed.
  Chain(const Query& query, bool believe_ad);

  enum class Next : std::uint8_t {
    done,    ///< `take()` is the answer
    ask_on,  ///< `question()` is to be asked: the message ends in the middle of the chain
  };
  /// Takes a message that answers `question()`, with NOERROR or NXDOMAIN, and out of it the data of the records that
  /// count.
  [[nodiscard]] Next follow(Message& message);

  /// What is asked at this point: the question, or the last name of the chain.
  [[nodiscard]] const Query& question() const noexcept { return current_; }
  /// The answer, which knows the chain and how long it holds.
  [[nodiscard]] Answer take() { return std::move(answer_); }
  /// The same when nothing more is learnt: the trouble, and the chain as far as it went.
  [[nodiscard]] Answer give_up(Answer trouble);

 private:
  void take_records(Message& message);
  void take_negative(const Message& message, Answer::State state);
  [[nodiscard]] std::optional<Name> target(const Message& message);
  [[nodiscard]] bool step_to(Name target);
  void hold_at_most(std::uint32_t ttl);

  Name first_;  // the name of the question, once the chain has left it
  Query current_;
  bool believe_ad_;
  bool authenticated_ = true;
  Answer answer_;
};

}  // namespace envelint::dns
