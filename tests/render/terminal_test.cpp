#include <support/catch.hpp>

#include <envelint/render/terminal.hpp>

#include <render/reports.hpp>
#include <render/snapshot.hpp>

using namespace envelint;
using finding::Severity;
using reports::Domain;
using reports::report_of;

namespace {

Domain one_span() {
  Domain domain("example.com");
  domain.record({"v=spf1 ipv4:192.0.2.1 -all"});
  domain.find("ipv4")
      .message("`ipv4` is no SPF mechanism")
      .note("the syntax of the whole record is checked first, so receivers answer permerror for every message")
      .help("write `ip4:192.0.2.1`")
      .fix(domain.at("ipv4"), "ip4");
  return domain;
}

Domain several_labels() {
  Domain domain("example.com");
  domain.record({"v=spf1 include:_spf.example.net mx include:mail.example.org a:www.example.com ~all"});
  domain.find("include:_spf.example.net")
      .message("evaluating this record takes 12 DNS lookups; receivers stop at 10")
      .note("the whole record is then a permerror, as if SPF were broken")
      .help(
          "`mx` adds no address that is not already listed: without it and with `ip4:192.0.2.0/24` for "
          "mail.example.org the count is 5")
      .label("4 lookups")
      .also(domain.at("mx"), "1 lookup, and one for each of its hosts")
      .also(domain.at("include:mail.example.org"), "6 lookups")
      .also(domain.at("a:www.example.com"), "1 lookup");
  return domain;
}

std::string long_value() {
  std::string value = "v=spf1";
  for (int i = 0; value.size() < 1980; ++i) value += " ip4:198.51.100." + std::to_string(i % 256);
  return value + " ~all";
}

audit::Report shown_at(Domain domain) { return report_of(domain); }

}  // namespace

TEST_CASE("a finding is shown with carets under its span", "[render][terminal]") {
  for (const std::size_t width : {40U, 80U, 120U}) {
    const std::string text = render::terminal(shown_at(one_span()), {.width = width});
    CHECK(is_snapshot("one_span_" + std::to_string(width) + ".txt", text));
  }
}

TEST_CASE("labels that do not fit beside the carets go below them", "[render][terminal]") {
  for (const std::size_t width : {40U, 60U, 80U, 120U}) {
    const std::string text = render::terminal(shown_at(several_labels()), {.width = width});
    CHECK(is_snapshot("several_labels_" + std::to_string(width) + ".txt", text));
  }
}

TEST_CASE("colours are those of rustc", "[render][terminal]") {
  Domain domain = several_labels();
  domain.find("~all").message("`~all` asks for less").severity(Severity::warning).suggest(domain.at("~all"), "-all");
  CHECK(is_snapshot("colour.txt", render::terminal(report_of(domain), {.colour = true})));
}

TEST_CASE("long values are cut to windows around what matters", "[render][terminal]") {
  Domain domain("example.com");
  domain.record({long_value()});
  domain.find("ip4:198.51.100.77")
      .message("the address is listed twice")
      .label("here again")
      .also(domain.at("ip4:198.51.100.7"), "first here")
      .fix({domain.at(" ip4:198.51.100.77").start, domain.at(" ip4:198.51.100.77").end}, "");
  domain.find("198.51.100.9")
      .message("one place in the middle")
      .help("write `198.51.100.8`")
      .fix(domain.at("198.51.100.9"), "198.51.100.8");
  domain.find("~all").message("the end of the value").severity(Severity::notice).suggest(domain.at("~all"), "-all");
  domain.find(text::span_of(0, domain.value().size())).message("the record has 2,000 bytes").label("all of it");
  domain.find("v=spf1")
      .message("many places")
      .also(domain.at("100.3 "), "three")
      .also(domain.at("100.33 "), "thirty-three")
      .also(domain.at("100.63 "), "sixty-three")
      .also(domain.at("100.93 "), "ninety-three");
  for (const std::size_t width : {40U, 80U}) {
    CHECK(is_snapshot("windows_" + std::to_string(width) + ".txt",
                      render::terminal(report_of(domain), {.width = width})));
  }
}

TEST_CASE("the strings of a value are seen", "[render][terminal]") {
  Domain domain("example.com");
  domain.record({"v=spf1 ip4:192.0.2.1", "mx -all", ""});
  domain.find(text::span_of(20, 20))
      .message("no space between the strings")
      .help("write `\"v=spf1 ip4:192.0.2.1 \" \"mx -all\"`");
  domain.find("192.0.2.1mx").message("`192.0.2.1mx` is no IPv4 address").fix(text::span_of(20, 20), " ");
  domain.find(text::span_of(27, 27)).message("the end").label("after this");
  CHECK(is_snapshot("joins.txt", render::terminal(report_of(domain))));
}

TEST_CASE("what hides is shown, and carets stand right beside it", "[render][terminal]") {
  Domain domain("example.com");
  domain.record(
      {"v=spf1\xC2\xA0mx \xE2\x80\xAE"
       "lla- \x1B[31ma \xFF\xE6\xBC\xA2\xE5\xAD\x97 \xEF\xBC\x9B \t-all"});
  domain.find("\xC2\xA0")
      .message("the record holds U+00A0 NO-BREAK SPACE: `v=spf1\xC2\xA0mx`")
      .fix(domain.at("\xC2\xA0"), " ");
  domain.find("\xE2\x80\xAElla-")
      .message("a term is written backwards: `\xE2\x80\xAElla-`")
      .label("\xE2\x80\xAE right to left");
  domain.find("\x1B").message("an escape character").label("ESC \x1B[0m");
  domain.find("\xFF").message("a byte that is not UTF-8: `\xFF`");
  domain.find("\xE6\xBC\xA2\xE5\xAD\x97")
      .message("wide characters")
      .also(domain.at("\xEF\xBC\x9B"), "\xE5\xAE\xBD wide");
  domain.find("\t").message("a TAB");
  domain.find(text::span_of(domain.value().size(), domain.value().size())).message("the end").label("ends here");
  for (const std::size_t width : {40U, 80U}) {
    CHECK(
        is_snapshot("hidden_" + std::to_string(width) + ".txt", render::terminal(report_of(domain), {.width = width})));
  }
}

TEST_CASE("a place is pointed at even where nothing stands", "[render][terminal]") {
  Domain domain("");
  domain.record({"v=DMARC1; p="}, audit::Kind::dmarc);
  domain.find(text::span_of(12, 12)).message("`p=` has no value").label("`none`, `quarantine` or `reject`");
  CHECK(is_snapshot("empty_span.txt", render::terminal(report_of(domain))));
}

TEST_CASE("no findings is good news in one line", "[render][terminal]") {
  Domain domain("example.com");
  domain.record({"v=spf1 -all"}, audit::Kind::spf, true);
  CHECK(render::terminal(report_of(domain)) == "example.com: no findings (1 SPF record, valid)\n");
  Domain pasted("");
  pasted.record({"v=spf1 -all"}, audit::Kind::spf, true);
  CHECK(render::terminal(report_of(pasted)) == "no findings (1 SPF record, valid)\n");
  Domain nothing("example.net");
  CHECK(render::terminal(report_of(nothing)) == "example.net: no findings (no records)\n");
}

TEST_CASE("several domains have headings and a total", "[render][terminal]") {
  Domain first = one_span();
  first.record({"v=DMARC1; p=reject"}, audit::Kind::dmarc, true);
  first.report().unknown.push_back({"_mta-sts.example.com TXT", "timeout"});
  first.find_elsewhere()
      .message("nothing is published for reports")
      .owner("_smtp._tls.example.com")
      .help("publish a record");
  Domain clean("example.net");
  clean.record({"v=spf1 -all"}, audit::Kind::spf, true);
  Domain last("example.org");
  last.find_elsewhere().message("there is no SPF record").owner("example.org");
  const audit::Report report{{}, {first.take(), clean.take(), last.take()}};
  CHECK(is_snapshot("domains.txt", render::terminal(report)));
  CHECK(
      is_snapshot("domains_bounded.txt", render::terminal(report, {.notes = false, .help = false, .max_findings = 1})));
}

TEST_CASE("findings come in the order of their places, the worst first", "[render][terminal]") {
  Domain domain("example.com");
  domain.record({"v=spf1 a mx"});
  domain.find("mx").message("third");
  domain.find("a").message("second").severity(Severity::notice);
  domain.find("a").message("first");
  const std::string text = render::terminal(report_of(domain));
  CHECK(text.find("first") < text.find("second"));
  CHECK(text.find("second") < text.find("third"));
}

TEST_CASE("places in a zone file are shown with their line numbers", "[render][terminal]") {
  const std::string zone =
      "$ORIGIN example.com.\n"
      "@\tIN\tTXT\tv=spf1 mx ; -all\n"
      "_dmarc IN TXT ( \"v=DMARC1;\"\n"
      "                \" p=reject\"\n"
      "                \"; pct=50\" )\n"
      "a 1\n b 2\n c 3\n d 4\n e 5\n f 6\n";
  Domain domain("example.com");
  domain.record({"v=DMARC1;", " p=reject", "; pct=50"}, audit::Kind::dmarc);
  const auto in_zone = [&](std::string_view word) { return finding::FilePlace{0, reports::span_of(zone, word)}; };
  audit::RecordSource source;
  source.entry = reports::span_of(
      zone, "_dmarc IN TXT ( \"v=DMARC1;\"\n                \" p=reject\"\n                \"; pct=50\" )");
  source.rdata = source.entry;
  source.map.segments = {{0, reports::span_of(zone, "v=DMARC1").start, 1},
                         {9, reports::span_of(zone, " p=reject").start, 1},
                         {18, reports::span_of(zone, "; pct").start, 1}};
  domain.report().records[0].source = source;
  domain.find("pct=50").message("`pct` is ignored");
  domain.find_elsewhere().message("an unquoted `;` begins a comment").label("cut off").place(in_zone("; -all"));
  domain.find_elsewhere().message("three lines").label("to here").place({0, source.entry});
  domain.find_elsewhere().message("six lines").place(in_zone("a 1\n b 2\n c 3\n d 4\n e 5\n f 6"));
  const audit::Report report{{std::make_shared<const text::SourceFile>("zones/x.zone", zone)}, {domain.take()}};
  CHECK(is_snapshot("zone.txt", render::terminal(report)));
}

TEST_CASE("key material is never shown", "[render][terminal]") {
  Domain domain("s1._domainkey.example.com");
  domain.record({"v=DKIM1; p=MIICXAIBAAKBgQC7", "SECRETKEYMATERIAL; t=s"}, audit::Kind::dkim);
  domain.find("MIICXAIBAAKBgQC7SECRETKEYMATERIAL")
      .message("this is a private key")
      .secret()
      .suggest(domain.at("MIICXAIBAAKBgQC7SECRETKEYMATERIAL"), "");
  domain.find("t=s").message("another finding").suggest(domain.at("t=s"), "t=y");
  const std::string text = render::terminal(report_of(domain));
  CHECK(text.find("SECRET") == std::string::npos);
  CHECK(text.find("MIIC") == std::string::npos);
  CHECK(is_snapshot("secret.txt", text));
}
