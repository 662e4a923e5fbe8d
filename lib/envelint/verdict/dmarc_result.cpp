#include <envelint/verdict/dmarc_result.hpp>

#include <algorithm>
#include <array>

namespace envelint::verdict {
namespace {

using dmarc::Outcome;
using dmarc::Policy;
using State = Identifier::State;

const dmarc::OrganizationalDomain& organization(const Identifier& identifier, dmarc::Receiver receiver) noexcept {
  return receiver == dmarc::Receiver::rfc9989 ? identifier.rfc9989 : identifier.rfc7489;
}

AlignmentReason reason_of(std::optional<bool> aligned, std::optional<bool> same_organization, bool same_domain) {
  if (same_domain) return AlignmentReason::same_domain;
  if (!aligned) return AlignmentReason::unknown;
  if (*aligned) return AlignmentReason::same_organization;
  return same_organization == true ? AlignmentReason::strict : AlignmentReason::other_organization;
}

dmarc::Alignment mode_of(const dmarc::EffectivePolicy& policy, Mechanism mechanism) noexcept {
  if (!policy.has_modes()) return dmarc::Alignment::relaxed;
  return mechanism == Mechanism::spf ? policy.usable.aspf : policy.usable.adkim;
}

Policy one_lower(Policy policy) noexcept { return policy == Policy::reject ? Policy::quarantine : Policy::none; }

class Judgement {
 public:
  Judgement(const dns::Name& author, const dmarc::Generation& generation, std::span<const Identifier> identifiers)
      : author_{author, generation.organizational_domain}, identifiers_(identifiers) {
    out_.receiver = generation.receiver;
    out_.organizational_domain = generation.organizational_domain;
    out_.policy = generation.domain;
  }

  DmarcResult run() {
    for (std::size_t i = 0; i < identifiers_.size(); ++i) align(i);
    out_.status = status();
    if (out_.status == DmarcStatus::fail) dispose();
    return std::move(out_);
  }

 private:
  void align(std::size_t index) {
    const Identifier& identifier = identifiers_[index];
    const dmarc::Identifier its{identifier.domain, organization(identifier, out_.receiver)};
    Alignment& alignment = out_.alignments.emplace_back();
    alignment.identifier = index;
    alignment.mode = mode_of(out_.policy, identifier.mechanism);
    alignment.aligned = dmarc::aligned(author_, its, alignment.mode);
    const auto relaxed = dmarc::aligned(author_, its, dmarc::Alignment::relaxed);
    alignment.reason = reason_of(alignment.aligned, relaxed, author_.domain == its.domain);
    if (identifier.state != State::authenticated || alignment.aligned != true) return;
    (identifier.mechanism == Mechanism::spf ? out_.spf_aligned : out_.dkim_aligned) = true;
  }

  [[nodiscard]] DmarcStatus status() const {
    switch (out_.policy.outcome) {
      case Outcome::none:
      case Outcome::several: return DmarcStatus::none;
      case Outcome::unusable: return DmarcStatus::permerror;
      case Outcome::unknown:
        if (!out_.policy.has_modes()) return DmarcStatus::temperror;
        break;
      case Outcome::policy: break;
    }
    if (out_.spf_aligned || out_.dkim_aligned) return DmarcStatus::pass;
    if (!out_.policy.applies()) return DmarcStatus::temperror;
    return could_still_pass() ? DmarcStatus::temperror : DmarcStatus::fail;
  }

  // RFC 9989 §5.3.6: with a question open that decides, the message neither passes nor fails.
  [[nodiscard]] bool could_still_pass() const {
    return std::ranges::any_of(out_.alignments, [&](const Alignment& alignment) {
      const State state = identifiers_[alignment.identifier].state;
      if (state == State::authenticated) return !alignment.aligned;
      return state == State::unknown && alignment.aligned != false;
    });
  }

  void dispose() {
    out_.disposition = out_.policy.applied;
    const std::uint8_t pct = out_.policy.usable.pct;
    // `pct=0` has already lowered the policy for all mail, and `p=none` cannot be lowered.
    if (pct == 0 || pct == 100 || out_.disposition == Policy::none) return;
    out_.pct = pct;
    out_.otherwise = one_lower(out_.disposition);
  }

  dmarc::Identifier author_;
  std::span<const Identifier> identifiers_;
  DmarcResult out_;
};

}  // namespace

std::string_view to_string(DmarcStatus status) noexcept {
  constexpr std::array<std::string_view, 5> kTexts{"none", "pass", "fail", "temperror", "permerror"};
  return kTexts[static_cast<std::size_t>(status)];
}

std::string_view to_string(Mechanism mechanism) noexcept { return mechanism == Mechanism::spf ? "SPF" : "DKIM"; }

DmarcResult judge_dmarc(const dns::Name& author, const dmarc::Generation& generation,
                        std::span<const Identifier> identifiers) {
  return Judgement(author, generation, identifiers).run();
}

}  // namespace envelint::verdict
