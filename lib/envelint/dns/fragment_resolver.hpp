#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/dns/zone_resolver.hpp>

namespace envelint::dns {

/// Answers from zone files without an SOA record as if they were all there is: what they do not hold does not exist.
/// Two things such files cannot say, and those questions are Trouble::outside: which names an address has, where they
/// hold none below in-addr.arpa and ip6.arpa at all; and which zones there are (SOA).
///
/// Refers to the other resolver. Tasks end inline; several threads may ask.
class FragmentResolver : public Resolver {
 public:
  /// @param files  what `zone` answers from; not kept.
  FragmentResolver(ZoneResolver& zone, const Zone& files);

  task::Task<Answer> query(Query query) override;
  [[nodiscard]] const Answer* at_hand(const Name& name, Type type) override;

 private:
  [[nodiscard]] bool is_told(const Name& name, Type type) const;

  ZoneResolver& zone_;
  bool has_reverse_names_ = false;
};

}  // namespace envelint::dns
