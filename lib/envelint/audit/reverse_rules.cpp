#include <envelint/audit/reverse_rules.hpp>

#include <envelint/dns/reverse.hpp>
#include <envelint/net/registry.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace envelint::audit {
namespace {

using finding::Code;
using finding::Findings;
using finding::Severity;

/// Names that were looked at are all there are: the collector looks at a few.
constexpr std::size_t kMostNames = 5;

bool is_own(const DomainFacts& facts, const dns::Name& host) {
  return facts.organizational_domain && host.is_within(*facts.organizational_domain);
}

/// An address that sends as far as SPF tells, at a host whose reverse DNS the domain can have changed.
bool is_sender(const DomainFacts& facts, const ReverseFacts& reverse) {
  const net::SpecialRange* range = net::special_range(reverse.address.unmapped());
  if (range != nullptr && range->never_a_source && range->name != "documentation") return false;
  if (reverse.spf != spf::Verdict::pass) return false;
  if (is_own(facts, reverse.host)) return true;
  return reverse.receives && reverse.singled_out && provider_of_mx(reverse.host) == nullptr;
}

std::string owner_of(const ReverseFacts& reverse) { return dns::reverse_name(reverse.address).to_string(); }

/// `192.0.2.1 (mail.example.com)`; an address that SPF lists as such has no host.
std::string shown(const DomainFacts& facts, const ReverseFacts& reverse) {
  std::string out = "`" + reverse.address.to_string() + "`";
  if (reverse.host != facts.domain) out += " (" + reverse.host.to_string() + ")";
  return out;
}

std::string wanted_name(const DomainFacts& facts, const ReverseFacts& reverse) {
  return reverse.host == facts.domain ? "mail." + facts.domain.to_string() : reverse.host.to_string();
}

// Whether such an address sends at all is not known where SPF only names its network.
void soften(const ReverseFacts& reverse, finding::Draft& draft) {
  if (!reverse.singled_out) draft.severity(Severity::notice);
}

// RFC 1912 §2.1.
void no_name(const DomainFacts& facts, const ReverseFacts& reverse, Findings& out) {
  const bool v4 = reverse.address.is_v4();
  auto draft = out.add(v4 ? Code::ptr_no_ptr : Code::ptr_ipv6_without_ptr, {});
  draft.owner(owner_of(reverse))
      .message("{} may send mail, and has no name in reverse DNS", shown(facts, reverse))
      .help("have whoever gave you the address publish `{}. PTR {}.`", owner_of(reverse), wanted_name(facts, reverse));
  if (v4) {
    draft.note("many receivers refuse mail from an address without a name, or doubt it");
  } else {
    draft.note("Gmail and others refuse mail over IPv6 from an address without a name");
  }
  soften(reverse, draft);
}

// RFC 8601 §2.7.3.
void not_confirmed(const DomainFacts& facts, const ReverseFacts& reverse, Findings& out) {
  const std::string name = reverse.names.front().name.to_string();
  const std::string_view type = reverse.address.is_v4() ? "A" : "AAAA";
  auto draft = out.add(Code::ptr_not_confirmed, {});
  draft.owner(owner_of(reverse))
      .message("{} is called `{}` in reverse DNS, and that name does not lead back to it", shown(facts, reverse), name)
      .note(
          "anybody can give their address any name, so receivers believe it only if the name has the address too; else "
          "it "
          "counts as none")
      .help("publish `{}. {} {}`, or have the PTR record name a host that has this address", name, type,
            reverse.address.to_string());
  soften(reverse, draft);
}

bool is_host_name(const dns::Name& name) {
  const auto labels = name.labels();
  if (labels.size() < 2 || text::iequals(labels.front(), "localhost") || text::iequals(labels.back(), "localdomain")) {
    return false;
  }
  return std::ranges::all_of(labels, [](std::string_view label) {
    return std::ranges::all_of(label, [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; });
  });
}

// RFC 1123 §2.1. `mail.example.com.2.0.192.in-addr.arpa` lacks the final dot in its zone file.
bool no_host_name(const DomainFacts& facts, const ReverseFacts& reverse, Findings& out) {
  const dns::Name& name = reverse.names.front().name;
  const std::string text = name.to_string();
  const bool dotless = text::lower(text).ends_with(".arpa");
  if (!dotless && is_host_name(name)) return false;
  auto draft = out.add(Code::ptr_no_host_name, {});
  draft.owner(owner_of(reverse))
      .message("{} is called `{}` in reverse DNS, which is no name of a host", shown(facts, reverse), text)
      .help("have it say `{}. PTR {}.`, with the dot at the end", owner_of(reverse), wanted_name(facts, reverse));
  draft.note("{}",
             dotless
                 ? "the final dot is missing in the zone file, which then adds its own name; for receivers the address "
                   "has no name"
                 : "for receivers the address has no name that can be confirmed");
  soften(reverse, draft);
  return true;
}

/// The numbers in a name, `4-3-2-1.dyn.example.net` has 4, 3, 2 and 1.
std::vector<int> numbers_in(std::string_view name) {
  std::vector<int> out;
  while (!name.empty()) {
    int number = 0;
    const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool is_number = fault == std::errc() && text::is_digit(name.front());
    if (is_number) out.push_back(number);
    name.remove_prefix(is_number ? static_cast<std::size_t>(end - name.data()) : 1);
  }
  return out;
}

bool holds_address(const dns::Name& name, const net::Address& address) {
  if (!address.is_v4()) return false;
  const std::vector<int> wanted = numbers_in(address.to_string());
  const std::vector<int> found = numbers_in(name.to_string());
  std::vector<int> reversed(wanted.rbegin(), wanted.rend());
  const auto holds = [&](const std::vector<int>& part) { return !std::ranges::search(found, part).empty(); };
  return holds(wanted) || holds(reversed);
}

// M3AAWG: a name that an access provider gives by counting.
void generic_name(const DomainFacts& facts, const ReverseFacts& reverse, Findings& out) {
  const auto generic = std::ranges::find_if(reverse.names, [&](const ReverseName& one) {
    return one.leads_back && holds_address(one.name, reverse.address);
  });
  if (generic == reverse.names.end() || !reverse.singled_out) return;
  const bool other = std::ranges::any_of(reverse.names, [&](const ReverseName& one) {
    return one.leads_back && !holds_address(one.name, reverse.address);
  });
  if (other) return;
  out.add(Code::ptr_generic_ptr, {})
      .owner(owner_of(reverse))
      .message("{} is called `{}` in reverse DNS, which only spells out the address", shown(facts, reverse),
               generic->name.to_string())
      .note(
          "such names are those of home connections and rented machines; many receivers give their mail a worse mark, "
          "and "
          "some refuse it")
      .help("have whoever gave you the address publish `{}. PTR {}.`", owner_of(reverse), wanted_name(facts, reverse));
}

void judge(const DomainFacts& facts, const ReverseFacts& reverse, Findings& out) {
  if (reverse.ptr.nothing()) return no_name(facts, reverse, out);
  if (!reverse.ptr.has_records() || reverse.names.empty()) return;
  const bool confirmed = std::ranges::any_of(reverse.names, &ReverseName::leads_back);
  if (confirmed) return generic_name(facts, reverse, out);
  if (no_host_name(facts, reverse, out)) return;
  const bool unknown =
      std::ranges::any_of(reverse.names, [](const ReverseName& one) { return one.addresses.unknown(); });
  if (unknown || reverse.ptr.records.size() > kMostNames) return;
  not_confirmed(facts, reverse, out);
}

}  // namespace

void check_reverse(const DomainFacts& facts, Findings& out) {
  for (const ReverseFacts& reverse : facts.reverse) {
    if (is_sender(facts, reverse)) judge(facts, reverse, out);
  }
}

}  // namespace envelint::audit
