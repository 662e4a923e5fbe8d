#include <envelint/audit/set_rules.hpp>

#include <envelint/text/ascii.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace envelint::audit {
namespace {

using finding::Code;

/// A kind of which a name may have one record. Records without the version are discarded before they are counted.
struct Single {
  Kind kind;
  std::string_view version;
  Code code;
  std::string_view what;
  std::string_view note;
};

constexpr std::array<Single, 3> kSingles{{
    // RFC 6376 §3.6.2.2.
    {Kind::dkim, "", Code::dkim_several_keys, "TXT records, and a selector may have one",
     "what receivers make of several is not defined: some take the first that comes, which is another each time, and "
     "some treat "
     "the signature as broken"},
    // RFC 8461 §3.1.
    {Kind::mta_sts, "v=STSv1", Code::sts_several_records, "MTA-STS records; there may be only one",
     "senders do not choose: they go on as if there were no MTA-STS"},
    // RFC 8460 §3.
    {Kind::tls_rpt, "v=TLSRPTv1", Code::rpt_several_records, "TLS-RPT records; there may be only one",
     "senders do not choose: they send no reports"},
}};

void check_kind(DomainReport& domain, const Single& single) {
  std::map<std::string, std::vector<int>> at;
  for (std::size_t i = 0; i < domain.records.size(); ++i) {
    const RecordReport& record = domain.records[i];
    if (record.kind != single.kind || record.type != dns::Type::txt || record.owner.empty()) continue;
    if (text::istarts_with(record.value.joined(), single.version)) {
      at[text::lower(record.owner)].push_back(static_cast<int>(i));
    }
  }
  for (const auto& [owner, records] : at) {
    if (records.size() < 2) continue;
    const RecordReport& second = domain.records[static_cast<std::size_t>(records[1])];
    finding::Findings out;
    out.add(single.code, text::span_of(0, second.value.joined().size()))
        .record(records[1])
        .message("`{}` has {} {}", second.owner, records.size(), single.what)
        .note("{}", single.note)
        .help("keep the one that is in use, and remove the others{}",
              single.kind == Kind::dkim ? "; a key to come needs a selector of its own" : "");
    domain.findings.push_back(std::move(out.items().front()));
  }
}

}  // namespace

void check_single_records(DomainReport& domain) {
  for (const Single& single : kSingles) check_kind(domain, single);
}

}  // namespace envelint::audit
