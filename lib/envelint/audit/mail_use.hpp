#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/dmarc/record.hpp>

#include <cstdint>
#include <optional>

/// What a domain's records tell of whether it sends and receives mail. Rules about what is missing ask here first: what
/// a mail domain needs is no fault of a parked one, and the other way round. All are pure, and take an answer that is
/// not known for no evidence of anything.
namespace envelint::audit {

/// Whom the domain's own SPF record lets send, as far as its text tells.
enum class SpfUse : std::uint8_t {
  unknown,   ///< DNS did not answer
  none,      ///< no record, nor anything that was meant to be one
  broken,    ///< receivers cannot use it: a fault in the text, or several records
  nobody,    ///< it lets nobody send: `v=spf1 -all`
  unclear,   ///< it says nothing itself: `v=spf1 redirect=…`, `v=spf1 ?all`
  somebody,  ///< it lets somebody send
};
[[nodiscard]] SpfUse spf_use(const DomainFacts& facts);

/// An MX record names a host.
[[nodiscard]] bool has_mail_hosts(const DomainFacts& facts);

/// Known to have neither MX record nor address.
[[nodiscard]] bool has_nowhere_to_deliver(const DomainFacts& facts);

/// A DKIM selector that was asked for has a key that receivers can use.
[[nodiscard]] bool has_usable_key(const DomainFacts& facts);

/// There is evidence that the domain sends mail: its SPF record or a DKIM key.
[[nodiscard]] bool sends_mail(const DomainFacts& facts);

/// There is evidence that the domain neither sends nor receives mail, and none that it does: a null MX, nowhere to
/// deliver, or an SPF record that lets nobody send and no MX record.
[[nodiscard]] bool looks_parked(const DomainFacts& facts);

/// What receivers of RFC 9989 do with failing mail of the domain, after `t=y`; nothing where no policy applies or none
/// is known.
[[nodiscard]] std::optional<dmarc::Policy> dmarc_policy(const DomainFacts& facts);

/// That is known to be `quarantine` or `reject`.
[[nodiscard]] bool enforces_dmarc(const DomainFacts& facts);

/// Whether the records of an answer are those that a wildcard gives for every name of the domain.
[[nodiscard]] bool is_from_wildcard(const DomainFacts& facts, const dns::Answer& answer);

}  // namespace envelint::audit
