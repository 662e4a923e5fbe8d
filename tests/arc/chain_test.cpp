#include <support/catch.hpp>

#include <envelint/arc/chain.hpp>

#include <fmt/format.h>

#include <string>
#include <vector>

using namespace envelint;
using arc::ChainFault;

namespace {

std::string results(int i) { return fmt::format("ARC-Authentication-Results: i={}; mx.example.net; spf=pass\r\n", i); }
std::string signature(int i) {
  return fmt::format("ARC-Message-Signature: i={}; a=rsa-sha256; d=example.net; s=s; h=from; bh=AAAA; b=AAAA\r\n", i);
}
std::string seal(int i, const std::string& status) {
  return fmt::format("ARC-Seal: i={}; a=rsa-sha256; cv={}; d=example.net; s=s; b=AAAA\r\n", i, status);
}
std::string set(int i) { return seal(i, i == 1 ? "none" : "pass") + signature(i) + results(i); }

/// What is found in a message with these fields.
arc::Chain chain(const std::string& fields) {
  static std::string bytes;
  bytes = fields + "From: a@example.com\r\n\r\n";
  return arc::collect_chain(mail::Message::split(bytes));
}

}  // namespace

TEST_CASE("sets are found in any order, the oldest first") {
  const auto found = chain(results(1) + set(2) + signature(1) + seal(1, "none"));
  REQUIRE(found.fault == ChainFault::none);
  REQUIRE(found.sets.size() == 2);
  CHECK(found.sets[0].results == 0);
  CHECK(found.sets[0].seal_field == 5);
  CHECK(found.sets[1].message_signature == 2);
}

TEST_CASE("a message without fields of ARC has no chain") {
  const auto found = chain("DKIM-Signature: v=1\r\n");
  CHECK_FALSE(found.present);
  CHECK(found.sets.empty());
  CHECK(found.fault == ChainFault::none);
}

TEST_CASE("a chain has every set once and whole") {
  CHECK(chain(set(1) + set(3)).fault == ChainFault::gap);
  CHECK(chain(set(2)).fault == ChainFault::gap);
  CHECK(chain(set(1) + seal(1, "none")).fault == ChainFault::repeated_field);
  CHECK(chain(seal(1, "none") + signature(1)).fault == ChainFault::missing_field);
  CHECK(chain(seal(1, "none") + results(1)).fault == ChainFault::missing_field);
  CHECK(chain(signature(1) + results(1)).fault == ChainFault::missing_field);
  CHECK(chain(set(1) + "ARC-Seal: nonsense\r\n").fault == ChainFault::bad_field);
  CHECK(chain(set(1) + results(51)).fault == ChainFault::bad_field);
}

TEST_CASE("the first seal says none, and all others pass") {
  CHECK(chain(seal(1, "pass") + signature(1) + results(1)).fault == ChainFault::wrong_status);
  CHECK(chain(set(1) + seal(2, "none") + signature(2) + results(2)).fault == ChainFault::wrong_status);
  CHECK(chain(set(1) + seal(2, "fail") + signature(2) + results(2)).fault == ChainFault::failed_before);
  CHECK(chain(set(2) + seal(1, "fail") + signature(1) + results(1)).fault == ChainFault::wrong_status);
}

TEST_CASE("fifty sets are a chain, and more octets than are looked at are none") {
  std::string fields;
  for (int i = 1; i <= 50; ++i) fields += set(i);
  CHECK(chain(fields).sets.size() == 50);
  std::string large = "ARC-Authentication-Results: i=1; ";
  large.append(arc::kMaxChainOctets, 'x');
  CHECK(chain(large + "\r\n" + seal(1, "none") + signature(1)).fault == ChainFault::too_large);
}

TEST_CASE("authentication results of ARC begin with their instance") {
  std::size_t payload = 0;
  CHECK(arc::results_instance(" i=12; mx.example; spf=pass", &payload) == 12);
  CHECK(payload == 6);
  CHECK(arc::results_instance("(a (nested) \\) comment) i = 3\r\n (more) ; mx.example") == 3);
  for (const char* wrong : {"", "i=1", "i=1;", "i=1 mx.example;", "mx.example; i=1", "i=0; x", "i=51; x", "i=001; x",
                            "i=-1; x", "(no end i=1; x", "i=1 (no end; x"}) {
    INFO(wrong);
    CHECK(arc::results_instance(wrong) == 0);
  }
}
