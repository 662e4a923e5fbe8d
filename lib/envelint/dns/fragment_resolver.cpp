#include <envelint/dns/fragment_resolver.hpp>

#include <envelint/dns/reverse.hpp>

#include <algorithm>

namespace envelint::dns {

FragmentResolver::FragmentResolver(ZoneResolver& zone, const Zone& files) : zone_(zone) {
  const auto in_record = [](const ZoneRecord& entry) { return is_reverse_name(entry.record.owner); };
  const auto in_trouble = [](const ZoneTrouble& trouble) { return is_reverse_name(trouble.name); };
  has_reverse_names_ = std::ranges::any_of(files.records, in_record) || std::ranges::any_of(files.troubles, in_trouble);
}

bool FragmentResolver::is_told(const Name& name, Type type) const {
  return type != Type::soa && (has_reverse_names_ || !is_reverse_name(name));
}

task::Task<Answer> FragmentResolver::query(Query query) {
  if (is_told(query.name, query.type)) co_return zone_.answer(query);
  co_return Answer(Trouble::outside, "the zone file does not say");
}

const Answer* FragmentResolver::at_hand(const Name& name, Type type) {
  return is_told(name, type) ? zone_.at_hand(name, type) : nullptr;
}

}  // namespace envelint::dns
