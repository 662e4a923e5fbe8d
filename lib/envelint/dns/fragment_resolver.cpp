#include <envelint/dns/fragment_resolver.hpp>

#include <envelint/dns/reverse.hpp>

#include <algorithm>

namespace envelint::dns {

FragmentResolver::FragmentResolver(const ZoneResolver& zone, const Zone& files) : zone_(zone) {
  const auto in_record = [](const ZoneRecord& entry) { return is_reverse_name(entry.record.owner); };
  const auto in_trouble = [](const ZoneTrouble& trouble) { return is_reverse_name(trouble.name); };
  has_reverse_names_ = std::ranges::any_of(files.records, in_record) || std::ranges::any_of(files.troubles, in_trouble);
}

task::Task<Answer> FragmentResolver::query(Query query) {
  const bool is_told = query.type != Type::soa && (has_reverse_names_ || !is_reverse_name(query.name));
  if (is_told) co_return zone_.answer(query);
  co_return Answer(Trouble::outside, "the zone file does not say");
}

}  // namespace envelint::dns
