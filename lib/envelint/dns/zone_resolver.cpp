#include <envelint/dns/zone_resolver.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace envelint::dns {
namespace {

// Resolvers give up on chains at lengths from 8 on.
constexpr std::size_t kMaxChain = 8;

const Answer* find_type(const std::vector<std::pair<Type, Answer>>& answers, Type type) {
  const auto found = std::ranges::find(answers, type, &std::pair<Type, Answer>::first);
  return found == answers.end() ? nullptr : &found->second;
}

/// Where a name leads by its record of this type, CNAME or DNAME.
const Name* target_of(const std::vector<std::pair<Type, Answer>>& answers, Type type) {
  const Answer* const found = find_type(answers, type);
  return found == nullptr ? nullptr : std::get_if<Name>(&found->records.front().data);
}

}  // namespace

ZoneResolver::ZoneResolver(std::span<const Zone> zones) {
  make_node({});
  for (const Zone& zone : zones) {
    for (const ZoneRecord& entry : zone.records) add(entry);
    for (const ZoneTrouble& trouble : zone.troubles) add(trouble);
  }
}

void ZoneResolver::add(const ZoneRecord& entry) {
  const Record& record = entry.record;
  TypedAnswers& answers = make_node(record.owner).answers;
  auto place = std::ranges::find(answers, record.type, &std::pair<Type, Answer>::first);
  if (place == answers.end()) place = answers.emplace(place, record.type, Answer(Answer::State::records));
  place->second.records.push_back(record);
  has_dnames_ = has_dnames_ || record.type == Type::dname;
}

void ZoneResolver::add(const ZoneTrouble& trouble) {
  Node& node = make_node(trouble.name);
  if (trouble.type) {
    node.typed_troubles.emplace_back(*trouble.type, Answer(trouble.trouble));
  } else {
    node.trouble = Answer(trouble.trouble);
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
    const Name* const target = node == nullptr ? nullptr : target_of(node->answers, Type::dname);
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

/// What is said of a type at a name, without going anywhere else.
const Answer* ZoneResolver::find_answer(const Node& node, Type type) {
  if (const Answer* const trouble = find_type(node.typed_troubles, type)) return trouble;
  if (const Answer* const records = find_type(node.answers, type)) return records;
  return node.trouble ? &*node.trouble : nullptr;
}

/// Answers at one name, or gives the name to go on with.
std::optional<Name> ZoneResolver::step(const Query& query, Answer& out) const {
  const Node* const node = find_or_wildcard(query.name);
  if (node != nullptr) {
    if (const Answer* const found = find_answer(*node, query.type)) {
      out = *found;
      for (Record& record : out.records) record.owner = query.name;
      return std::nullopt;
    }
    if (const Name* const target = target_of(node->answers, Type::cname)) return *target;
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

const Answer* ZoneResolver::at_hand(const Name& name, Type type) {
  const Node* const node = find(name);
  if (node == nullptr) return nullptr;
  if (const Answer* const found = find_answer(*node, type)) return found;
  const bool leads_on = has_dnames_ || target_of(node->answers, Type::cname) != nullptr;
  return leads_on ? nullptr : &nodata_;
}

task::Task<Answer> ZoneResolver::query(Query query) { co_return answer(query); }

}  // namespace envelint::dns
