#include <support/catch.hpp>
#include <support/shared_data.hpp>

#include <envelint/arc/validate.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

using namespace envelint;
using arc::ChainFault;
using arc::ChainStatus;

namespace {

constexpr std::uint64_t kNow = 1'700'000'000;

/// A message of the public suite with its key.
struct Sealed {
  std::string bytes;
  std::string zone;

  explicit Sealed(const std::string& name) {
    const std::filesystem::path root = std::getenv("ENVELINT_SOURCE_DIR");
    const auto suite = nlohmann::json::parse(test::slurp(root / "tests/arc/conformance/arc-validation.json"));
    const auto one = std::ranges::find_if(suite, [&](const auto& entry) { return entry.at("name") == name; });
    bytes = mail::to_crlf(one->at("message").template get<std::string>());
    const auto key = one->at("txt").at("dummy._domainkey.example.org").template get<std::string>();
    zone = "dummy._domainkey.example.org. TXT \"" + key.substr(0, 200) + "\" \"" + key.substr(200) + "\"\n";
  }

  [[nodiscard]] arc::ChainResult validate() const { return validate_in(zone); }
  [[nodiscard]] arc::ChainResult validate_in(const std::string& text) const {
    dns::FakeResolver dns(text);
    return task::sync_wait(arc::validate(dns, mail::Message::split(bytes), dkim::VerifyOptions(kNow)));
  }
  void replace(const std::string& from, const std::string& to) {
    const std::size_t at = bytes.rfind(from);
    REQUIRE(at != std::string::npos);
    bytes.replace(at, from.size(), to);
  }
};

}  // namespace

TEST_CASE("a whole chain passes, and every message signature still verifies") {
  const auto result = Sealed("cv_pass_i3_1").validate();
  CHECK(result.status == ChainStatus::pass);
  CHECK(result.chain.sets.size() == 3);
  CHECK(result.oldest_pass == 0);
  CHECK(std::ranges::all_of(result.seals, [](const auto& seal) { return seal.result == dkim::Result::pass; }));
}

TEST_CASE("what an older handler signed may have changed since, and the chain says up to where") {
  const auto result = Sealed("cv_pass_i2_1_ams1_invalid").validate();
  CHECK(result.status == ChainStatus::pass);
  CHECK(result.oldest_pass == 2);
  CHECK(result.message_signatures[0].result == dkim::Result::fail);
}

TEST_CASE("a body that was changed after the last seal fails at the newest message signature") {
  Sealed sealed("cv_pass_i2_1");
  sealed.replace("Hey gang", "Hey you");
  const auto result = sealed.validate();
  CHECK(result.status == ChainStatus::fail);
  CHECK(result.fault == ChainFault::message_signature);
  CHECK(result.instance == 2);
  CHECK(result.detail == "body hash did not verify");
}

TEST_CASE("an older seal that was changed fails, and so do all that cover it") {
  Sealed sealed("cv_pass_i2_1");
  sealed.replace("s=dummy;\r\n    t=12345", "s=dummy;\r\n    t=12344");
  const auto result = sealed.validate();
  REQUIRE(result.fault == ChainFault::seal);
  CHECK(result.instance == 2);
  CHECK(result.seals[0].result == dkim::Result::fail);
}

TEST_CASE("a key that DNS would not give fails the chain, and says that it is not known") {
  const auto result = Sealed("cv_pass_i1_1").validate_in(";! servfail dummy._domainkey.example.org\n");
  CHECK(result.status == ChainStatus::fail);
  CHECK(result.unknown);
  CHECK_FALSE(Sealed("cv_pass_i1_1").validate_in("other.example. TXT \"x\"\n").unknown);
}

TEST_CASE("a chain is the same however its body is cut") {
  const Sealed sealed("cv_pass_i2_2");
  const auto message = mail::Message::split(sealed.bytes);
  for (const std::size_t size : {1U, 2U, 7U}) {
    arc::Validation validation(message, dkim::VerifyOptions(kNow));
    for (std::size_t at = 0; at < message.body().size(); at += size) validation.body(message.body().substr(at, size));
    dns::FakeResolver dns(sealed.zone);
    CHECK(task::sync_wait(validation.finish(dns)).status == ChainStatus::pass);
  }
}
