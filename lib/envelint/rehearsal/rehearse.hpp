#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/dkim/key_check.hpp>
#include <envelint/dkim/sign.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/net/address.hpp>
#include <envelint/rehearsal/senders.hpp>
#include <envelint/task/task.hpp>
#include <envelint/verdict/evaluate.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Whether the mail of a domain would be accepted, tried out before anything is published or sent: a message is signed
/// with the key at hand and evaluated as if each of the domain's senders delivered it, as if somebody forged it, and as
/// if it were passed on.
///
///     Stage dns(zone, scope);
///     Plan plan(domain, "postmaster@example.com", suffixes, now);
///     plan.keys = {{&key, "s1"}};
///     const auto done = sync_wait(rehearse(dns, plan));
///     if (done && result_of(*done) == Result::works) publish();
namespace envelint::rehearsal {

/// What is rehearsed. Not an aggregate: it is a coroutine parameter.
struct Plan {
  /// @param signer      the domain that signs (`d=`)
  /// @param author      the address in From; one with a domain
  /// @param list        must outlive the rehearsal
  /// @param unix_time   when the mail is signed and received, in seconds since 1970
  Plan(dns::Name signer, std::string author, const dns::PublicSuffixList& list, std::uint64_t unix_time)
      : domain(std::move(signer)),
        from(std::move(author)),
        mail_from(from),
        helo(domain.to_string()),
        suffixes(&list),
        now(unix_time) {}

  dns::Name domain;
  std::string from;
  std::string mail_from;  ///< of mail from the domain's own senders, without angle brackets; empty for a bounce
  std::string helo;
  std::vector<dkim::SigningKey> keys;
  std::string message;                ///< with CRLF, to be signed; empty: sample_message
  std::vector<net::Address> clients;  ///< the senders, in place of those that the SPF record lists
  const dns::PublicSuffixList* suffixes;
  std::uint64_t now;
};

/// What a key at hand is to the record at its selector.
struct KeyResult {
  std::string selector;
  dkim::KeyCheckFacts facts;
  dkim::KeyVerdict verdict;
};

/// Who delivers what.
enum class Scene : std::uint8_t {
  sender,     ///< a sender of the domain delivers its signed mail
  forgery,    ///< a stranger delivers mail with its From address that is not signed
  forwarded,  ///< a stranger's host passes signed mail on as it is, with its MAIL FROM
  list,       ///< a mailing list changes signed mail and passes it on, with a MAIL FROM of its own
};
[[nodiscard]] std::string_view to_string(Scene scene) noexcept;  ///< "sender"

/// What a delivery shows of the setup.
enum class Outcome : std::uint8_t {
  as_it_should,
  broken,     ///< mail that should pass does not, or mail that should not does
  undecided,  ///< DNS would not say
  told,       ///< nothing in the setup can help it
};
[[nodiscard]] std::string_view to_string(Outcome outcome) noexcept;  ///< "as_it_should"

/// One delivery, and what a receiver makes of it.
struct Delivery {
  Scene scene = Scene::sender;
  Sender sender;                               ///< who delivers; the address alone but for a sender that SPF lists
  std::shared_ptr<const std::string> message;  ///< what is delivered: the verdict refers to it
  verdict::Verdict verdict;
  Outcome outcome = Outcome::told;
  std::string why;  ///< why it is broken or undecided, in a clause without a full stop; the same for the same cause
};

/// All that was rehearsed.
struct Rehearsal {
  dns::Name domain;
  std::string from;
  std::string mail_from;
  std::string helo;
  bool clients_given = false;  ///< the senders were named by hand
  std::vector<KeyResult> keys;
  Senders senders;             ///< by the SPF record that counts for MAIL FROM
  std::vector<Delivery> rows;  ///< senders first
  /// What linting the zone found, with what came of expectations: for who has linted it to fill in.
  audit::Report lint;
};

/// Most senders that are named by hand.
inline constexpr std::size_t kMaxClients = 256;

/// Rehearses. Nothing is sent, and nothing asked but of the resolver, which is best a Stage.
///
/// @return why the message cannot be signed, or what came of it. Trouble with DNS is part of the result. Resolver, keys
///         and suffixes must outlive the task.
[[nodiscard]] task::Task<std::expected<Rehearsal, dkim::SignFault>> rehearse(dns::Resolver& resolver, Plan plan);

/// Says of a row whether it is as it should be. Pure; sets `outcome` and `why`.
void judge(Delivery& row);

}  // namespace envelint::rehearsal
