#pragma once

#include <envelint/inbox/message.hpp>
#include <envelint/io/signal.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/smtp/server.hpp>
#include <envelint/verdict/judge.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The test receiver: what arrives is judged, stored, answered and told.
namespace envelint::receiver {

/// What would become of a message if it came from an address that the sender's SPF record lists. For mail from this host
/// or this network, whose addresses say nothing about the sender.
struct WhatIf {
  net::Address client;
  std::string term;     ///< that lists it, as written
  dns::Name listed_in;  ///< whose record the term is in
  verdict::Verdict verdict;
};

/// What is done with a message (RFC 9989 §7).
enum class Action : std::uint8_t { accept, quarantine, reject, defer };
/// `accept`, `quarantine`, `reject`, `defer`.
[[nodiscard]] std::string_view to_string(Action action) noexcept;

/// A message on its way through the receiver. One thread has it at a time: the server's, the evaluator's, the clerk's, and
/// the server's again for the answer.
struct Arrival {
  Arrival(io::EventLoop& server, smtp::SessionId of, std::unique_ptr<smtp::Message> arrived)
      : session(of), time(std::chrono::system_clock::now()), received(std::move(arrived)), answered(server) {}
  Arrival(const Arrival&) = delete;
  Arrival& operator=(const Arrival&) = delete;

  smtp::SessionId session;  ///< as the server counts; as the store counts once it is with the clerk
  std::chrono::system_clock::time_point time;
  std::unique_ptr<smtp::Message> received;
  std::optional<mail::Message> message;      ///< refers to the octets of `received`
  std::optional<verdict::Judgement> judged;  ///< nothing where nobody was to judge
  bool client_says_nothing = false;          ///< SPF was left out, for the client is of this host or network
  std::optional<WhatIf> what_if;
  inbox::MessageId id = 0;  ///< 0: it could not be stored
  Action action = Action::accept;
  smtp::Reply reply{451, "4.3.0", ""};
  io::Signal answered;  ///< of the server's loop
};

}  // namespace envelint::receiver
