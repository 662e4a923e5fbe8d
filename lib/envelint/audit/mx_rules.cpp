#include <envelint/audit/mx_rules.hpp>

#include <envelint/net/registry.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>

namespace envelint::audit {
namespace {

using finding::Code;
using finding::Draft;
using finding::Findings;

/// The records of one name; the rules below are its members so that they can be short.
struct Check {
  const dns::Name& owner;
  std::span<const MxHost> hosts;
  Findings& out;

  Draft add(Code code, const MxHost& host, text::Span span) const {
    Draft draft = out.add(code, span);
    out.items().back().record = host.record;
    draft.owner(owner.to_string());
    return draft;
  }

  // RFC 7505 §3: a null MX stands alone.
  void null_mx_not_alone(const MxHost& host) const {
    if (hosts.size() < 2) return;
    add(Code::mx_null_mx_not_alone, host, host.target_span)
        .message("`{} .` says that the domain takes no mail, and other MX records say that it does", host.preference)
        .note("senders differ: some refuse to deliver, some try the other hosts, some look up an address for `.`")
        .help("delete this record if {} takes mail, else delete the others", owner.to_string());
  }

  // RFC 7505 §3: the preference of a null MX is 0.
  void null_mx_preference(const MxHost& host) const {
    if (host.preference == 0) return;
    add(Code::mx_null_mx_preference, host, host.preference_span)
        .message("a null MX has preference 0, not {}", host.preference)
        .note("a sender that looks for `0 .` to the letter does not see that the domain takes no mail")
        .help("write `0 .`")
        .fix(host.preference_span, "0");
  }

  // RFC 1035 §3.3.9: the target is a name. `192.0.2.1` is read as one of four labels, and without a dot behind it a
  // zone file makes `192.0.2.1.example.com` of it.
  bool is_address(const MxHost& host) const {
    dns::Name name = host.target;
    std::string address;
    for (int i = 0; i < 4 && !name.is_root(); ++i, name = name.parent()) {
      address.append(i == 0 ? "" : ".").append(name.labels().front());
    }
    if (!net::Address::parse_v4(address) || !(name.is_root() || owner.is_within(name))) return false;
    add(Code::mx_is_address, host, host.target_span)
        .message("`{}` is an address, and an MX needs the name of a host", address)
        .note("senders look for a host that is called `{}`, find none, and return the mail", host.target.to_string())
        .help("give the address a name, `mail.{}. A {}`, and use that name here",
              owner.is_root() ? "example.com" : owner.to_string(), address);
    return true;
  }

  // `localhost` stands where a null MX was meant: "no mail here".
  bool is_localhost(const MxHost& host) const {
    const auto labels = host.target.labels();
    const bool plain = labels.size() == 1 || host.target.parent() == owner || labels[1] == "localdomain";
    if (!text::iequals(labels.back(), "localhost") && !(text::iequals(labels.front(), "localhost") && plain))
      return false;
    Draft draft = add(Code::mx_not_reachable, host, host.target_span);
    draft.message("`{}` is the sender's own machine", host.target.to_string())
        .note("each sender tries to deliver to itself, and the mail loops or stays in its queue for days");
    if (hosts.size() == 1) {
      draft.help("if {} takes no mail, say so with a null MX, `MX 0 .`: mail is then returned at once",
                 owner.to_string());
    } else {
      draft.help("delete this record");
    }
    return true;
  }

  // RFC 1123 §2.1 and RFC 952: what a host name may be made of.
  void host_name_syntax(const MxHost& host) const {
    const auto labels = host.target.labels();
    const auto bad = [](char c) { return !text::is_alnum(c) && c != '-'; };
    std::string why;
    for (const std::string_view label : labels) {
      if (const auto it = std::ranges::find_if(label, bad); it != label.end()) {
        why = fmt::format("it holds `{}`", *it);
      } else if (label.starts_with('-') || label.ends_with('-')) {
        why = "a label begins or ends with a hyphen";
      }
    }
    if (why.empty() && labels.size() == 1) why = "it has a single label";
    if (why.empty() && std::ranges::all_of(labels.back(), text::is_digit)) why = "its last label is a number";
    if (why.empty()) return;
    add(Code::mx_host_name_syntax, host, host.target_span)
        .message("`{}` is no name for a mail host: {}", host.target.to_string(), why)
        .note("some senders refuse such a name, and no certificate can be had for it")
        .help("give the host a name of letters, digits and hyphens, below a domain");
  }

  // RFC 2181 §10.3.
  void alias(const MxHost& host, const MxTarget& target) const {
    Draft draft = add(Code::mx_is_alias, host, host.target_span);
    draft.message("`{}` is an alias (CNAME)", host.target.to_string())
        .note(
            "an MX has to name the host itself; some senders refuse an alias, and certificates and DANE are looked for "
            "under the wrong name");
    if (!target.alias) {
      draft.help("name the host that the alias leads to");
      return;
    }
    const std::string name = target.alias->to_string() + (target.alias->is_root() ? "" : ".");
    draft.help("write `{} {}`", host.preference, name);
    if (!host.target_span.empty()) draft.suggest(host.target_span, name);
  }

  // RFC 5321 §5.1.
  void without_address(const MxHost& host) const {
    add(Code::mx_without_address, host, host.target_span)
        .message("`{}` has no address", host.target.to_string())
        .note("senders cannot reach it; if no other MX can be reached, mail is returned or waits in vain")
        .help("publish an A or AAAA record for it, or delete this MX");
  }

  // Documentation addresses are left out: they stand in examples, and nobody has them.
  void reserved_address(const MxHost& host, const MxTarget& target) const {
    for (const net::Address& address : target.addresses) {
      const net::SpecialRange* range = net::special_range(address.unmapped());
      if (range == nullptr || !range->never_a_source || range->name == "documentation") continue;
      add(Code::mx_not_reachable, host, host.target_span)
          .message("`{}` has the address {}, which cannot be reached from outside ({}, {})", host.target.to_string(),
                   address.to_string(), range->name, range->reference)
          .note("senders on the Internet get no answer there, or reach a machine of their own")
          .help("publish the public address of the host");
      return;
    }
  }

  // `MX 0 example.com.` at example.com, with nothing behind the name: an attempt at a null MX.
  bool looks_like_null_mx(const MxHost& host, const MxTarget& target) const {
    if (host.preference != 0 || host.target != owner || target.state != MxTarget::State::absent) return false;
    add(Code::mx_looks_like_null_mx, host, host.target_span)
        .message("`0 {}.` looks like a null MX that was not written as one", host.target.to_string())
        .note("a null MX names the root, `.`; a name server that completes names turns `@` into the domain itself")
        .help("write `0 .` if the domain takes no mail, and delete the record if it does");
    return true;
  }

  void listed_twice() const {
    std::unordered_map<dns::Name, std::uint16_t> seen;
    for (const MxHost& host : hosts) {
      const auto [first, is_new] = seen.try_emplace(host.target, host.preference);
      if (is_new || host.target.is_root() || first->second == host.preference) continue;
      add(Code::mx_listed_twice, host, host.target_span)
          .message("`{}` is listed twice, with preference {} and {}", host.target.to_string(), first->second,
                   host.preference)
          .note("the second entry does nothing: whoever could not reach the host the first time tries it again")
          .help("keep the one with the lower number");
    }
  }
};

void check_host(const Check& check, const MxHost& host, const MxLookup& lookup) {
  if (host.target.is_root()) {
    check.null_mx_not_alone(host);
    check.null_mx_preference(host);
    return;
  }
  if (check.is_address(host) || check.is_localhost(host)) return;
  check.host_name_syntax(host);
  const MxTarget target = lookup(host.target);
  if (check.looks_like_null_mx(host, target)) return;
  switch (target.state) {
    case MxTarget::State::unknown: break;
    case MxTarget::State::absent: check.without_address(host); break;
    case MxTarget::State::alias: check.alias(host, target); break;
    case MxTarget::State::addresses: check.reserved_address(host, target); break;
  }
}

}  // namespace

void check_mx(const dns::Name& owner, std::span<const MxHost> hosts, const MxLookup& lookup, Findings& out) {
  const Check check{owner, hosts, out};
  for (const MxHost& host : hosts) check_host(check, host, lookup);
  check.listed_twice();
}

}  // namespace envelint::audit
