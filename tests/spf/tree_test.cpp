#include <support/catch.hpp>
#include <support/findings.hpp>

#include <envelint/dns/fake_resolver.hpp>
#include <envelint/spf/check_host.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/spf/tree.hpp>
#include <envelint/spf/tree_rules.hpp>
#include <envelint/task/sync_wait.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using spf::MendStep;
using spf::TermFate;

namespace {

/// The tree of example.com's record.
spf::Tree tree_of(dns::FakeResolver& dns) {
  const dns::Name domain = dns::Name::parse("example.com").value();
  dns::Query query(domain, dns::Type::txt);
  const dns::Answer answer = task::sync_wait(dns.query(query));
  const auto records = spf::select_records(answer);
  REQUIRE(records.size() == 1);
  return task::sync_wait(spf::explore(dns, domain, std::string(records.front()->joined())));
}

spf::Tree tree_of(std::string_view zone) {
  dns::FakeResolver dns(zone);
  return tree_of(dns);
}

/// A row for each term: its number, its place in the tree, its cost where that is not 1, what is special about it.
std::vector<std::string> rows(const spf::Tree& tree) {
  std::vector<std::string> out;
  for (const spf::TreeTerm& term : tree.terms) {
    std::string row = fmt::format("{} {}{}", term.number, std::string(2 * term.depth, ' '), term.term);
    if (term.cost != 1) row += fmt::format(" ={}", term.cost);
    if (term.fate != TermFate::found) row += fmt::format(" {}", to_string(term.fate));
    if (term.adds_nothing) row += " adds nothing";
    out.push_back(std::move(row));
  }
  return out;
}

std::string target_shown(const spf::Tree& tree) {
  finding::Findings out;
  spf::check_tree(tree, {}, out);
  std::string text;
  for (const std::string& one : test::shown(tree.record, out)) text.append(text.empty() ? "" : "; ").append(one);
  return text;
}

std::string found(std::string_view zone) { return target_shown(tree_of(zone)); }

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("every term that asks DNS counts once, in the order of evaluation", "[spf][tree]") {
  const spf::Tree tree = tree_of(R"(
    example.com.      TXT "v=spf1 ip4:192.0.2.1 a mx include:a.example exists:e.example redirect=r.example exp=x.example"
    example.com.      A 192.0.2.10
    example.com.      MX 10 mail.example.com.
    mail.example.com. A 192.0.2.20
    mail.example.com. AAAA 2001:db8::20
    a.example.        TXT "v=spf1 include:b.example ip4:198.51.100.0/24 ptr -all"
    b.example.        TXT "v=spf1 ip6:2001:db8:1::/48 ?all"
    r.example.        TXT "v=spf1 a:h.example -all"
    h.example.        A 192.0.2.30
    x.example.        TXT "no"
  )");
  CHECK(rows(tree) == Rows{"1 a", "2 mx", "3 include:a.example =3", "4   include:b.example",
                           "5   ptr depends_on_message", "6 exists:e.example nothing", "7 redirect=r.example =2",
                           "8   a:h.example"});
  CHECK(tree.lookups() == 8);
  CHECK(tree.exact);
  REQUIRE(tree.best);
  CHECK(tree.best->lookups == 0);
  CHECK(tree.best->terms == std::vector<std::string>{"ip4:192.0.2.1"});
  CHECK(tree.authorised.count_v4() == 4 + 256);
  CHECK(tree.authorised.count_v6_networks() == 65536 + 1);
}

TEST_CASE("terms behind all do not count, nor does a redirect beside it", "[spf][tree]") {
  // RFC 7208 §5.1, §6.1; a modifier that happens to be called include is ignored (§6).
  const spf::Tree tree = tree_of(R"(
    example.com. TXT "v=spf1 include=a.example include:a.example -all mx a:b.example redirect=a.example"
    a.example.   TXT "v=spf1 a:b.example ~all include:b.example"
    b.example.   A 192.0.2.1
  )");
  CHECK(rows(tree) == Rows{"1 include:a.example =2", "2   a:b.example"});
}

TEST_CASE("a record that is included twice is read once and paid twice", "[spf][tree]") {
  dns::FakeResolver dns(R"(
    example.com. TXT "v=spf1 include:a.example include:b.example -all"
    a.example.   TXT "v=spf1 include:c.example -all"
    b.example.   TXT "v=spf1 include:C.example ip4:192.0.2.1 -all"
    c.example.   TXT "v=spf1 ip4:198.51.100.0/24 -all"
  )");
  const spf::Tree tree = tree_of(dns);
  CHECK(rows(tree) == Rows{"1 include:a.example =2", "2   include:c.example", "3 include:b.example =2",
                           "4   include:C.example adds nothing"});
  const auto asked = std::ranges::count(dns.queries(), dns::Query(*dns::Name::parse("c.example"), dns::Type::txt));
  CHECK(asked == 1);
}

TEST_CASE("questions that find nothing count for the family of the client", "[spf][tree]") {
  const spf::Tree tree = tree_of(R"(
    example.com. TXT "v=spf1 a:four.example a:six.example a:none.example mx:none.example ptr -all"
    four.example. A 192.0.2.1
    six.example.  AAAA 2001:db8::1
    none.example. TXT "nothing else"
  )");
  CHECK(tree.v4.void_lookups == 3);
  CHECK(tree.v6.void_lookups == 3);
  CHECK(tree.terms[0].void6);
  CHECK_FALSE(tree.terms[0].void4);
  CHECK(tree.terms[2].fate == TermFate::nothing);
}

TEST_CASE("an answer that nobody gave is not taken for nothing, and makes the count the least", "[spf][tree]") {
  const spf::Tree tree = tree_of(R"(
    example.com. TXT "v=spf1 include:slow.example a:slow.example mx -all"
    example.com. MX 10 mail.slow.example.
    ;! timeout slow.example
    ;! servfail mail.slow.example
  )");
  CHECK(rows(tree) == Rows{"1 include:slow.example unknown", "2 a:slow.example unknown", "3 mx unknown"});
  CHECK_FALSE(tree.exact);
  CHECK(tree.v4.void_lookups == 0);
  CHECK(target_shown(tree) == R"(SPF103 "include:slow.example"; SPF103 "a:slow.example"; SPF103 "mx")");
}

TEST_CASE("macros for the domain itself are known, those for the message are not", "[spf][tree]") {
  const spf::Tree tree = tree_of(R"(
    example.com.              TXT "v=spf1 include:%{d}._spf.example include:%{i}._spf.example exists:%{l}.example -all"
    example.com._spf.example. TXT "v=spf1 a:%{o}.hosts.example -all"
    example.com.hosts.example. A 192.0.2.1
  )");
  CHECK(rows(tree) == Rows{"1 include:%{d}._spf.example =2", "2   a:%{o}.hosts.example",
                           "3 include:%{i}._spf.example depends_on_message",
                           "4 exists:%{l}.example depends_on_message"});
  CHECK_FALSE(tree.exact);
  CHECK(target_shown(tree) == R"(SPF102 "include:%{i}._spf.example"; SPF102 "exists:%{l}.example")");
}

TEST_CASE("loops are found and not followed", "[spf][tree]") {
  CHECK(found(R"(
    example.com. TXT "v=spf1 ip4:192.0.2.1 include:example.com -all"
  )") == R"(SPF098 "include:example.com")");
  const spf::Tree tree = tree_of(R"(
    example.com. TXT "v=spf1 ip4:192.0.2.1 include:a.example -all"
    a.example.   TXT "v=spf1 include:b.example -all"
    b.example.   TXT "v=spf1 redirect=A.example"
  )");
  CHECK(rows(tree) == Rows{"1 include:a.example =3", "2   include:b.example =2", "3     redirect=A.example loop"});
  finding::Findings out;
  spf::check_tree(tree, {}, out);
  REQUIRE(out.items().size() == 1);
  CHECK(out.items()[0].message ==
        "`redirect=A.example` in the record of `b.example` leads back to where it came from: a.example → b.example → "
        "A.example");
}

TEST_CASE("one mistake where an include leads is one finding", "[spf][tree]") {
  CHECK(found(R"(
    example.com. TXT "v=spf1 include:gone.example -all"
  )") == R"(SPF095 "include:gone.example")");
  CHECK(found(R"(
    example.com.  TXT "v=spf1 include:bare.example -all"
    bare.example. A 192.0.2.1
  )") == R"(SPF094 "include:bare.example")");
  CHECK(found(R"(
    example.com.  TXT "v=spf1 include:a.example -all"
    a.example.    TXT "v=spf1 ip4:192.0.2.1 include:gone.example -all"
  )") == R"(SPF095 "include:a.example")");
  CHECK(found(R"(
    example.com.  TXT "v=spf1 redirect=gone.example"
  )") == R"(SPF097 "redirect=gone.example")");
  CHECK(found(R"(
    example.com.  TXT "v=spf1 include:two.example include:bad.example -all"
    two.example.  TXT "v=spf1 -all"
    two.example.  TXT "v=spf1 ~all"
    bad.example.  TXT "v=spf1 ipv4:192.0.2.1 -all"
  )") == R"(SPF096 "include:two.example"; SPF096 "include:bad.example")");
}

TEST_CASE("a misspelt include of a known provider is set right", "[spf][tree]") {
  const spf::Tree tree = tree_of(R"(example.com. TXT "v=spf1 ip4:192.0.2.1 include:spf.protecton.outlook.com -all")");
  finding::Findings out;
  spf::check_tree(tree, {}, out);
  REQUIRE(out.items().size() == 1);
  CHECK(out.items()[0].help == "did you mean `spf.protection.outlook.com`?");
  CHECK(test::mended(tree.record, out) == "v=spf1 ip4:192.0.2.1 include:spf.protection.outlook.com -all");
}

TEST_CASE("void terms are named one by one up to two, and together above", "[spf][tree]") {
  CHECK(found(R"(
    example.com. TXT "v=spf1 ip4:192.0.2.1 a:x.example mx:y.example -all"
  )") == R"(SPF093 "a:x.example"; SPF093 "mx:y.example")");
  CHECK(found(R"(
    example.com. TXT "v=spf1 ip4:192.0.2.1 a:x.example mx:y.example exists:z.example -all"
  )") == R"(SPF092 "a:x.example")");
}

TEST_CASE("hosts without IPv6 matter only where the domain sends over IPv6", "[spf][tree]") {
  const std::string hosts = "a.example. A 192.0.2.1\nb.example. A 192.0.2.2\nc.example. A 192.0.2.3\n";
  CHECK(found("example.com. TXT \"v=spf1 a:a.example a:b.example a:c.example -all\"\n" + hosts) == "");
  CHECK(found("example.com. TXT \"v=spf1 a:a.example a:b.example a:c.example ip6:2001:db8::/32 -all\"\n" + hosts) ==
        R"(SPF104 "a:a.example")");
}

TEST_CASE("when both families meet too many void lookups, everybody does", "[spf][tree]") {
  std::string zone = "example.com. TXT \"v=spf1 ip4:192.0.2.0/24";
  for (int i = 0; i < 3; ++i) zone += fmt::format(" a:four{0}.example a:six{0}.example", i);
  zone += " -all\"\n";
  for (int i = 0; i < 3; ++i) {
    zone += fmt::format("four{0}.example. A 198.51.100.{0}\nsix{0}.example. AAAA 2001:db8::{0}\n", i);
  }
  CHECK(found(zone) == R"(SPF092 "a:four0.example")");
}

TEST_CASE("mail hosts without an address are no void lookup, but add nothing", "[spf][tree]") {
  CHECK(found("example.com. TXT \"v=spf1 ip4:192.0.2.1 mx -all\"\nexample.com. MX 0 .\n") == R"(SPF077 "mx")");
}

TEST_CASE("a term without which every sender gets the same result is redundant", "[spf][tree]") {
  // Covered by what stands before it, or behind it; only one of two that cover each other.
  const std::string hosts = "m.example. A 192.0.2.7\nn.example. A 192.0.2.7\n";
  CHECK(found("example.com. TXT \"v=spf1 ip4:192.0.2.0/24 a:m.example -all\"\n" + hosts) == R"(SPF077 "a:m.example")");
  CHECK(found("example.com. TXT \"v=spf1 a:m.example ip4:192.0.2.0/24 -all\"\n" + hosts) == R"(SPF077 "a:m.example")");
  CHECK(found("example.com. TXT \"v=spf1 a:m.example a:n.example -all\"\n" + hosts) == R"(SPF077 "a:n.example")");
  // Not where another result, or a term nobody can judge, stands between.
  CHECK(found("example.com. TXT \"v=spf1 a:m.example -ip4:192.0.2.0/25 ip4:192.0.2.0/24 -all\"\n" + hosts) == "");
  CHECK(found("example.com. TXT \"v=spf1 a:m.example -exists:%{i}.bad.example ip4:192.0.2.0/24 -all\"\n" + hosts) ==
        R"(SPF102 "-exists:%{i}.bad.example")");
  CHECK(found("example.com. TXT \"v=spf1 ?a:m.example ip4:192.0.2.0/24 -all\"\n" + hosts) == "");
  // What stands twice in the text is another finding.
  CHECK(found("example.com. TXT \"v=spf1 a:m.example +A:m.example -all\"\n" + hosts) == "");
}

TEST_CASE("what passes in an included record is what the include matches", "[spf][tree]") {
  const spf::Tree tree = tree_of(R"(
    example.com. TXT "v=spf1 include:a.example -all"
    a.example.   TXT "v=spf1 -ip4:192.0.2.0/25 ip4:192.0.2.0/24 ?ip4:198.51.100.0/24 redirect=b.example"
    b.example.   TXT "v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.0/24 -all"
  )");
  CHECK(tree.authorised.count_v4() == 128 + 256);
  REQUIRE(tree.best);
  CHECK(tree.best->lookups == 1);
  CHECK(tree.best->terms == std::vector<std::string>{"include:a.example", "ip4:192.0.2.0/24"});
}

TEST_CASE("the cheapest and the dearest sender are told with the terms that lead to them", "[spf][tree]") {
  const spf::Tree tree = tree_of(R"(
    example.com. TXT "v=spf1 mx include:a.example -all"
    example.com. MX 10 mail.example.com.
    mail.example.com. A 192.0.2.20
    a.example.   TXT "v=spf1 include:b.example -all"
    b.example.   TXT "v=spf1 a:none.example redirect=c.example"
    c.example.   TXT "v=spf1 ip4:203.0.113.0/24 -all"
  )");
  REQUIRE(tree.best);
  CHECK(tree.best->lookups == 1);
  CHECK(tree.best->terms == std::vector<std::string>{"mx"});
  REQUIRE(tree.dearest);
  CHECK(tree.dearest->lookups == 5);
  CHECK(tree.dearest->terms ==
        std::vector<std::string>{"include:a.example", "include:b.example", "redirect=c.example", "ip4:203.0.113.0/24"});
}

TEST_CASE("where nobody passes there is neither a cheapest nor a dearest sender", "[spf][tree]") {
  const spf::Tree tree = tree_of("example.com. TXT \"v=spf1 -a -all\"\nexample.com. A 192.0.2.1\n");
  CHECK(!tree.best);
  CHECK(!tree.dearest);
}

TEST_CASE("an include that everybody passes ends the evaluation", "[spf][tree]") {
  const spf::Tree tree = tree_of(R"(
    example.com. TXT "v=spf1 include:open.example a:m.example mx -all"
    open.example. TXT "v=spf1 a:m.example +all"
    m.example.    A 192.0.2.7
  )");
  CHECK(rows(tree) == Rows{"1 include:open.example =2", "2   a:m.example"});
  CHECK(target_shown(tree) == R"(SPF105 "include:open.example")");
}

TEST_CASE("more than ten hosts break mx, and none of their addresses is asked for", "[spf][tree]") {
  std::string zone = "example.com. TXT \"v=spf1 mx -all\"\n";
  for (int i = 0; i < 11; ++i) zone += fmt::format("example.com. MX 10 m{}.example.\n", i);
  dns::FakeResolver dns(zone);
  CHECK(target_shown(tree_of(dns)) == R"(SPF099 "mx")");
  CHECK(dns.queries().size() == 2);
}

TEST_CASE("what exp= leads to is looked at", "[spf][tree]") {
  const std::string record = "example.com. TXT \"v=spf1 -all exp=why.example\"\n";
  const std::string wrong = R"(SPF074 "exp=why.example")";
  CHECK(found(record) == wrong);
  CHECK(found(record + "why.example. TXT \"one\"\nwhy.example. TXT \"two\"\n") == wrong);
  CHECK(found(record + "why.example. TXT \"caf\\195\\169\"\n") == wrong);
  CHECK(found(record + "why.example. TXT \"100% wrong\"\n") == wrong);
  CHECK(found(record + "why.example. TXT \"%{i} is not one of ours; see %{p}\"\n") == "");
  CHECK(found(record + ";! timeout why.example\n") == "");
}

TEST_CASE("the gentlest edits that help are chosen, and the corrected record costs what they say", "[spf][tree]") {
  std::string zone = R"(
example.com. TXT "v=spf1 mx ip4:192.0.2.0/24 a:web.example ptr include:big.example include:small.example a:gone.example -all"
example.com. MX 10 mail.example.
mail.example. A 192.0.2.25
web.example. A 198.51.100.80
web.example. AAAA 2001:db8::80
small.example. TXT "v=spf1 ip4:203.0.113.1 -all"
)";
  const auto with_big = [&](int hosts) {
    std::string big = "big.example. TXT \"v=spf1";
    std::string all = zone;
    for (int i = 0; i < hosts; ++i) {
      big += fmt::format(" a:h{}.example", i);
      all += fmt::format("h{}.example. A 198.18.{}.1\n", i, i);
    }
    return all + big + " -all\"\n";
  };
  const auto kinds = [](const spf::Tree& tree) {
    std::string out;
    for (const MendStep& step : tree.mend.value().steps) {
      out += fmt::format("{}{} {}", out.empty() ? "" : "; ", to_string(step.kind), tree.terms[step.term].term);
    }
    return out;
  };
  CHECK_FALSE(tree_of(with_big(4)).mend);
  CHECK(kinds(tree_of(with_big(6))) == "drop_redundant mx; drop_void a:gone.example");
  CHECK(kinds(tree_of(with_big(7))) == "drop_redundant mx; drop_ptr ptr; drop_void a:gone.example");
  const spf::Tree tree = tree_of(with_big(8));
  CHECK(tree.lookups() == 14);
  CHECK(kinds(tree) == "drop_redundant mx; list_addresses a:web.example; drop_ptr ptr; drop_void a:gone.example");
  REQUIRE(tree.mend);
  CHECK(tree.mend->record ==
        "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.80 ip6:2001:db8::80 include:big.example include:small.example -all");
  CHECK(tree.mend->lookups == 10);
  dns::FakeResolver dns(with_big(8));
  const spf::Tree after = task::sync_wait(spf::explore(dns, *dns::Name::parse("example.com"), tree.mend->record));
  CHECK(after.lookups() == 10);
  CHECK(after.authorised == tree.authorised);
  CHECK(kinds(tree_of(with_big(9))).ends_with("list_included include:small.example; drop_void a:gone.example"));
  CHECK_FALSE(tree_of(with_big(10)).mend);
}

TEST_CASE("records without end are cut, and the count is then the least", "[spf][tree]") {
  // Each record includes the next twice: 2^12 terms at the end, more than are followed.
  std::string zone = "example.com. TXT \"v=spf1 include:r0.example -all\"\n";
  for (int i = 0; i < 12; ++i) {
    zone += fmt::format("r{0}.example. TXT \"v=spf1 include:r{1}.example include:r{1}.example -all\"\n", i, i + 1);
  }
  zone += "r12.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n";
  const spf::Tree tree = tree_of(zone);
  CHECK(tree.terms.size() == spf::kMaxTreeTerms);
  CHECK_FALSE(tree.exact);
  // Far too many records: questions have an end as well.
  std::string wide = "example.com. TXT";
  for (int i = 0; i < 700; ++i) wide += fmt::format(" \"{}include:w{}.example\"", i == 0 ? "v=spf1 " : " ", i);
  dns::FakeResolver dns(wide + "\n");
  CHECK_FALSE(tree_of(dns).exact);
  CHECK(dns.queries().size() < 110);
}

TEST_CASE("a chain of includes is followed as deep as a reader of JSON can follow it", "[spf][tree]") {
  std::string zone = "example.com. TXT \"v=spf1 include:i0.example -all\"\n";
  for (int i = 0; i < 500; ++i) zone += fmt::format("i{}.example. TXT \"v=spf1 include:i{}.example -all\"\n", i, i + 1);
  const spf::Tree tree = tree_of(zone);
  REQUIRE(tree.terms.size() == 33);
  CHECK(tree.terms.back().depth == 32);
  CHECK(tree.terms.back().fate == TermFate::cut);
  CHECK(tree.lookups() == 33);
  CHECK_FALSE(tree.exact);
}
