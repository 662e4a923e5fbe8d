#include <support/catch.hpp>

#include <envelint/dns/name.hpp>
#include <envelint/dns/reverse.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <functional>
#include <random>
#include <string>
#include <string_view>

using envelint::dns::Name;
using envelint::dns::NameFault;
using envelint::dns::reverse_name;
using envelint::net::Address;

namespace {

std::string random_text(std::mt19937& random) {
  constexpr std::string_view kOften("..abAB-_\\@\0\xC3\xA9 ", 14);
  std::string out;
  for (std::size_t length = random() % 80; out.size() < length;) {
    out += random() % 8 == 0 ? std::string(random() % 70, 'x') : std::string(1, kOften[random() % kOften.size()]);
  }
  return out;
}

/// Every octet but the dots as three digits: the same labels, for who reads escapes.
std::string with_escapes(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '.' ? "." : fmt::format("\\{:03}", static_cast<unsigned char>(c));
  return out;
}

std::string reverse_of(std::string_view address) { return reverse_name(Address::parse(address).value()).to_string(); }

}  // namespace

TEST_CASE("a name is read from text with dots, and written again", "[dns][name]") {
  CHECK(Name::parse("Mail.Example.COM.").value().to_string() == "Mail.Example.COM");
  CHECK(Name::parse("a\\.b.example").value().label_count() == 2);
  CHECK(Name::parse("a\\046b.example").value().to_string() == "a\\.b.example");
  CHECK(Name::parse(".").value().is_root());
}

TEST_CASE("a text that is no name says why", "[dns][name]") {
  CHECK(Name::parse("").error() == NameFault::empty);
  CHECK(Name::parse("a..b").error() == NameFault::empty_label);
  CHECK(Name::parse(".a").error() == NameFault::empty_label);
  CHECK(Name::parse("a..").error() == NameFault::empty_label);
  CHECK(Name::parse(std::string(64, 'a') + ".example").error() == NameFault::long_label);
  CHECK(Name::parse("a\\25").error() == NameFault::bad_escape);
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += "a.";
  CHECK(Name::parse(longest).value().label_count() == 127);
  CHECK(Name::parse(longest + "a").error() == NameFault::long_name);
  CHECK(Name::parse("a" + longest).error() == NameFault::long_name);
  CHECK_FALSE(Name::from_dotted("a" + longest.substr(0, longest.size() - 1)));
}

TEST_CASE("labels read as they stand are those that escapes say", "[dns][name][property]") {
  std::mt19937 random(7);
  int names = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_text(random);
    const auto read = Name::from_dotted(text);
    const auto escaped = Name::parse(with_escapes(text));
    if (!read) {
      REQUIRE((!escaped || text == "." || text.ends_with('.')));
      continue;
    }
    ++names;
    REQUIRE(escaped.value().wire() == read->wire());
    REQUIRE(Name::parse(read->to_string()).value().wire() == read->wire());
    REQUIRE(Name::from_wire(std::string(read->wire()) + '\0').value() == *read);
  }
  CHECK(names > 1'000);
}

TEST_CASE("names that are equal but for their case have one hash", "[dns][name][property]") {
  std::mt19937 random(8);
  const std::hash<Name> hash;
  for (int i = 0; i < 5'000; ++i) {
    const auto name = Name::from_dotted(random_text(random));
    if (!name) continue;
    std::string turned(name->wire());
    for (char& c : turned) c = random() % 2 == 0 ? envelint::text::to_upper(c) : envelint::text::to_lower(c);
    const Name other = Name::from_wire(turned + '\0').value();
    REQUIRE(other == *name);
    REQUIRE(hash(other) == hash(*name));
  }
  CHECK(hash(Name::parse("a.example").value()) != hash(Name::parse("b.example").value()));
}

TEST_CASE("an address has a name in reverse DNS", "[dns][reverse]") {
  CHECK(reverse_of("192.0.2.10") == "10.2.0.192.in-addr.arpa");
  CHECK(reverse_of("255.254.0.9") == "9.0.254.255.in-addr.arpa");
  CHECK(reverse_of("::ffff:192.0.2.10") == "10.2.0.192.in-addr.arpa");
  CHECK(reverse_of("2001:db8::1f") == "f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}
