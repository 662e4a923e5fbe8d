#include <envelint/dns/reverse.hpp>
#include <envelint/net/registry.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/verdict/rules.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace envelint::verdict {
namespace {

using finding::Code;
using finding::Findings;

bool sends_over_internet(const net::Address& client) {
  const net::SpecialRange* range = net::special_range(client);
  return range == nullptr || !range->never_a_source || range->name == "documentation";
}

std::string type_of(const net::Address& client) { return client.is_v4() ? "A" : "AAAA"; }

// RFC 1912 §2.1.
void no_name(const net::Address& client, const Verdict& verdict, Findings& out) {
  const std::string owner = dns::reverse_name(client).to_string();
  const std::string name = verdict.helo_answer ? verdict.envelope.helo : "mail.example.com";
  auto draft = out.add(client.is_v4() ? Code::ptr_no_ptr : Code::ptr_ipv6_without_ptr, {});
  draft.owner(owner)
      .message("the client `{}` has no name in reverse DNS", client.to_string())
      .help("have whoever gave you the address publish `{}. PTR {}.`", owner, name);
  if (client.is_v4()) {
    draft.note("many receivers refuse mail from an address without a name, or doubt it");
  } else {
    draft.note("Gmail and others refuse mail over IPv6 from an address without a name");
  }
}

// RFC 8601 §3.
void not_confirmed(const net::Address& client, const ReverseDns& reverse, Findings& out) {
  const std::string name = reverse.names.front().name.to_string();
  out.add(Code::ptr_not_confirmed, {})
      .owner(dns::reverse_name(client).to_string())
      .message("the client `{}` is called `{}` in reverse DNS, and that name does not lead back to it",
               client.to_string(), name)
      .note("receivers believe a name only if it has the address too; else it counts as none")
      .help("publish `{}. {} {}`, or have the PTR record name a host that has this address", name, type_of(client),
            client.to_string());
}

/// Whether HELO gave an address instead of a name, as it may (RFC 5321 §4.1.3).
bool is_address_literal(std::string_view helo) {
  if (!helo.starts_with('[') || !helo.ends_with(']')) return false;
  std::string_view inner = helo.substr(1, helo.size() - 2);
  if (text::istarts_with(inner, "IPv6:")) inner.remove_prefix(5);
  return net::Address::parse(inner).has_value();
}

// RFC 5321 §4.1.1.1, §2.3.5.
void check_helo(const Verdict& verdict, const net::Address& client, Findings& out) {
  const std::string& helo = verdict.envelope.helo;
  if (helo.empty() || is_address_literal(helo)) return;
  const dns::Name* const confirmed = verdict.reverse.confirmed();
  const std::string advice = confirmed != nullptr ? confirmed->to_string() : std::string("its own full name");
  if (!verdict.helo_answer) {
    out.add(Code::ptr_helo_not_fqdn, {})
        .owner(helo)
        .message("the client calls itself `{}` in HELO, which is no full host name", helo)
        .note("some receivers refuse such mail, and SPF has nothing to check for a bounce")
        .help("have the mail server say {} in HELO (Postfix: `myhostname`, Exim: `primary_hostname`)", advice);
    return;
  }
  if (verdict.helo_answer->unknown()) return;
  if (!verdict.helo_leads_back) {
    out.add(Code::ptr_helo_not_client, {})
        .owner(helo)
        .message("the client calls itself `{}` in HELO, a name that {}", helo,
                 verdict.helo_answer->has_records() ? "does not have its address" : "has no address of its kind")
        .note("receivers mark down mail from hosts that give a name that is not theirs")
        .help("publish `{}. {} {}`, or have the mail server say {} in HELO", helo, type_of(client), client.to_string(),
              advice);
    return;
  }
  const bool same = std::ranges::any_of(verdict.reverse.names, [&](const ClientName& one) {
    return text::iequals(one.name.to_string(), helo);
  });
  if (confirmed == nullptr || same) return;
  out.add(Code::ptr_helo_differs, {})
      .owner(dns::reverse_name(client).to_string())
      .message("the client calls itself `{}` in HELO, and reverse DNS calls it `{}`", helo, advice)
      .note("both lead back to it, so it is no lie; some receivers still want one name")
      .help("have whoever gave you the address publish `{}. PTR {}.`, or have the mail server say {} in HELO",
            dns::reverse_name(client).to_string(), helo, advice);
}

}  // namespace

void check_client(const Verdict& verdict, Findings& out) {
  if (!verdict.envelope.client) return;
  const net::Address client = verdict.envelope.client->unmapped();
  if (!sends_over_internet(client)) return;
  if (verdict.reverse.status == ReverseStatus::permerror) no_name(client, verdict, out);
  if (verdict.reverse.status == ReverseStatus::fail) not_confirmed(client, verdict.reverse, out);
  check_helo(verdict, client, out);
}

}  // namespace envelint::verdict
