#include <support/catch.hpp>
#include <support/served_zone.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace envelint;

namespace {

/// What is found about servers: code, message and note.
std::string found(const std::string& more) {
  std::string out;
  for (const finding::Finding& one : test::served_report(more).findings) {
    const std::string_view id = finding::entry(one.code).id;
    if (id != "DNS004" && id != "DNS005" && id != "DNS025" && id != "DNS031") continue;
    out += std::string(id) + ": " + one.message + "\n  " + one.note + "\n  " + one.help + "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("servers that agree draw nothing", "[audit][authority]") { CHECK(found("").empty()); }

TEST_CASE("only what differs of a set is told, with who says it and who is behind", "[audit][authority]") {
  CHECK(
      found("; at ns2.example.com: @ TXT \"v=spf1 ~all\"\n; at ns2.example.com: @ TXT \"site-verification=1\"\n"
            "; at ns2.example.com: @ SOA ns1 admin 2026112601 3600 900 604800 300\n") ==
      "DNS004: the name servers of `example.com` disagree about `example.com TXT`\n"
      "  `ns1.example.com` (198.41.0.1) says `\"v=spf1 -all\"`; `ns2.example.com` (198.41.0.2) says `\"v=spf1 ~all\"`; which of "
      "them a receiver gets is chance, and it changes from one message to the next\n"
      "  `ns2.example.com` has serial 2026112601 where the newest is 2026112602: have it fetch the zone again, and see why it "
      "did not, such as NOTIFY or transfers (AXFR) that are blocked\n");
}

TEST_CASE("servers with one serial and two versions will not mend that themselves", "[audit][authority]") {
  const std::string text = found("; at ns2.example.com: without @ MX\n");
  CHECK(
      text.starts_with("DNS004: the name servers of `example.com` disagree about `example.com MX`\n"
                       "  `ns1.example.com` (198.41.0.1) says `0 .`; `ns2.example.com` (198.41.0.2) says nothing;"));
  CHECK(text.contains("all servers have serial 2026112602"));
}

TEST_CASE("addresses of one server with one fault are one finding", "[audit][authority]") {
  const std::string text = found("ns2 A 198.41.0.3\n; at ns2.example.com: silent\n");
  CHECK(text.starts_with(
      "DNS005: `ns2.example.com` (198.41.0.2 and 198.41.0.3), a name server of `example.com`, does not answer\n"));
  CHECK(std::ranges::count(text, '\n') == 3);
}

TEST_CASE("a server that is not asked because of its address is told why", "[audit][authority]") {
  const std::string text = found("@ NS ns3\nns3 A 10.0.0.5\n");
  CHECK(text.starts_with(
      "DNS005: `ns3.example.com` (10.0.0.5), a name server of `example.com`, has an address that nobody "
      "outside reaches\n  private network, RFC 1918; it was not asked, since a stranger's zone"));
}
