#include <support/catch.hpp>

#include <envelint/dns/resolv_conf.hpp>

#include <string>
#include <string_view>

using namespace envelint::dns;
using namespace std::chrono_literals;

namespace {

std::string servers(std::string_view text) {
  std::string out;
  for (const auto& server : parse_resolv_conf(text).servers) {
    out.append(out.empty() ? "" : " ").append(server.to_string(kDnsPort));
  }
  return out;
}

}  // namespace

TEST_CASE("resolv.conf names servers in order", "[dns][resolv_conf]") {
  CHECK(servers("nameserver 192.0.2.1\nnameserver\t2001:db8::1  \n") == "192.0.2.1 2001:db8::1");
  CHECK(servers("# nameserver 192.0.2.1\n; nameserver 192.0.2.2\nsearch example.com\nnameserver 192.0.2.3") ==
        "192.0.2.3");
  CHECK(servers("nameserver 192.0.2.1\r\nnameserver 192.0.2.2\r\n") == "192.0.2.1 192.0.2.2");
}

TEST_CASE("a link-local server keeps its interface", "[dns][resolv_conf]") {
  CHECK(servers("nameserver fe80::1%eth0\n") == "fe80::1%eth0");
}

TEST_CASE("the first three servers count", "[dns][resolv_conf]") {
  CHECK(servers("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n") ==
        "192.0.2.1 192.0.2.2 192.0.2.3");
}

TEST_CASE("what is no address is passed over", "[dns][resolv_conf]") {
  CHECK(servers("nameserver localhost\nnameserver\nnameserver 192.0.2.1:5353\nnameserver [2001:db8::1]\n"
                "nameservers 192.0.2.1\nnameserver 192.0.2.9\n") == "192.0.2.9");
  CHECK(servers(std::string(100'000, 'x')).empty());
  CHECK(servers(std::string("nameserver 192.0.2.1\0\n", 22)).empty());
}

TEST_CASE("resolv.conf options shape how servers are asked", "[dns][resolv_conf]") {
  const ResolvConf conf = parse_resolv_conf(
      "options timeout:2 attempts:4 rotate ndots:3 edns0\noptions use-vc trust-ad unheard-of timeout:x\n");
  CHECK(conf.timeout == 2s);
  CHECK(conf.attempts == 4);
  CHECK(conf.rotate);
  CHECK(conf.tcp_only);
  CHECK(conf.trust_ad);
  const NetworkOptions options = conf.options();
  CHECK(options.patience == 2s);
  CHECK(options.rounds == 4);
  CHECK(options.rotate);
  CHECK(options.tcp_only);
  CHECK(options.trust_ad);
}

TEST_CASE("resolv.conf options have the bounds of libc", "[dns][resolv_conf]") {
  const ResolvConf high = parse_resolv_conf("options timeout:99 attempts:99\n");
  CHECK(high.timeout == 30s);
  CHECK(high.attempts == 5);
  const NetworkOptions none = parse_resolv_conf("options timeout:0 attempts:0\n").options();
  CHECK(none.patience == NetworkOptions().patience);
  CHECK(none.rounds == NetworkOptions().rounds);
  CHECK_FALSE(parse_resolv_conf("options timeout:-1 attempts:99999999999\n").attempts);
}

TEST_CASE("without a file nothing is said", "[dns][resolv_conf]") {
  CHECK(read_resolv_conf("/nonexistent/resolv.conf").servers.empty());
}

TEST_CASE("a server may be given with its port", "[dns][resolv_conf]") {
  CHECK(parse_server("192.0.2.1")->port == 53);
  CHECK(parse_server("192.0.2.1:5353")->port == 5353);
  CHECK(parse_server("[2001:db8::1]:5353")->port == 5353);
  CHECK_FALSE(parse_server("dns.example"));
}
