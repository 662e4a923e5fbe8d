#include <support/catch.hpp>
#include <support/domain.hpp>

using test::finds;
using test::said;

namespace {

const std::string kReverse = "9.2.0.192.in-addr.arpa. PTR other.example.net.\n";  // reverse DNS is there

std::string own(const std::string& spf) {
  return "@ MX 10 mail\nmail A 192.0.2.1\n@ TXT \"v=spf1 " + spf + "\"\n" + kReverse;
}

}  // namespace

TEST_CASE("an address that sends has to have a name", "[audit][reverse]") {
  CHECK(said("PTR001", own("mx -all")) ==
        "error 1.2.0.192.in-addr.arpa: have whoever gave you the address publish `1.2.0.192.in-addr.arpa. PTR "
        "mail.example.com.`");
  CHECK(said("PTR001", own("ip4:192.0.2.1 -all")).starts_with("error"));
  CHECK(said("PTR001", own("a:mail.example.com -all")).starts_with("error"));
}

TEST_CASE("addresses that send need not be MX hosts", "[audit][reverse]") {
  const std::string zone = "@ MX 1 smtp.google.com.\nsmtp.google.com. A 192.0.2.100\nout A 192.0.2.5\n" + kReverse;
  CHECK(said("PTR001", zone + "@ TXT \"v=spf1 ip4:192.0.2.4 -all\"\n").starts_with("error 4.2.0.192.in-addr.arpa"));
  CHECK(said("PTR001", zone + "@ TXT \"v=spf1 a:out.example.com -all\"\n").starts_with("error 5.2.0.192.in-addr.arpa"));
  CHECK(said("PTR001", zone + "@ A 192.0.2.6\n@ TXT \"v=spf1 a -all\"\n").starts_with("error 6.2.0.192.in-addr.arpa"));
}

TEST_CASE("an address that only its network lets send draws a notice", "[audit][reverse]") {
  CHECK(said("PTR001", own("ip4:192.0.2.0/24 -all")).starts_with("notice"));
  CHECK(said("PTR001", own("mx/24 -all")).starts_with("notice"));
}

TEST_CASE("a host that only receives is left alone", "[audit][reverse]") {
  CHECK_FALSE(finds("PTR001", own("ip4:198.51.100.0/24 -all")));
  CHECK_FALSE(finds("PTR001", own("-all")));
}

TEST_CASE("a provider's hosts are its own affair", "[audit][reverse]") {
  const std::string google = "@ MX 1 smtp.google.com.\nsmtp.google.com. A 192.0.2.1\n" + kReverse;
  CHECK_FALSE(finds("PTR001", google + "@ TXT \"v=spf1 mx -all\"\n"));
  CHECK_FALSE(finds(
      "PTR001",
      google +
          "_spf.google.com. TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n@ TXT \"v=spf1 include:_spf.google.com -all\"\n"));
  // A host elsewhere that nobody knows: only where SPF names it alone.
  const std::string small = "@ MX 1 mx.small.example.\nmx.small.example. A 192.0.2.1\n" + kReverse;
  CHECK(finds("PTR001", small + "@ TXT \"v=spf1 mx -all\"\n"));
  CHECK_FALSE(finds("PTR001", small + "@ TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"));
}

TEST_CASE("zone files without reverse DNS say nothing about it", "[audit][reverse]") {
  CHECK_FALSE(finds("PTR001", "@ MX 10 mail\nmail A 192.0.2.1\n@ TXT \"v=spf1 mx -all\"\n"));
  CHECK_FALSE(finds("PTR009", "@ MX 10 mail\nmail AAAA 2001:db8::1\n@ TXT \"v=spf1 mx -all\"\n" + kReverse));
}

TEST_CASE("addresses that nobody can send from are left to the rule about them", "[audit][reverse]") {
  CHECK_FALSE(finds("PTR001", "@ MX 10 mail\nmail A 10.0.0.1\n@ TXT \"v=spf1 mx -all\"\n" + kReverse));
}

TEST_CASE("one name that leads back is enough", "[audit][reverse]") {
  const std::string two =
      own("mx -all") + "1.2.0.192.in-addr.arpa. PTR old.example.com.\n1.2.0.192.in-addr.arpa. PTR mail.example.com.\n";
  CHECK_FALSE(finds("PTR002", two));
  CHECK(said("PTR002", own("mx -all") + "1.2.0.192.in-addr.arpa. PTR old.example.com.\n") ==
        "error 1.2.0.192.in-addr.arpa: publish `old.example.com. A 192.0.2.1`, or have the PTR record name a host that "
        "has "
        "this address");
}

TEST_CASE("more names than are looked at may hide the one that leads back", "[audit][reverse]") {
  std::string zone = own("mx -all");
  for (const char name : {'a', 'b', 'c', 'd', 'e', 'f'})
    zone += std::string("1.2.0.192.in-addr.arpa. PTR ") + name + ".example.net.\n";
  CHECK_FALSE(finds("PTR002", zone));
}

TEST_CASE("a name that spells out the address is generic, a chosen one is not", "[audit][reverse]") {
  const auto generic = [](const std::string& name) {
    return finds("PTR003", own("mx -all") + "1.2.0.192.in-addr.arpa. PTR " + name + "\n" + name + " A 192.0.2.1\n");
  };
  CHECK(generic("192-0-2-1.dsl.example.net."));
  CHECK(generic("static.1.2.0.192.clients.example.net."));
  CHECK(generic("ip192.0.2.1.example.net."));
  CHECK_FALSE(generic("mail.example.com."));
  CHECK_FALSE(generic("mail192-1.example.com."));
  CHECK_FALSE(generic("1192-0-2-1.example.com."));
}

TEST_CASE("what is no host name is said in place of what follows from it", "[audit][reverse]") {
  const std::string zone = own("mx -all");
  for (const std::string name : {"localhost.", "mail.", "mail.example.com.2.0.192.in-addr.arpa."}) {
    CAPTURE(name);
    CHECK(finds("PTR005", zone + "1.2.0.192.in-addr.arpa. PTR " + name + "\n"));
    CHECK_FALSE(finds("PTR002", zone + "1.2.0.192.in-addr.arpa. PTR " + name + "\n"));
  }
}
