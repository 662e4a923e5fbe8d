#include <support/catch.hpp>

#include <envelint/spf/record.hpp>

#include <string>
#include <vector>

using namespace envelint::spf;
using Kind = FaultKind;

namespace {

std::vector<Kind> kinds(std::string_view text) {
  std::vector<Kind> out;
  for (const Fault& fault : parse(text).faults) out.push_back(fault.kind);
  return out;
}

std::vector<Kind> kinds_of_term(std::string_view term) { return kinds("v=spf1 " + std::string(term)); }

}  // namespace

TEST_CASE("a record is recognised by v=spf1 and a space or the end, in any case", "[spf][record]") {
  CHECK(parse("v=spf1").valid());
  CHECK(parse("V=SPF1 -ALL").valid());
  CHECK(parse("v=spf1 ").valid());
  for (const char* text : {" v=spf1 -all", "v=spf10 -all", "v=spf1;-all", "v=spf1-all", "v=spf1\t-all", "spf1 -all",
                           "v=spf2 -all", "\"v=spf1 -all\"", "v:spf1 a", "v = spf1 a", "v=spf 1 -all"}) {
    CAPTURE(text);
    const Record record = parse(text);
    CHECK_FALSE(record.valid());
    CHECK(record.version == Version::near_miss);
  }
  for (const char* text : {"", "spf2.0/pra -all", "v=DMARC1; p=none", "google-site-verification=spf1", "hello"}) {
    CAPTURE(text);
    CHECK(parse(text).version == Version::absent);
  }
}

TEST_CASE("terms keep their parts and places", "[spf][record]") {
  const Record record = parse("v=spf1 ~mx:mail.example.com/24//64 ip4:192.0.2.0/24 redirect=_spf.example.net");
  REQUIRE(record.valid());
  REQUIRE(record.terms.size() == 3);
  const Term& mx = record.terms[0];
  CHECK(mx.is(Mechanism::mx));
  CHECK(mx.qualifier == Qualifier::softfail);
  CHECK(record.at(mx.span) == "~mx:mail.example.com/24//64");
  CHECK(record.at(mx.value) == "mail.example.com");
  CHECK(record.at(mx.cidr) == "/24//64");
  CHECK(mx.prefix4 == 24);
  CHECK(mx.prefix6 == 64);
  CHECK(record.terms[1].network.to_string() == "192.0.2.0/24");
  CHECK(record.terms[2].is(Modifier::redirect));
  CHECK(record.at(record.terms[2].value) == "_spf.example.net");
}

TEST_CASE("the grammar of RFC 7208 section 12, what is legal", "[spf][record]") {
  for (const char* term : {"all",
                           "+all",
                           "?all",
                           "-All",
                           "a",
                           "a/24",
                           "a//64",
                           "a/0//0",
                           "a:example.com",
                           "a:example.com/24//64",
                           "mx/32",
                           "mx://128.example.com",
                           "ptr",
                           "ptr:example.com",
                           "include:_spf.example.com",
                           "include:example.com.",
                           "exists:%{ir}.%{l1r+-}._spf.%{d}",
                           "exists:%{i}",
                           "exists:%%.example.com",
                           "ip4:0.0.0.0/0",
                           "ip4:192.0.2.1",
                           "ip6:::1",
                           "ip6:2001:db8::/32",
                           "ip6:::ffff:192.0.2.1",
                           "redirect=%{d2}",
                           "exp=explain._spf.%{d}",
                           "moo=cow",
                           "moo=",
                           "a=",
                           "include=x",
                           "a:foo/bar.example.com",
                           "a:example.xn--p1ai",
                           "a:1.2.3.4.example",
                           "moo.cow-x_y=%{i}"}) {
    CAPTURE(term);
    CHECK(kinds_of_term(term) == std::vector<Kind>{});
  }
}

TEST_CASE("the grammar of RFC 7208 section 12, what is not", "[spf][record]") {
  struct Case {
    const char* term;
    Kind kind;
  };
  const std::vector<Case> cases{
      {"ipv4:192.0.2.1", Kind::unknown_mechanism},
      {"192.0.2.1", Kind::unknown_mechanism},
      {"redirect:x.example", Kind::unknown_mechanism},
      {"exists", Kind::value_missing},
      {"-", Kind::stray_qualifier},
      {"--all", Kind::second_qualifier},
      {"+redirect=x.example", Kind::modifier_qualifier},
      {"all:x", Kind::argument_to_all},
      {"all.", Kind::argument_to_all},
      {"all/8", Kind::argument_to_all},
      {"include", Kind::value_missing},
      {"include:", Kind::value_missing},
      {"a:", Kind::value_missing},
      {"ip4", Kind::value_missing},
      {"ip4:/24", Kind::value_missing},
      {"exp=", Kind::value_missing},
      {"ip4:192.0.2", Kind::bad_ip4},
      {"ip4:192.0.2.01", Kind::bad_ip4},
      {"ip4:192.0.2.256", Kind::bad_ip4},
      {"ip6:2001:db8", Kind::bad_ip6},
      {"ip4:2001:db8::1", Kind::wrong_family},
      {"ip6:192.0.2.1", Kind::wrong_family},
      {"ip4:192.0.2.1/33", Kind::prefix_too_long},
      {"ip6:::1/129", Kind::prefix_too_long},
      {"a//129", Kind::prefix_too_long},
      {"a/33", Kind::prefix_too_long},
      {"ip4:192.0.2.0/255.255.255.0", Kind::prefix_form},
      {"ip4:192.0.2.0/08", Kind::prefix_form},
      {"ip4:192.0.2.1//64", Kind::bad_cidr},
      {"ip4:192.0.2.1/", Kind::bad_cidr},
      {"ip4:192.0.2.1/x", Kind::bad_cidr},
      {"a/24/64", Kind::bad_cidr},
      {"mx//", Kind::bad_cidr},
      {"a:example.com/", Kind::bad_cidr},
      {"ptr/24", Kind::bad_cidr},
      {"include/24", Kind::bad_cidr},
      {"include:localhost", Kind::no_top_label},
      {"a:192.0.2.1", Kind::no_top_label},
      {"a:example.123", Kind::no_top_label},
      {"a:example.-com", Kind::no_top_label},
      {"include:example.com/24", Kind::no_top_label},
      {"exists:%{z}.example.com", Kind::unknown_macro},
      {"exists:%{d.example.com", Kind::macro_syntax},
      {"exists:%d.example.com", Kind::macro_syntax},
      {"exists:%{d0}.example.com", Kind::macro_syntax},
      {"exists:%{d1x}.example.com", Kind::macro_syntax},
      {"exists:%{}.example.com", Kind::macro_syntax},
      {"exists:%{c}.example.com", Kind::macro_only_in_exp},
      {"moo=%x", Kind::macro_syntax},
  };
  for (const Case& c : cases) {
    CAPTURE(c.term);
    CHECK(kinds_of_term(c.term) == std::vector{c.kind});
  }
}

TEST_CASE("only spaces separate terms", "[spf][record]") {
  CHECK(kinds("v=spf1 a\tmx") == std::vector{Kind::bad_separator});
  CHECK(kinds("v=spf1 a mx -all\n") == std::vector{Kind::bad_separator});
  CHECK(kinds("v=spf1 a\xC2\xA0mx") == std::vector{Kind::non_ascii});
  CHECK(kinds("v=spf1 a \xE2\x80\x93"
              "all") == std::vector{Kind::non_ascii});
  CHECK(parse("v=spf1  a   mx  ").valid());
}

TEST_CASE("redirect and exp may stand once", "[spf][record]") {
  CHECK(kinds("v=spf1 redirect=a.example redirect=b.example") == std::vector{Kind::second_redirect});
  CHECK(kinds("v=spf1 exp=a.example exp=b.example -all") == std::vector{Kind::second_exp});
}

TEST_CASE("macros are taken apart", "[spf][record]") {
  const Record record = parse("v=spf1 exists:%{L2147483648r+-}x%%.%{d}");
  REQUIRE(record.valid());
  REQUIRE(record.terms[0].macro_count == 5);
  const MacroPart& first = record.macros[0];
  CHECK(first.letter == 'L');
  CHECK(first.keep == 255);  // digits saturate
  CHECK(first.reverse);
  CHECK(record.at(first.delimiters) == "+-");
  CHECK(record.macros[1].kind == MacroPart::Kind::literal);
  CHECK(record.macros[2].kind == MacroPart::Kind::percent);
}

TEST_CASE("the canonical form drops what says nothing", "[spf][record]") {
  const auto canonical = [](std::string_view text) { return print(parse(text)); };
  CHECK(canonical("V=SPF1  +A/32  IP4:192.0.2.0/24 +mx:Example.com//128 ip6:2001:DB8:0:0::1/128 -ALL ") ==
        "v=spf1 a ip4:192.0.2.0/24 mx:Example.com ip6:2001:db8::1 -all");
  CHECK(canonical("v=spf1 ipv4:1.2.3.4 REDIRECT=x.example") == "v=spf1 ipv4:1.2.3.4 redirect=x.example");
}

TEST_CASE("ten thousand terms are read, and not one more", "[spf][record]") {
  std::string text = "v=spf1";
  for (std::size_t i = 0; i < kMaxTerms; ++i) text += " a";
  CHECK(parse(text).valid());
  const Record over = parse(text + " mx");
  CHECK(over.terms.size() == kMaxTerms);
  CHECK(over.faults.back().kind == Kind::too_many_terms);
}

TEST_CASE("every prefix and every single byte is read without complaint from the machine", "[spf][record]") {
  const std::string text = "v=spf1 a:%{d}/24//64 ip4:192.0.2.1/24 exp=%{l1r-}.x redirect=\xE2\x80\x93 -all";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const Record record = parse(text.substr(0, size));
    CHECK(same_terms(parse(print(record)), record));
  }
  for (int byte = 0; byte < 256; ++byte) {
    std::string word = "v=spf1 a mx:x";
    word += static_cast<char>(byte);
    word += "y.example ?all";
    const Record record = parse(word);
    CAPTURE(byte);
    CHECK(same_terms(parse(print(record)), record));
  }
}
