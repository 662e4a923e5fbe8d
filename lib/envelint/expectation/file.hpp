#pragma once

#include <envelint/dmarc/record.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/net/address.hpp>
#include <envelint/text/source_file.hpp>
#include <envelint/text/span.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What an administrator expects of a domain's mail records, written down in a TOML file for CI to check:
///
///     [domains."example.com"]
///     policy = "reject"
///     max_lookups = 8
///     selectors = ["s1"]
///     pass = ["192.0.2.10", { ip = "2001:db8::1", mail_from = "bounce@mail.example.com" }]
///     fail = ["203.0.113.66"]
///
/// `file` reads it, `check` asks DNS whether it is so, `report` puts what came of it into a report.
namespace envelint::expectation {

/// A sender that must pass, or must not. All spans are offsets into the file.
struct Sender {
  net::Address ip;
  std::string mail_from;  ///< `postmaster@` and the name where the file gives none; empty for a bounce (RFC 7208 §2.4)
  std::string helo;       ///< the name where the file gives none
  bool plain = true;      ///< only an address is given
  text::Span span;
};

/// A policy that receivers must apply.
struct PolicyWish {
  dmarc::Policy policy = dmarc::Policy::none;
  text::Span span;
};

/// The most lookups that evaluating the SPF record may take.
struct LookupLimit {
  std::uint32_t most = 0;
  text::Span span;
};

/// A DKIM key that must be published and usable.
struct SelectorWish {
  dns::Name selector;
  text::Span span;
};

/// All that is expected of one name. Not an aggregate: it is a coroutine parameter.
struct Expectation {
  explicit Expectation(dns::Name expected_name) : name(std::move(expected_name)) {}

  dns::Name name;
  text::Span span;                           ///< the header of its table
  std::optional<PolicyWish> policy;          ///< of both generations, or of RFC 9989 where `policy_rfc7489` is given
  std::optional<PolicyWish> policy_rfc7489;  ///< what receivers of RFC 7489 apply
  std::optional<LookupLimit> max_lookups;
  std::vector<SelectorWish> selectors;
  std::vector<Sender> pass;
  std::vector<Sender> fail;

  /// How many things are expected: each entry of a list is one.
  [[nodiscard]] std::size_t count() const noexcept;
};

/// A file of expectations, in the order in which it has them. `names` has each name once.
struct Expectations {
  std::shared_ptr<const text::SourceFile> file;
  std::vector<Expectation> names;
};

/// What is wrong with a file, and where.
struct Fault {
  text::LineColumn place;
  std::string message;  ///< for a person, without a full stop. May quote bytes of the file
};

inline constexpr std::size_t kMaxFileOctets = std::size_t{256} << 10;
inline constexpr std::size_t kMaxNames = 1000;
inline constexpr std::size_t kMaxSenders = 1000;  ///< of one list
inline constexpr std::size_t kMaxSelectors = 100;
inline constexpr std::size_t kMaxFaults = 100;  ///< those behind are not told

/// Reads a file of expectations (TOML 1.0). Strict, since a slip here would be a check that is never made: keys that are
/// not known, names given twice and tables that expect nothing are faults.
///
/// @param path     what it is called, for messages.
/// @param content  any bytes.
/// @return what is expected, or all that is wrong, in the order of the file; at least one fault, at most kMaxFaults.
///         Never throws but for memory.
[[nodiscard]] std::expected<Expectations, std::vector<Fault>> read_expectations(std::string path, std::string content);

}  // namespace envelint::expectation
