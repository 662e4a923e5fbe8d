#include <envelint/audit/answer_rules.hpp>

#include <envelint/dns/describe.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::audit {
namespace {

using dns::Trouble;
using dns::Unanswered;
using finding::Code;
using finding::Findings;

constexpr std::size_t kMostNamed = 4;

std::string question_of(const Unanswered& one) {
  return fmt::format("{} {}", one.query.name.to_string(), to_string(one.query.type));
}

// `a TXT`, `b MX` and 3 more
std::string list_of(const std::vector<const Unanswered*>& questions) {
  std::string out;
  const std::size_t named = std::min(questions.size(), kMostNamed);
  for (std::size_t i = 0; i < named; ++i) {
    if (i > 0) out += i + 1 == questions.size() ? " and " : ", ";
    out += fmt::format("`{}`", question_of(*questions[i]));
  }
  if (named < questions.size()) out += fmt::format(" and {} more", questions.size() - named);
  return out;
}

std::vector<const Unanswered*> with(const DomainFacts& facts, Trouble trouble) {
  std::vector<const Unanswered*> out;
  for (const Unanswered& one : facts.unanswered) {
    if (one.trouble == trouble && !is_left_to_spf(facts, one)) out.push_back(&one);
  }
  return out;
}

// Questions that were not asked have no server.
bool is_too_large(const Unanswered& one) { return one.trouble == Trouble::limit && !one.server.empty(); }

std::string_view what_happened(const Unanswered& first) {
  if (is_too_large(first)) return "the answer is larger than envelint takes";
  switch (first.trouble) {
    case Trouble::timeout: return "nobody answered in time";
    case Trouble::servfail: return "the server failed";
    case Trouble::refused: return "the server would not answer";
    case Trouble::network: return "no server could be reached";
    case Trouble::malformed: return "what came back was no valid answer";
    case Trouble::limit: return "more was to be asked than envelint asks about one domain";
    default: return "there was no answer";
  }
}

std::string what_to_do(const Unanswered& first) {
  const std::string name = first.query.name.to_string();
  const std::string type = to_string(first.query.type);
  if (is_too_large(first)) {
    return fmt::format("see what makes it large with `dig +tcp {} {}`, and remove records that nobody needs", name,
                       type);
  }
  switch (first.trouble) {
    case Trouble::network: return "check the network, or name a server with `--nameserver ADDRESS`";
    case Trouble::refused:
      return fmt::format("ask another resolver, `--nameserver 9.9.9.9`, or allow this machine to ask yours");
    case Trouble::timeout:
      return fmt::format(
          "run it again, with more time if the domain is slow: `--timeout 120`; if it stays, see who fails with "
          "`dig +trace {} {}`",
          name, type);
    case Trouble::limit: return "look for records that lead to very many others";
    default: return fmt::format("run it again; if it stays, see who fails with `dig +trace {} {}`", name, type);
  }
}

void tell(const std::vector<const Unanswered*>& questions, Findings& out) {
  if (questions.empty()) return;
  const Unanswered& first = *questions.front();
  auto draft = out.add(Code::dns_lookup_failed, {});
  draft.owner(first.query.name.to_string())
      .message("{} {} not answered: {}", list_of(questions), questions.size() == 1 ? "was" : "were",
               what_happened(first))
      .help("{}", what_to_do(first));
  // What a server is quoted with often names it already.
  const bool named = first.server.empty() || first.detail.contains(first.server);
  std::string reason = first.detail.empty() ? "" : first.detail + "; ";
  if (!named) reason.insert(0, fmt::format("{} was asked{}", first.server, reason.empty() ? "; " : ": "));
  draft.note(
      "{}nothing is known about what stands there, so nothing is said about it; receivers that get no answer either "
      "keep the mail waiting or treat it as not authenticated",
      reason);
}

// RFC 8914, RFC 7208 §2.6.6: trouble is no answer, and never "there is none".
void unanswered(const DomainFacts& facts, Findings& out) {
  constexpr Trouble kKinds[] = {Trouble::network, Trouble::timeout,   Trouble::servfail,
                                Trouble::refused, Trouble::malformed, Trouble::limit};
  for (const Trouble trouble : kKinds) {
    std::vector<const Unanswered*> others;
    std::vector<const Unanswered*> too_large;
    for (const Unanswered* one : with(facts, trouble)) (is_too_large(*one) ? too_large : others).push_back(one);
    tell(others, out);
    tell(too_large, out);
  }
}

void bogus(const DomainFacts& facts, Findings& out) {
  const auto questions = with(facts, Trouble::bogus);
  if (questions.empty()) return;
  const Unanswered& first = *questions.front();
  auto draft = out.add(Code::dns_dnssec_bogus, {});
  draft.owner(first.query.name.to_string())
      .message("{} {} DNSSEC validation", list_of(questions), questions.size() == 1 ? "fails" : "fail")
      .help(
          "see what is wrong with `delv {} {}`; most often the DS record of the parent names a key that is gone, or signatures "
          "have expired",
          first.query.name.to_string(), to_string(first.query.type));
  if (first.detail.empty()) {
    draft.note(
        "resolvers that validate get SERVFAIL: for their users the record does not exist, and mail is refused or "
        "waits");
  } else {
    draft.note(
        "resolvers that validate get SERVFAIL ({}): for their users the record does not exist, and mail is refused or "
        "waits",
        first.detail);
  }
}

// RFC 8020.
void no_such_domain(const DomainFacts& facts, Findings& out) {
  if (!facts.does_not_exist()) return;
  const std::string name = facts.domain.to_string();
  out.add(Code::dns_no_such_domain, {})
      .owner(name)
      .message("`{}` does not exist (NXDOMAIN)", name)
      .note("mail to it is returned at once, and mail from it is refused by most receivers; nothing else was judged")
      .help("check the spelling; if the name is right, its registration or the delegation to its name servers is gone");
}

void dangling(const dns::Name& name, const dns::Answer& answer, Findings& out) {
  if (answer.chain.empty() || !answer.nothing()) return;
  const bool gone = answer.state == dns::Answer::State::nxdomain;
  out.add(Code::dns_dangling_alias, {})
      .owner(name.to_string())
      .message("`{}` is an alias for `{}`, which {}", name.to_string(), answer.chain.back().to_string(),
               gone ? "does not exist" : "has no record of the type that is needed")
      .note("whoever asks follows the alias and finds nothing: what was to be published here is not")
      .help("correct the target of the CNAME, or publish the record itself in its place");
}

// RFC 1034 §3.6.2.
void aliases(const DomainFacts& facts, Findings& out) {
  std::vector<const dns::Name*> told;  // an alias stands for every type
  for (const Unanswered* one : with(facts, Trouble::loop)) {
    const dns::Name& name = one->query.name;
    if (std::ranges::any_of(told, [&](const dns::Name* other) { return *other == name; })) continue;
    told.push_back(&name);
    out.add(Code::dns_dangling_alias, {})
        .owner(name.to_string())
        .message("the aliases from `{}` cannot be followed: {}", name.to_string(),
                 one->detail.empty() ? "the CNAME chain leads back to itself" : one->detail)
        .note("resolvers give up, and for receivers it is as if nothing stood there")
        .help("have the CNAME name the host that has the record");
  }
  const auto at = [&](std::string_view labels) {
    const auto relative = dns::Name::parse(labels);
    const auto name = relative->under(facts.domain);
    return name ? *name : facts.domain;
  };
  dangling(facts.domain, facts.txt, out);
  dangling(at("_mta-sts"), facts.mta_sts, out);
  dangling(at("_smtp._tls"), facts.tls_rpt, out);
}

// `v=spf1 -all` for every name there could be: who publishes that below a parked domain means it, and what looks for a
// policy passes over it.
bool is_refusal(const dns::Record& record) {
  const auto* text = std::get_if<dns::Text>(&record.data);
  return text != nullptr && text::iequals(text::trim(text->joined()), "v=spf1 -all");
}

// RFC 4592 §2.2: a wildcard answers at every name that is not there.
void wildcard(const DomainFacts& facts, Findings& out) {
  if (!facts.any_text.has_records() || std::ranges::all_of(facts.any_text.records, is_refusal)) return;
  const std::string domain = facts.domain.to_string();
  out.add(Code::dns_wildcard_answers, {})
      .owner("*." + domain)
      .message("a wildcard TXT record answers for every name below `{}`: `{}`", domain, dns::describe(facts.any_text))
      .note(
          "where a receiver looks for a key or a policy that is not there, `_domainkey`, `_mta-sts` and others, it finds this "
          "text instead of nothing, and reports a broken record")
      .help("remove `*.{}. TXT`, or publish it only at the names that need it", domain);
}

void unregistered(const DomainFacts& facts, Findings& out) {
  for (const Unregistered& one : facts.unregistered) {
    out.add(Code::dns_registrable_target, {})
        .owner(one.name.to_string())
        .message("`{}` ({}) is in `{}`, a domain that nobody has registered", one.name.to_string(), one.relied_on_by,
                 one.organizational_domain.to_string())
        .note("whoever registers it decides what stands there: who may send as {}, or where its mail goes",
              facts.domain.to_string())
        .help("remove what names it, today; if the service is still in use, ask for its present name");
  }
}

}  // namespace

bool is_left_to_spf(const DomainFacts& facts, const Unanswered& question) {
  if (!facts.spf_tree || question.query.name == facts.domain) return false;
  const Trouble trouble = question.trouble;
  if (trouble == Trouble::bogus || trouble == Trouble::network || trouble == Trouble::limit) return false;
  if (std::ranges::find(facts.mail_hosts, question.query.name, &MailHost::name) != facts.mail_hosts.end()) return false;
  const std::string asked = question_of(question) + ":";
  return std::ranges::any_of(facts.spf_tree->terms, [&](const spf::TreeTerm& term) {
    return term.fate == spf::TermFate::unknown && !term.outside && term.answer.starts_with(asked);
  });
}

void check_answers(const DomainFacts& facts, Findings& out) {
  no_such_domain(facts, out);
  unanswered(facts, out);
  bogus(facts, out);
  if (facts.does_not_exist()) return;
  aliases(facts, out);
  wildcard(facts, out);
  unregistered(facts, out);
}

}  // namespace envelint::audit
