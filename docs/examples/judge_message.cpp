// What a receiver makes of a message on standard input:  judge_message ZONE-FILE IP HELO MAIL-FROM < message.eml
// The zone file is all of DNS.
#include <envelint/dns/zone_disk.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/task/sync_wait.hpp>
#include <envelint/verdict/conclusion.hpp>
#include <envelint/verdict/evaluate.hpp>
#include <envelint/verdict/result_fields.hpp>

#include <ctime>
#include <iostream>
#include <iterator>
#include <string>

using namespace envelint;

int main(int argc, char** argv) {
  if (argc != 5) return std::cerr << "judge_message ZONE-FILE IP HELO MAIL-FROM < message.eml\n", 2;
  const std::string bytes(std::istreambuf_iterator<char>(std::cin), {});
  const auto message = mail::Message::split(bytes);
  auto file = dns::open_zone_file(argv[1]);
  const auto client = net::Address::parse(argv[2]);
  if (!file || !client) return std::cerr << "no such zone file, or no address\n", 2;
  dns::ZoneResolver dns(dns::read_zone(*std::move(file)));

  const dns::PublicSuffixList suffixes;  // one for all messages
  const verdict::Envelope envelope(*client, argv[3], argv[4]);
  const verdict::EvaluationOptions options(suffixes, static_cast<std::uint64_t>(std::time(nullptr)));
  const verdict::Verdict verdict = task::sync_wait(verdict::evaluate(dns, message, envelope, options));
  std::cout << conclude(verdict) << '\n' << verdict::result_fields(verdict, "mx.example.net");
}
