#include <envelint/dns/zone_resolver.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace envelint::dns {
namespace {

// Resolvers give up on chains at lengths from 8 on.
constexpr std::size_t kMaxChain = 8;

const Record* find_type(const std::vector<Record>& records, Type type) {
  const auto found = std::ranges::find(records, type, &Record::type);
  return found == records.end() ? nullptr : &*found;
}

}  // namespace

ZoneResolver::ZoneResolver(std::span<const Zone> zones) {
  make_node({});
  for (const Zone& zone : zones) {
    for (const ZoneRecord& record : zone.records) {
      std::vector<Record>& records = make_node(record.record.owner).records;
      records.push_back(record.record);
    }
    for (const ZoneTrouble& trouble : zone.troubles) {
      Node& node = make_node(trouble.name);
      if (trouble.type) {
        node.typed_troubles.emplace_back(*trouble.type, trouble.trouble);
      } else {
        node.trouble = trouble.trouble;
      }
    }
  }
}

/// The node of a name; every name above it exists then as well (RFC 4592 §2.2.2).
ZoneResolver::Node& ZoneResolver::make_node(const Name& name) {
  const auto [place, fresh] = nodes_.try_emplace(name);
  Node& node = place->second;
  for (Name above = name; fresh && !above.is_root();) {
    above = above.parent();
    if (!nodes_.try_emplace(above).second) break;
  }
  return node;
}

const ZoneResolver::Node* ZoneResolver::find(const Name& name) const {
  const auto place = nodes_.find(name);
  return place == nodes_.end() ? nullptr : &place->second;
}

/// The node of a name, or the wildcard directly below the nearest name above it that exists (RFC 4592 §3.3.1).
const ZoneResolver::Node* ZoneResolver::find_or_wildcard(const Name& name) const {
  if (const Node* node = find(name)) return node;
  Name encloser = name.parent();
  while (find(encloser) == nullptr) encloser = encloser.parent();
  const auto wildcard = encloser.child("*");
  return wildcard ? find(*wildcard) : nullptr;
}

/// The name that a DNAME above this one makes of it (RFC 6672 §2.2).
std::optional<Name> ZoneResolver::renamed(const Name& name) const {
  const auto labels = name.labels();
  Name above = name;
  for (std::size_t kept = 1; kept <= labels.size(); ++kept) {
    above = above.parent();
    const Node* node = find(above);
    const Record* dname = node == nullptr ? nullptr : find_type(node->records, Type::dname);
    const Name* target = dname == nullptr ? nullptr : std::get_if<Name>(&dname->data);
    if (target == nullptr) continue;
    Name out = *target;
    for (std::size_t i = kept; i > 0; --i) {
      auto child = out.child(labels[i - 1]);
      if (!child) return std::nullopt;
      out = *std::move(child);
    }
    return out;
  }
  return std::nullopt;
}

/// Answers at one name, or gives the name to go on with.
std::optional<Name> ZoneResolver::step(const Query& query, Answer& out) const {
  const Node* const node = find_or_wildcard(query.name);
  if (node != nullptr) {
    const auto typed = std::ranges::find(node->typed_troubles, query.type, &std::pair<Type, Trouble>::first);
    if (typed != node->typed_troubles.end()) {
      out = Answer(typed->second);
      return std::nullopt;
    }
    for (const Record& record : node->records) {
      if (record.type != query.type) continue;
      out.records.push_back(record);
      out.records.back().owner = query.name;
    }
    if (!out.records.empty()) {
      out.state = Answer::State::records;
      return std::nullopt;
    }
    if (node->trouble) {
      out = Answer(*node->trouble);
      return std::nullopt;
    }
    const Record* cname = find_type(node->records, Type::cname);
    if (cname != nullptr && std::holds_alternative<Name>(cname->data)) return std::get<Name>(cname->data);
  }
  if (auto target = renamed(query.name)) return target;
  out.state = node == nullptr ? Answer::State::nxdomain : Answer::State::nodata;
  return std::nullopt;
}

Answer ZoneResolver::answer(const Query& query) const {
  Answer out;
  std::vector<Name> chain;
  Query current = query;
  while (auto target = step(current, out)) {
    const bool seen = *target == query.name || std::ranges::find(chain, *target) != chain.end();
    if (seen || chain.size() == kMaxChain) {
      Answer loop(Trouble::loop, seen ? "the CNAME chain leads back to itself" : "the CNAME chain is longer than 8");
      loop.chain = std::move(chain);
      return loop;
    }
    chain.push_back(*target);
    current.name = *std::move(target);
  }
  out.chain = std::move(chain);
  return out;
}

task::Task<Answer> ZoneResolver::query(Query query) { co_return answer(query); }

}  // namespace envelint::dns
