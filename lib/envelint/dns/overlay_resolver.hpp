#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/dns/zone_scope.hpp>

namespace envelint::dns {

/// Answers from zone files for the names they have the say about, and lets another resolver answer for all others: the
/// Internet as it will be once the files are published. An alias may lead from the files to the rest, not back.
///
/// Refers to all it is given. As many questions may be in flight as the other resolver allows.
class OverlayResolver : public Resolver {
 public:
  /// @param others  answers for the rest. Without one those questions are Trouble::outside.
  OverlayResolver(const ZoneResolver& zone, const ZoneScope& scope, Resolver* others)
      : zone_(zone), scope_(scope), others_(others) {}

  task::Task<Answer> query(Query query) override;

 private:
  task::Task<Answer> ask_others(Query query);

  const ZoneResolver& zone_;
  const ZoneScope& scope_;
  Resolver* others_;
};

}  // namespace envelint::dns
