#include "discovery_support.hpp"

#include <support/catch.hpp>

#include <algorithm>

using namespace dmarc_test;
using namespace envelint;
using dmarc::Boundary;
using dmarc::Existence;
using dmarc::Found;

// RFC 9989 §4.10.

TEST_CASE("a walk asks at the domain and at every name above it, the top level domain included", "[dmarc][discovery]") {
  const Discovery found = discover("", "a.mail.example.com");
  CHECK(asked(found.rfc9989.queries) ==
        "_dmarc.a.mail.example.com _dmarc.mail.example.com _dmarc.example.com _dmarc.com");
}

TEST_CASE("a walk from a name of thirteen labels asks the eight questions of the RFC's example", "[dmarc][discovery]") {
  FakeResolver dns("");
  const Discovery found = discover(dns, "a.b.c.d.e.f.g.h.i.j.mail.example.com");
  CHECK(asked(found.rfc9989.queries) ==
        "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com _dmarc.g.h.i.j.mail.example.com _dmarc.h.i.j.mail.example.com "
        "_dmarc.i.j.mail.example.com _dmarc.j.mail.example.com _dmarc.mail.example.com _dmarc.example.com _dmarc.com");
  CHECK(found.rfc9989.queries.size() == dmarc::kMaxWalk);
}

TEST_CASE("a name of eight labels is walked without a leap, one of nine with one", "[dmarc][discovery]") {
  const auto eight = dmarc::walked_names(name("a.b.c.d.e.f.example.com"));
  REQUIRE(eight.size() == 8);
  CHECK(eight[1] == name("b.c.d.e.f.example.com"));
  const auto nine = dmarc::walked_names(name("z.a.b.c.d.e.f.example.com"));
  REQUIRE(nine.size() == 8);
  CHECK(nine[1] == name("b.c.d.e.f.example.com"));
  CHECK(dmarc::walked_names(name("com")).size() == 1);
  CHECK(dmarc::walked_names(Name()).empty());
}

TEST_CASE("the organizational domain is the shortest name with a record", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.mail.example.com. TXT "v=DMARC1; p=none"
    _dmarc.example.com.      TXT "v=DMARC1; p=reject"
  )", "a.mail.example.com");
  CHECK(organization(found.rfc9989) == "example.com");
  CHECK(found.rfc9989.organizational_domain.boundary == Boundary::fewest_labels);
  CHECK(asked(found.rfc9989.queries).ends_with("_dmarc.com"));  // it goes on to the end
}

TEST_CASE("psd=n ends the walk, and its domain is the organizational domain", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.mail.example.com. TXT "v=DMARC1; p=quarantine; psd=n"
    _dmarc.example.com.      TXT "v=DMARC1; p=reject"
  )", "a.mail.example.com");
  CHECK(organization(found.rfc9989) == "mail.example.com");
  CHECK(asked(found.rfc9989.queries) == "_dmarc.a.mail.example.com _dmarc.mail.example.com");
  CHECK(in_words(found.rfc9989.domain) == "quarantine by p of mail.example.com");
  CHECK(in_words(found.rfc7489.domain) == "reject by p of example.com");
}

TEST_CASE("psd=y puts the organizational domain one label below it", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.com. TXT "v=DMARC1; p=reject; psd=y"
    a.mail.example.com. A 192.0.2.1
  )", "a.mail.example.com");
  CHECK(organization(found.rfc9989) == "example.com");
  CHECK(found.rfc9989.organizational_domain.boundary == Boundary::below_psd);
  CHECK(in_words(found.rfc9989.domain) == "reject by p of com");  // no record at the organizational domain
}

TEST_CASE("psd=y above the second label puts it there too", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.mail.example.com. TXT "v=DMARC1; p=none"
    _dmarc.example.com.      TXT "v=DMARC1; p=reject; psd=y"
    a.mail.example.com.      A   192.0.2.1
  )", "a.mail.example.com");
  CHECK(organization(found.rfc9989) == "mail.example.com");
  CHECK(in_words(found.rfc9989.domain) == "none by p of mail.example.com");
  CHECK(asked(found.rfc9989.queries).ends_with("_dmarc.example.com"));
}

TEST_CASE("psd=y of the domain where the walk starts ends it, but is no boundary above it", "[dmarc][discovery]") {
  const Discovery found = discover(R"(_dmarc.bank. TXT "v=DMARC1; p=quarantine; sp=reject; psd=y")", "bank");
  CHECK(organization(found.rfc9989) == "bank");
  CHECK(found.rfc9989.organizational_domain.boundary == Boundary::fewest_labels);
  CHECK(in_words(found.rfc9989.domain) == "quarantine by p of bank");
  CHECK(in_words(found.rfc9989.subdomain) == "reject by sp of bank");
}

TEST_CASE("psd=y beyond the leap of a long name puts the organizational domain at a name that was not asked",
          "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.c.d.e.f.g.example.com. TXT "v=DMARC1; p=reject; psd=y"
  )", "x.y.z.a.b.c.d.e.f.g.example.com");
  CHECK(organization(found.rfc9989) == "b.c.d.e.f.g.example.com");
}

TEST_CASE("psd=u and an invalid psd leave the walk going", "[dmarc][discovery]") {
  for (const std::string_view value : {"u", "no", "1"}) {
    const Discovery found = discover(R"(_dmarc.example.com. TXT "v=DMARC1; p=none; psd=)" + std::string(value) + "\"",
                                     "example.com");
    CHECK(asked(found.rfc9989.queries) == "_dmarc.example.com _dmarc.com");
    CHECK(organization(found.rfc9989) == "example.com");
  }
}

TEST_CASE("without any record the domain is its own organizational domain", "[dmarc][discovery]") {
  const Discovery found = discover("", "mail.example.com");
  CHECK(organization(found.rfc9989) == "mail.example.com");
  CHECK(found.rfc9989.organizational_domain.boundary == Boundary::itself);
  CHECK(organization(found.rfc7489) == "example.com");
  CHECK(in_words(found.rfc9989.domain) == "none");
  CHECK(in_words(found.rfc7489.domain) == "none");
}

// RFC 9989 §4.10.1 and RFC 7489 §6.6.3.

TEST_CASE("the domain's own record comes first, and p is its tag", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.mail.example.com. TXT "v=DMARC1; p=none; sp=quarantine"
    _dmarc.example.com.      TXT "v=DMARC1; p=reject; sp=reject"
  )", "mail.example.com");
  for (const Generation* generation : {&found.rfc7489, &found.rfc9989}) {
    CHECK(in_words(generation->domain) == "none by p of mail.example.com");
    CHECK(organization(*generation) == "example.com");
    CHECK(in_words(generation->subdomain) == "reject by sp of example.com");  // never from below the organization
  }
  CHECK(asked(found.rfc7489.queries) == "_dmarc.mail.example.com");
}

TEST_CASE("without one, sp of the organizational domain is for a subdomain that exists and np for one that does not",
          "[dmarc][discovery]") {
  constexpr std::string_view kZone = R"(
    _dmarc.example.com. TXT "v=DMARC1; p=reject; sp=none; np=quarantine"
    mail.example.com.   A   192.0.2.1
  )";
  const Discovery mail = discover(kZone, "mail.example.com");
  CHECK(mail.existence == Existence::exists);
  CHECK(in_words(mail.rfc9989.domain) == "none by sp of example.com");
  CHECK(in_words(mail.rfc7489.domain) == "none by sp of example.com");
  CHECK(asked(mail.rfc7489.queries) == "_dmarc.mail.example.com _dmarc.example.com");
  const Discovery gone = discover(kZone, "gone.example.com");
  CHECK(gone.existence == Existence::missing);
  CHECK(in_words(gone.rfc9989.domain) == "quarantine by np of example.com");
  CHECK(in_words(gone.rfc7489.domain) == "none by sp of example.com");  // np is unknown to RFC 7489
  const Discovery top = discover(kZone, "example.com");
  CHECK(in_words(top.rfc9989.domain) == "reject by p of example.com");
  CHECK(in_words(top.rfc9989.subdomain) == "none by sp of example.com");
  CHECK(in_words(top.rfc9989.missing_subdomain) == "quarantine by np of example.com");
  CHECK(in_words(top.rfc7489.missing_subdomain) == "none by sp of example.com");
}

TEST_CASE("np falls back to sp, and sp to p", "[dmarc][discovery]") {
  const Discovery sp = discover(R"(_dmarc.example.com. TXT "v=DMARC1; p=none; sp=reject")", "example.com");
  CHECK(in_words(sp.rfc9989.missing_subdomain) == "reject by sp of example.com");
  const Discovery p = discover(R"(_dmarc.example.com. TXT "v=DMARC1; p=quarantine")", "example.com");
  CHECK(in_words(p.rfc9989.subdomain) == "quarantine by p of example.com");
  CHECK(in_words(p.rfc9989.missing_subdomain) == "quarantine by p of example.com");
}

TEST_CASE("a record between the domain and its organizational domain is passed over", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.b.example.com. TXT "v=DMARC1; p=reject"
    _dmarc.example.com.   TXT "v=DMARC1; p=none"
    a.b.example.com.      A   192.0.2.1
  )", "a.b.example.com");
  CHECK(in_words(found.rfc9989.domain) == "none by p of example.com");
  CHECK(in_words(found.rfc7489.domain) == "none by p of example.com");
}

TEST_CASE("of several records at one name none counts: RFC 9989 walks on, RFC 7489 stops", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.mail.example.com. TXT "v=DMARC1; p=none"
    _dmarc.mail.example.com. TXT "v=DMARC1; p=quarantine"
    _dmarc.example.com.      TXT "v=DMARC1; p=reject"
  )", "mail.example.com");
  CHECK(found.own().found == Found::several);
  CHECK(in_words(found.rfc9989.domain) == "reject by p of example.com");
  CHECK(in_words(found.rfc7489.domain) == "several at mail.example.com");
  CHECK(describe(found.own()) == "2 records: all discarded");
}

TEST_CASE("psd in one of several records does not end the walk", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.example.com. TXT "v=DMARC1; p=none; psd=n"
    _dmarc.example.com. TXT "v=DMARC1; p=reject; psd=y"
  )", "example.com");
  CHECK(asked(found.rfc9989.queries) == "_dmarc.example.com _dmarc.com");
}

TEST_CASE("text that is not DMARC is discarded beside a record, and alone is as good as nothing", "[dmarc][discovery]") {
  const Discovery beside = discover(R"(
    _dmarc.example.com. TXT "some-site-verification=1"
    _dmarc.example.com. TXT "v=DMARC1; p=reject"
    _dmarc.example.com. TXT "v=spf1 -all"
  )", "example.com");
  CHECK(in_words(beside.rfc9989.domain) == "reject by p of example.com");
  const Discovery alone = discover(R"(
    *.example.com.      TXT "v=spf1 -all"
    _dmarc.example.com. TXT "v=DMARC1; p=reject"
  )", "mail.example.com");
  CHECK(alone.own().found == Found::other);
  CHECK(describe(alone.own()) == "an SPF record, not DMARC");
  CHECK(in_words(alone.rfc9989.domain) == "reject by p of example.com");
  CHECK(in_words(alone.rfc7489.domain) == "reject by p of example.com");
}

TEST_CASE("a record with the version in the wrong place or case is not DMARC", "[dmarc][discovery]") {
  for (const std::string_view text : {"p=reject; v=DMARC1", "v=dmarc1; p=reject", "v=DMARC2; p=reject", " v=DMARC1; p=reject"}) {
    const Discovery found = discover("_dmarc.example.com. TXT \"" + std::string(text) + "\"", "example.com");
    CAPTURE(text);
    CHECK(found.own().found == Found::other);
    CHECK(in_words(found.rfc9989.domain) == "none");
    CHECK(in_words(found.rfc7489.domain) == "none");
  }
}

TEST_CASE("a missing or invalid p is none if reports can be sent, else DMARC is off, and nobody looks further",
          "[dmarc][discovery]") {
  for (const std::string_view text : {"v=DMARC1", "v=DMARC1; p=rejct", "v=DMARC1; p=reject; sp=no"}) {
    const std::string bare = "_dmarc.mail.example.com. TXT \"" + std::string(text) + "\"\n" +
                             R"(_dmarc.example.com. TXT "v=DMARC1; p=reject")";
    CAPTURE(text);
    const Discovery off = discover(bare, "mail.example.com");
    CHECK(in_words(off.rfc9989.domain) == "unusable at mail.example.com");
    CHECK(in_words(off.rfc7489.domain) == "unusable at mail.example.com");
    const std::string reporting = "_dmarc.mail.example.com. TXT \"" + std::string(text) + "; rua=mailto:a@example.com\"";
    const Discovery none = discover(reporting, "mail.example.com");
    CHECK(in_words(none.rfc9989.domain) == "none by p of mail.example.com");
    CHECK(in_words(none.rfc7489.domain) == "none by p of mail.example.com");
    CHECK(none.rfc9989.domain.usable.fallback);
  }
}

TEST_CASE("an invalid np turns off the whole record for RFC 9989 and is ignored by RFC 7489", "[dmarc][discovery]") {
  const Discovery found = discover(R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; np=drop")", "example.com");
  CHECK(in_words(found.rfc9989.domain) == "unusable at example.com");
  CHECK(in_words(found.rfc7489.domain) == "reject by p of example.com");
}

TEST_CASE("t=y lowers every policy one level for RFC 9989 and nothing for RFC 7489", "[dmarc][discovery]") {
  const Discovery found = discover(R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine; np=none; t=y")",
                                   "example.com");
  CHECK(in_words(found.rfc9989.domain) == "quarantine by p of example.com");
  CHECK(found.rfc9989.domain.published == dmarc::Policy::reject);
  CHECK(in_words(found.rfc9989.subdomain) == "none by sp of example.com");
  CHECK(in_words(found.rfc9989.missing_subdomain) == "none by np of example.com");
  CHECK(in_words(found.rfc7489.domain) == "reject by p of example.com");
  CHECK(describe(found.rfc9989.domain) == "quarantine (reject, t=y)");
}

TEST_CASE("pct is for RFC 7489 alone, and 0 there means one level lower", "[dmarc][discovery]") {
  const Discovery half = discover(R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=50")", "example.com");
  CHECK(describe(half.rfc7489.domain) == "reject for 50 %");
  CHECK(describe(half.rfc9989.domain) == "reject");
  const Discovery zero = discover(R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=0")", "example.com");
  CHECK(describe(zero.rfc7489.domain) == "quarantine (reject, pct=0)");
  CHECK(describe(zero.rfc9989.domain) == "reject");
}

TEST_CASE("a record below the public suffix list's boundary is found by the list, one above it by the walk",
          "[dmarc][discovery]") {
  const Discovery found = discover(R"(_dmarc.co.uk. TXT "v=DMARC1; p=none")", "mail.example.co.uk");
  CHECK(organization(found.rfc7489) == "example.co.uk");
  CHECK(asked(found.rfc7489.queries) == "_dmarc.mail.example.co.uk _dmarc.example.co.uk");
  CHECK(organization(found.rfc9989) == "co.uk");
  CHECK(in_words(found.rfc9989.domain) == "none by p of co.uk");
  CHECK(in_words(found.rfc7489.domain) == "none");
}

TEST_CASE("a public suffix has only its own record, and those below it theirs", "[dmarc][discovery]") {
  const Discovery found = discover(R"(_dmarc.co.uk. TXT "v=DMARC1; p=reject; sp=quarantine; psd=y")", "co.uk");
  CHECK(found.public_suffix);
  CHECK(in_words(found.rfc7489.domain) == "reject by p of co.uk");
  CHECK(in_words(found.rfc7489.subdomain) == "none");
  CHECK(in_words(found.rfc9989.subdomain) == "quarantine by sp of co.uk");
}

TEST_CASE("letter case of names makes no difference", "[dmarc][discovery]") {
  const Discovery found = discover(R"(_dmarc.Example.COM. TXT "v=DMARC1; p=reject")", "MAIL.example.com");
  CHECK(in_words(found.rfc9989.domain) == "reject by p of example.com");
}

TEST_CASE("an alias at _dmarc leads to the record, and one that leads nowhere is no record", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.example.com.      CNAME policies.example.net.
    policies.example.net.    TXT   "v=DMARC1; p=reject"
    _dmarc.mail.example.com. CNAME gone.example.net.
    mail.example.com.        A     192.0.2.1
  )", "mail.example.com");
  CHECK(found.own().found == Found::nothing);
  CHECK(in_words(found.rfc9989.domain) == "reject by p of example.com");
  CHECK(in_words(found.rfc7489.domain) == "reject by p of example.com");
}

TEST_CASE("an alias that leads in a circle is unknown", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.example.com.  CNAME _dmarc2.example.com.
    _dmarc2.example.com. CNAME _dmarc.example.com.
  )", "example.com");
  CHECK(in_words(found.rfc9989.domain) == "unknown at example.com");
}

// An answer that does not come is never "no record".

TEST_CASE("trouble at any step of the way leaves unknown what depends on it", "[dmarc][discovery]") {
  for (const std::string_view trouble : {"timeout", "servfail", "refused", "bogus"}) {
    const auto zone = [&](std::string_view at) {
      return R"(_dmarc.example.com. TXT "v=DMARC1; p=reject")" "\n" "mail.example.com. A 192.0.2.1\n;! " +
             std::string(trouble) + " " + std::string(at) + " TXT\n";
    };
    CAPTURE(trouble);
    const Discovery own = discover(zone("_dmarc.mail.example.com"), "mail.example.com");
    CHECK(in_words(own.rfc9989.domain) == "unknown at mail.example.com");
    CHECK(in_words(own.rfc7489.domain) == "unknown at mail.example.com");
    CHECK(organization(own.rfc9989) == "unknown");
    CHECK(asked(own.rfc9989.queries) == "_dmarc.mail.example.com");
    const Discovery above = discover(zone("_dmarc.com"), "mail.example.com");
    CHECK(in_words(above.rfc9989.domain) == "unknown at com");
    CHECK(in_words(above.rfc7489.domain) == "reject by p of example.com");  // RFC 7489 does not ask there
  }
}

TEST_CASE("trouble above the domain's own record leaves its policy, but not its organization", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.mail.example.com. TXT "v=DMARC1; p=reject"
    ;! timeout _dmarc.example.com TXT
  )", "mail.example.com");
  CHECK(in_words(found.rfc9989.domain) == "reject by p of mail.example.com");
  CHECK(organization(found.rfc9989) == "unknown");
  CHECK(in_words(found.rfc9989.subdomain) == "unknown at example.com");
  CHECK(in_words(found.rfc7489.domain) == "reject by p of mail.example.com");
  CHECK(in_words(found.rfc7489.subdomain) == "unknown at example.com");
}

TEST_CASE("trouble above a psd tag is never met", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.example.com. TXT "v=DMARC1; p=reject; psd=n"
    ;! timeout _dmarc.com TXT
  )", "example.com");
  CHECK(organization(found.rfc9989) == "example.com");
  CHECK(in_words(found.rfc9989.subdomain) == "reject by p of example.com");
}

TEST_CASE("where it is not known whether the domain exists, neither is whether sp or np applies", "[dmarc][discovery]") {
  const auto zone = [](std::string_view policies) {
    return R"(_dmarc.example.com. TXT "v=DMARC1; p=reject)" + std::string(policies) + "\"\n;! timeout mail.example.com A\n";
  };
  // The name has trouble at A only; `_dmarc` below it is answered with NXDOMAIN only if the name itself is not there.
  const Discovery differ = discover(zone("; sp=none; np=reject"), "mail.example.com");
  const Discovery same = discover(zone(""), "mail.example.com");
  CHECK(differ.existence == Existence::unknown);
  CHECK(in_words(differ.rfc9989.domain) == "unknown at example.com");
  CHECK(in_words(same.rfc9989.domain) == "reject by p of example.com");
}

TEST_CASE("a domain exists if anything but NXDOMAIN comes back for it", "[dmarc][discovery]") {
  constexpr std::string_view kZone = R"(
    www.mail.example.com. A   192.0.2.1
    txt.example.com.      TXT "hello"
    *.wild.example.com.   TXT "hello"
  )";
  CHECK(discover(kZone, "mail.example.com").existence == Existence::exists);  // an empty non-terminal
  CHECK(discover(kZone, "txt.example.com").existence == Existence::exists);
  CHECK(discover(kZone, "x.wild.example.com").existence == Existence::exists);
  CHECK(discover(kZone, "gone.example.com").existence == Existence::missing);
}

// How much is asked.

TEST_CASE("both generations and the subdomains are worked out from the same questions", "[dmarc][discovery]") {
  FakeResolver dns(R"(_dmarc.example.com. TXT "v=DMARC1; p=reject")");
  discover(dns, "example.com");
  CHECK(dns.queries().size() == 2);  // _dmarc.example.com, _dmarc.com
  FakeResolver below(R"(
    _dmarc.example.com. TXT "v=DMARC1; p=reject"
    www.example.com.    A   192.0.2.1
  )");
  discover(below, "www.example.com");
  CHECK(below.queries().size() == 4);  // those, the domain's own, and whether it exists
}

TEST_CASE("organizational domains of several names share what was asked", "[dmarc][discovery]") {
  FakeResolver dns(R"(_dmarc.example.com. TXT "v=DMARC1; p=reject")");
  dmarc::RecordFinder finder(dns);
  const auto organization_of = [&](std::string_view text) {
    return organizational_domain(task::sync_wait(finder.walk(name(text)))).name.to_string();
  };
  CHECK(organization_of("mail.example.com") == "example.com");
  CHECK(organization_of("bounce.mail.example.com") == "example.com");
  CHECK(organization_of("example.com") == "example.com");
  CHECK(dns.queries().size() == 4);
  CHECK(task::sync_wait(dmarc::organizational_domain(dns, name("a.example.com"))).name == name("example.com"));
}

TEST_CASE("a subdomain of a name of eight labels is walked without that name", "[dmarc][discovery]") {
  const Discovery found = discover(R"(
    _dmarc.a.b.c.d.e.f.example.com. TXT "v=DMARC1; p=reject; psd=n"
    _dmarc.example.com.             TXT "v=DMARC1; p=none"
  )", "a.b.c.d.e.f.example.com");
  CHECK(in_words(found.rfc9989.domain) == "reject by p of a.b.c.d.e.f.example.com");
  CHECK(in_words(found.rfc9989.subdomain) == "none by p of example.com");
}

TEST_CASE("names without room for a label below them, and the root, have no record", "[dmarc][discovery]") {
  std::string longest;
  while (longest.size() < 240) longest += std::string(15, 'x') + ".";
  longest += "example.com";  // 251 octets: no room for `_dmarc`
  const Discovery found = discover("", longest);
  CHECK(found.own().found == Found::nothing);
  CHECK(in_words(found.rfc9989.domain) == "none");
  const Discovery root = discover("", ".");
  CHECK(root.rfc9989.queries.size() == 1);
  CHECK(in_words(root.rfc9989.domain) == "none");
}

// RFC 9989 §4.4.

TEST_CASE("strict alignment wants the same domain, relaxed one organizational domain", "[dmarc][alignment]") {
  const dmarc::OrganizationalDomain example{name("example.com"), Boundary::fewest_labels};
  const dmarc::OrganizationalDomain other{name("example.net"), Boundary::itself};
  const dmarc::Identifier author{name("news.example.com"), example};
  const dmarc::Identifier sibling{name("mail.EXAMPLE.com"), example};
  const dmarc::Identifier stranger{name("example.net"), other};
  const dmarc::Identifier unclear{name("b.example.com"), {}};
  CHECK(aligned(author, sibling, dmarc::Alignment::relaxed) == true);
  CHECK(aligned(author, sibling, dmarc::Alignment::strict) == false);
  CHECK(aligned(author, stranger, dmarc::Alignment::relaxed) == false);
  CHECK(aligned(author, unclear, dmarc::Alignment::relaxed) == std::nullopt);
  CHECK(aligned(author, unclear, dmarc::Alignment::strict) == false);
  CHECK(aligned(unclear, unclear, dmarc::Alignment::relaxed) == true);
}
