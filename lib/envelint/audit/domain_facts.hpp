#pragma once

#include <envelint/audit/live_comparison.hpp>
#include <envelint/audit/providers.hpp>
#include <envelint/dmarc/discovery.hpp>
#include <envelint/dmarc/report_authorization.hpp>
#include <envelint/dns/authoritative.hpp>
#include <envelint/dns/bounded_resolver.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/net/address.hpp>
#include <envelint/spf/check_host.hpp>
#include <envelint/spf/tree.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace envelint::audit {

/// A host that an MX record of the domain names, or the domain itself where it has none (RFC 5321 §5.1).
struct MailHost {
  dns::Name name;
  dns::Answer a;
  dns::Answer aaaa;
};

/// A name that reverse DNS gives for an address.
struct ReverseName {
  dns::Name name;
  dns::Answer addresses;    ///< of the address's family
  bool leads_back = false;  ///< the address is among them
};

/// Reverse DNS of an address that receives the domain's mail or may send it (RFC 8601 §2.7.3).
struct ReverseFacts {
  net::Address address;
  dns::Name host;                         ///< whose address it is; the domain for one that SPF lists as such
  bool receives = false;                  ///< the host is an MX of the domain
  spf::Verdict spf = spf::Verdict::none;  ///< of mail from this address: a pass means that the host may send
  bool singled_out = false;  ///< it passes as a single host of the domain's own SPF record: `ip4`, `a`, `mx`
  dns::Answer ptr;           ///< Trouble::outside where the source of answers holds no reverse DNS at all
  std::vector<ReverseName> names;
};

/// Why a selector was tried.
enum class SelectorOrigin : std::uint8_t {
  given,     ///< the user named it
  provider,  ///< a provider that the domain uses sets it up
  common,    ///< many domains use it
};

/// What stands at `SELECTOR._domainkey.DOMAIN`.
struct SelectorFacts {
  std::string selector;
  dns::Name name;
  SelectorOrigin origin = SelectorOrigin::common;
  const Provider* provider = nullptr;  ///< for SelectorOrigin::provider
  dns::Answer txt;
};

/// A TXT answer at one name.
struct TextFacts {
  dns::Name name;
  dns::Answer txt;
};

/// A provider that the domain's records lead to, and what shows it.
struct ProviderFacts {
  const Provider* provider = nullptr;
  bool by_mx = false;
  bool by_spf = false;
  bool by_key = false;  ///< a selector with a key is an alias into it, or one of its selectors has a key
};

/// A host that TLS reports are to be mailed to (RFC 8460 §3).
struct TlsReportHost {
  dns::Name host;
  text::Span span;  ///< where the record names it first
  dmarc::Reach reach = dmarc::Reach::unknown;
};

/// A name the domain relies on whose organizational domain does not exist, so that anybody can register it.
struct Unregistered {
  dns::Name name;
  dns::Name organizational_domain;
  std::string relied_on_by;  ///< `MX`, `include:…`, `CNAME of …`: in a few words
};

/// All that was asked about one domain, and what came back. Facts only: rules say what they mean.
struct DomainFacts {
  dns::Name domain;
  std::optional<dns::Name> organizational_domain;  ///< nothing for a public suffix
  dns::Answer txt;
  dns::Answer spf_type;  ///< the obsolete type 99 (RFC 7208 §3.1)
  dns::Answer mx;
  dns::Answer a;
  dns::Answer aaaa;
  dns::Answer domainkey;  ///< TXT at `_domainkey`
  dns::Answer mta_sts;    ///< TXT at `_mta-sts`
  dns::Answer tls_rpt;    ///< TXT at `_smtp._tls`
  std::vector<TlsReportHost> tls_report_hosts;
  std::vector<TextFacts> helo_texts;  ///< TXT at the names that the domain's own senders introduce themselves by
  MailHost policy_host;               ///< `mta-sts`; asked for only where `_mta-sts` has a record
  dns::Answer any_text;               ///< TXT at a name nobody has: records here come from a wildcard (RFC 4592)
  dns::Answer any_key;                ///< TXT at a selector nobody has
  std::vector<TextFacts> misplaced;   ///< names where records are put by mistake
  std::vector<MailHost> mail_hosts;
  std::vector<ReverseFacts> reverse;
  std::optional<spf::Tree> spf_tree;  ///< where the domain has one SPF record
  std::vector<SelectorFacts> selectors;
  std::vector<ProviderFacts> providers;
  std::vector<Unregistered> unregistered;
  std::vector<LiveDifference> live_differences;  ///< between zone files and live DNS, where that was asked for
  std::optional<dmarc::Discovery> dmarc;
  dmarc::ReportAuthorization dmarc_reports;  ///< of the record that applies, unless a registry publishes it
  std::vector<TextFacts>
      dmarc_wrong_names;  ///< where DMARC records are put by mistake; asked where the domain has none
  std::optional<dns::AuthoritativeFacts> authoritative;  ///< what the zone's own servers say, where that was wanted
  std::vector<dns::Unanswered> unanswered;               ///< every question that nobody answered
  std::vector<dns::Remark> remarks;                      ///< what servers remarked on answers they gave
  std::size_t questions = 0;

  /// Whether anything at all is known to stand at the domain's own name.
  [[nodiscard]] bool exists() const noexcept {
    return txt.has_records() || mx.has_records() || a.has_records() || aaaa.has_records() ||
           txt.state == dns::Answer::State::nodata;
  }
  [[nodiscard]] bool does_not_exist() const noexcept { return !exists() && txt.state == dns::Answer::State::nxdomain; }
  /// RFC 7505: the one MX record is `0 .`.
  [[nodiscard]] bool has_null_mx() const;
};

}  // namespace envelint::audit
