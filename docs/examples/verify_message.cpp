// Verifies the DKIM signatures of a message on standard input:  verify_message [ZONE-FILE] < message.eml
// The keys are those in DNS, or with a zone file those in it.
#include <envelint/dkim/verify.hpp>
#include <envelint/dns/network_resolver.hpp>
#include <envelint/dns/resolv_conf.hpp>
#include <envelint/dns/zone_disk.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/io/event_loop.hpp>

#include <ctime>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

using namespace envelint;

int main(int argc, char** argv) {
  const std::string bytes(std::istreambuf_iterator<char>(std::cin), {});
  const auto message = mail::Message::split(bytes);  // copies nothing: `bytes` must outlive it

  io::EventLoop loop;
  std::unique_ptr<dns::Resolver> keys;
  if (argc > 1) {
    auto file = dns::open_zone_file(argv[1]);
    if (!file) return std::cerr << argv[1] << ": " << file.error() << '\n', 2;
    keys = std::make_unique<dns::ZoneResolver>(dns::read_zone(*std::move(file)));
  } else {
    keys = std::make_unique<dns::NetworkResolver>(loop, dns::read_resolv_conf().options());
  }

  const dkim::VerifyOptions options(static_cast<std::uint64_t>(std::time(nullptr)));
  for (const dkim::SignatureResult& one : loop.run(dkim::verify(*keys, message, options))) {
    std::cout << to_string(one.result) << ": " << one.signature.domain();
    if (one.reason != dkim::Reason::verified) std::cout << ", " << to_string(one.reason);
    std::cout << '\n';
  }
}
