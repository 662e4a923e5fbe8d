// The public test suite of ARC validation, every case.

#include <support/catch.hpp>
#include <support/shared_data.hpp>

#include <envelint/arc/validate.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <string>

namespace {

using namespace envelint;

/// Where the RFCs decide otherwise than the suite, or the suite decides nothing.
const std::map<std::string, std::string>& decided() {
  // RFC 8617 §5.2 step 2: "If the Chain Validation Status of the highest instance value ARC Set is "fail", then the
  // Chain Validation Status is "fail", and the algorithm stops here."
  // RFC 6376 §3.5, which RFC 8617 §4.1.2 takes over: sig-h-tag has at least one hdr-name, and none of them is empty;
  // §6.1.1: "any inconsistency or unexpected values MUST cause the header field to be completely ignored".
  // RFC 6376 §3.5, the same way: without c= both are "simple", and the suite has signed this one relaxed.
  static const std::map<std::string, std::string> cases{
      {"cv_fail_i1_as_cv_fail", "fail"}, {"cv_fail_i2_as2_fail", "fail"},  {"cv_fail_i2_as1_fail", "fail"},
      {"ams_fields_h_empty", "fail"},    {"ams_fields_h_mis_hdr", "fail"}, {"ams_fields_c_na", "fail"},
  };
  return cases;
}

nlohmann::json read_suite() {
  const std::filesystem::path root = std::getenv("ENVELINT_SOURCE_DIR");
  return nlohmann::json::parse(test::slurp(root / "tests/arc/conformance/arc-validation.json"));
}

std::string zone_of(const nlohmann::json& keys) {
  constexpr std::size_t kMostOctets = 255;
  std::string zone;
  for (const auto& [name, value] : keys.items()) {
    const auto text = value.get<std::string>();
    zone += name + ". TXT";
    for (std::size_t at = 0; at < text.size(); at += kMostOctets) zone += " \"" + text.substr(at, kMostOctets) + "\"";
    zone += "\n";
  }
  return zone;
}

}  // namespace

TEST_CASE("validation agrees with every case of the public suite") {
  constexpr std::uint64_t kNow = 1'700'000'000;
  std::size_t count = 0;
  for (const auto& one : read_suite()) {
    ++count;
    const auto name = one.at("name").get<std::string>();
    INFO(name << ": " << one.at("desc").get<std::string>());
    const auto known = decided().find(name);
    const std::string due = known == decided().end() ? one.at("cv").get<std::string>() : known->second;
    dns::FakeResolver dns(zone_of(one.at("txt")));
    const std::string bytes = mail::to_crlf(one.at("message").get<std::string>());
    const auto message = mail::Message::split(bytes);
    const auto result = task::sync_wait(arc::validate(dns, message, dkim::VerifyOptions(kNow)));
    INFO(to_string(result.fault) << ": " << result.detail);
    CHECK(std::string(to_string(result.status)) == due);
    CHECK((result.status == arc::ChainStatus::fail) == (result.fault != arc::ChainFault::none));
  }
  CHECK(count == 171);
}
