#pragma once

#include <envelint/dmarc/record.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/task/task.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Where DMARC records are looked for, and what stands there.
namespace envelint::dmarc {

/// What a question for a DMARC record came to (RFC 9989 §4.10 steps 2 and 6).
enum class Found : std::uint8_t {
  nothing,  ///< no text stands there
  record,   ///< one DMARC record
  several,  ///< more than one: receivers discard all
  other,    ///< text, but none of it is a DMARC record
  unknown,  ///< nobody answered: one may stand there
};

[[nodiscard]] std::string_view to_string(Found found) noexcept;

/// One question for a DMARC record, and what came back.
struct Lookup {
  dns::Name domain;  ///< whose record was looked for
  dns::Name owner;   ///< the name that was asked: `_dmarc.` and the domain
  Found found = Found::nothing;
  std::optional<Record> record;  ///< with Found::record
  dns::Answer answer;

  [[nodiscard]] bool has_record() const noexcept { return found == Found::record; }
  /// `psd` as it counts: of the one record there is.
  [[nodiscard]] Psd psd() const noexcept;
};

/// A lookup is shared by all who came by its name, and does not change any more.
using LookupPtr = std::shared_ptr<const Lookup>;

/// How an organizational domain was found.
enum class Boundary : std::uint8_t {
  psd_no,              ///< its record says `psd=n`
  below_psd,           ///< the name above it says `psd=y`
  fewest_labels,       ///< of the records found, its is the one at the shortest name
  itself,              ///< nothing was found: the name that was asked about
  public_suffix_list,  ///< RFC 7489: one label below a public suffix
  unknown,             ///< a question that decides was not answered
};

/// The name that relaxed alignment goes by (RFC 9989 §3.2.14).
struct OrganizationalDomain {
  dns::Name name;  ///< the root where it is not known
  Boundary boundary = Boundary::unknown;

  [[nodiscard]] bool known() const noexcept { return boundary != Boundary::unknown; }
};

/// A DNS tree walk (RFC 9989 §4.10): the questions in order, from its start upwards. One that is not answered ends it,
/// since what stands there could end it as well.
struct TreeWalk {
  dns::Name start;
  std::vector<LookupPtr> lookups;

  [[nodiscard]] bool unknown() const noexcept { return !lookups.empty() && lookups.back()->found == Found::unknown; }
};

/// Most questions of one walk (RFC 9989 §4.10).
inline constexpr std::size_t kMaxWalk = 8;

/// The names a walk asks at, from its start upwards: all with up to eight labels; of longer ones the start, then its
/// last seven labels and those above (steps 4 and 7). At most kMaxWalk. Pure.
[[nodiscard]] std::vector<dns::Name> walked_names(const dns::Name& start);

/// RFC 9989 §4.10.2. Pure.
[[nodiscard]] OrganizationalDomain organizational_domain(const TreeWalk& walk);

/// Looks for DMARC records and asks at each name once, however many walks come by it. For one message or one domain:
/// answers are kept as long as it lives. For one thread; walks may be under way together. The resolver must outlive it.
class RecordFinder {
 public:
  /// @param suffixes  where zone files end below a public suffix, so that it is not asked, it is taken to have no record,
  ///                  as nearly all have none. Without a list such a step is unknown. Must outlive the finder.
  explicit RecordFinder(dns::Resolver& resolver, const dns::PublicSuffixList* suffixes = nullptr)
      : resolver_(resolver), suffixes_(suffixes) {}

  /// What stands at `_dmarc.` and the domain.
  [[nodiscard]] task::Task<LookupPtr> at(dns::Name domain);

  /// The whole walk from a name upwards.
  [[nodiscard]] task::Task<TreeWalk> walk(dns::Name start);

  /// The same for a name that has no record: only the names above it are asked.
  [[nodiscard]] task::Task<TreeWalk> walk_above(dns::Name start);

  [[nodiscard]] dns::Resolver& resolver() noexcept { return resolver_; }

 private:
  [[nodiscard]] task::Task<TreeWalk> follow(dns::Name start, std::vector<dns::Name> names);

  [[nodiscard]] bool is_beyond_files(const Lookup& lookup) const;

  dns::Resolver& resolver_;
  const dns::PublicSuffixList* suffixes_;
  std::unordered_map<dns::Name, LookupPtr> known_;
};

/// The organizational domain of any name, by a walk of its own.
[[nodiscard]] task::Task<OrganizationalDomain> organizational_domain(dns::Resolver& resolver, dns::Name name);

/// A domain that a message speaks for, and where it belongs: what alignment compares.
struct Identifier {
  dns::Name domain;
  OrganizationalDomain organizational_domain;
};

/// Identifier alignment (RFC 9989 §4.4): the same domain, or with relaxed alignment one organizational domain. Nothing
/// where an organizational domain that decides is not known. Pure.
[[nodiscard]] std::optional<bool> aligned(const Identifier& author, const Identifier& authenticated, Alignment mode);

}  // namespace envelint::dmarc
