#pragma once

#include <envelint/audit/kind.hpp>
#include <envelint/dmarc/discovery.hpp>
#include <envelint/dns/authoritative.hpp>
#include <envelint/dns/text.hpp>
#include <envelint/dns/type.hpp>
#include <envelint/finding/finding.hpp>
#include <envelint/spf/tree.hpp>
#include <envelint/text/source_file.hpp>
#include <envelint/text/source_map.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::audit {

/// Where a record's value stands in a file that was read.
struct RecordSource {
  std::uint32_t file = 0;  ///< index into the report's files
  finding::Span entry;     ///< the whole entry, owner to last word, in file bytes
  finding::Span rdata;     ///< the record's data, first to last word, in file bytes
  text::SourceMap map;     ///< from the value to file bytes

  /// The file bytes of a span of the value; all of the data where the value is not written out as text.
  [[nodiscard]] finding::Span to_file(finding::Span value) const noexcept {
    return map.empty() ? rdata : map.to_file(value);
  }
};

/// One record that was looked at.
struct RecordReport {
  std::string owner;  ///< without final dot; empty for a record pasted in without a name
  dns::Type type = dns::Type::txt;
  Kind kind = Kind::txt;
  dns::Text value;                   ///< TXT: the joined value; other types: their data in presentation form
  std::string data;                  ///< other types, where `value` is as somebody wrote it: the data with whole names
  std::optional<bool> valid;         ///< whether a receiver that follows the RFC can use it; only kinds with a grammar
  std::optional<std::uint32_t> ttl;  ///< seconds
  std::optional<RecordSource> source;
};

/// A question nobody answered.
struct UnknownReport {
  std::string question;  ///< "example.net TXT"
  std::string reason;    ///< "timeout"
};

/// What DNS holds in one area of a domain's mail, in a few words.
struct OverviewLine {
  enum class State : std::uint8_t {
    found,    ///< there is a record
    nothing,  ///< there is none
    unknown,  ///< nobody said
  };
  Kind area = Kind::txt;
  State state = State::nothing;
  std::string text;  ///< may hold bytes of others
};

[[nodiscard]] std::string_view to_string(OverviewLine::State state) noexcept;

/// A provider that the domain's records lead to, and by which of them.
struct ProviderRow {
  enum class Key : std::uint8_t {
    found,      ///< a DKIM key of the provider is published for the domain
    missing,    ///< at none of the selectors that it sets up
    not_known,  ///< its selectors are not known, or nobody answered
  };
  std::string_view name;  ///< of the table of providers, which outlives everything
  bool receives = false;  ///< an MX record names a host of it
  bool spf = false;       ///< the SPF record includes it
  Key key = Key::not_known;
};

[[nodiscard]] std::string_view to_string(ProviderRow::Key key) noexcept;

/// What the resolvers that were asked said of their answers.
struct ResolverReport {
  /// Whether DNSSEC proves the domain's own mail records (RFC 4035 §3.2.3).
  enum class Proof : std::uint8_t {
    proved,      ///< a resolver that is believed says so of every one of them
    unverified,  ///< the same, but by one that is not believed
    partial,     ///< of some
    none,        ///< of none
  };
  /// An Extended DNS Error that came with an answer (RFC 8914).
  struct Remark {
    std::string question;  ///< "example.net TXT"
    std::string server;    ///< may be empty
    std::uint16_t code = 0;
    std::string text;  ///< may be empty, and hold bytes of others
  };
  std::optional<Proof> proof;  ///< nothing where no server gave a record of the domain
  std::string server;          ///< one that did
  std::vector<Remark> remarks;
};

[[nodiscard]] std::string_view to_string(ResolverReport::Proof proof) noexcept;

/// An expectation of which DNS would not say whether it is met.
struct UndecidedReport {
  std::string expected;  ///< "`192.0.2.10` passes SPF for example.com"
  std::string question;  ///< "_spf.example.net TXT"
  std::string reason;    ///< "timeout"
  finding::FilePlace place;
};

/// What came of the expectations that were written down for a domain. Each that is not met is a finding (X011).
struct ExpectationReport {
  std::size_t count = 0;
  std::size_t not_met = 0;
  std::vector<UndecidedReport> undecided;

  [[nodiscard]] std::size_t met() const noexcept { return count - not_met - undecided.size(); }
};

/// All that was found about one domain.
struct DomainReport {
  std::string domain;  ///< without final dot; empty for a record pasted in without a name
  std::vector<RecordReport> records;
  std::vector<finding::Finding> findings;
  std::vector<UnknownReport> unknown;
  std::vector<OverviewLine> overview;                    ///< of a domain that was looked up; empty otherwise
  std::vector<ProviderRow> providers;                    ///< likewise
  ResolverReport resolver;                               ///< likewise
  std::optional<dmarc::Discovery> dmarc;                 ///< where the domain was looked up
  std::optional<dns::AuthoritativeFacts> authoritative;  ///< what the zone's own servers say, where that was wanted
  std::optional<spf::Tree> spf;                          ///< what the SPF record costs, where DNS was asked
  std::optional<ExpectationReport> expectations;         ///< where some were written down for this domain
};

/// The result of one lint run.
struct Report {
  std::vector<std::shared_ptr<const text::SourceFile>> files;  ///< what FilePlace and RecordSource index
  std::vector<DomainReport> domains;
};

/// How many findings of each severity there are.
struct Summary {
  std::size_t error = 0;
  std::size_t warning = 0;
  std::size_t notice = 0;
  std::size_t info = 0;
  std::size_t unknown = 0;
};

[[nodiscard]] Summary summarize(const DomainReport& domain) noexcept;
[[nodiscard]] Summary summarize(const Report& report) noexcept;

}  // namespace envelint::audit
