#include "fuzz.hpp"

#include <envelint/dns/resolv_conf.hpp>

using namespace envelint;

// Any text is read as a resolv.conf and as a server; what is read prints as a text that reads back to the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz_text(data, size);
  const dns::ResolvConf conf = dns::parse_resolv_conf(text);
  fuzz_require(conf.servers.size() <= 3, "at most three servers count");
  const dns::NetworkOptions options = conf.options();
  fuzz_require(options.rounds > 0 && options.rounds <= 5 && options.patience.count() > 0, "options have bounds");
  for (const io::Endpoint& server : conf.servers) {
    fuzz_require(dns::parse_server(server.to_string(dns::kDnsPort)) == server, "a server reads back as it was");
  }
  const auto server = dns::parse_server(text);
  fuzz_require(!server || dns::parse_server(server->to_string(dns::kDnsPort)) == server,
               "a server reads back as it was");
  return 0;
}
