#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/dns/zone_scope.hpp>

namespace envelint::dns {

/// Answers from zone files, and lets another resolver answer for the rest: the Internet as it will be once the files
/// are published. Files with an SOA record have the say about all names of their zones, so that what they do not hold is
/// gone. Files without one are pieces: they stand for the record sets they hold and nothing else. An alias may lead
/// from the files to the rest, not back.
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
