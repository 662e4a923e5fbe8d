#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/dns/zone_file.hpp>

#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace envelint::dns {

/// Answers from zone files, as an authoritative server for all of them would (RFC 1034 §4.3.2): CNAME and DNAME are
/// followed, wildcards are applied (RFC 4592), a name that only has names below it exists. What the files do not hold
/// does not exist. The trouble that `;!` lines ask for is answered.
///
/// Holds the records itself, not the zones. Every question is answered at once: tasks end inline. Questions change
/// nothing, so several threads may ask.
class ZoneResolver : public Resolver {
 public:
  explicit ZoneResolver(const Zone& zone) : ZoneResolver(std::span(&zone, 1)) {}
  /// Several zones are one tree; records of one name stand together.
  explicit ZoneResolver(std::span<const Zone> zones);

  task::Task<Answer> query(Query query) override;

  /// What a name itself has is at hand, and that it has none; aliases, wildcards and what does not exist are not.
  /// Records have their owner as the zone files write it.
  [[nodiscard]] const Answer* at_hand(const Name& name, Type type) override;

  /// The same without a task.
  [[nodiscard]] Answer answer(const Query& query) const;

 private:
  using TypedAnswers = std::vector<std::pair<Type, Answer>>;

  /// What a name has. A node without records exists because of a name below it.
  struct Node {
    TypedAnswers answers;
    TypedAnswers typed_troubles;
    std::optional<Answer> trouble;
  };

  Node& make_node(const Name& name);
  void add(const ZoneRecord& entry);
  void add(const ZoneTrouble& trouble);
  [[nodiscard]] const Node* find(const Name& name) const;
  [[nodiscard]] const Node* find_or_wildcard(const Name& name) const;
  [[nodiscard]] std::optional<Name> renamed(const Name& name) const;
  [[nodiscard]] std::optional<Name> step(const Query& query, Answer& out) const;

  [[nodiscard]] static const Answer* find_answer(const Node& node, Type type);

  std::unordered_map<Name, Node> nodes_;
  bool has_dnames_ = false;
  const Answer nodata_{Answer::State::nodata};
};

}  // namespace envelint::dns
