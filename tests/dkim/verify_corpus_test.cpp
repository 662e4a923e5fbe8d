#include <envelint/dkim/verify.hpp>

#include <envelint/dns/resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <support/catch.hpp>
#include <support/shared_data.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>

using namespace envelint;
using namespace envelint::dkim;

namespace {

/// The keys beside the messages: names with the text of their TXT record, or the trouble that asking for them has.
class KeyFile : public dns::Resolver {
 public:
  explicit KeyFile(const std::filesystem::path& path) : zone_(nlohmann::json::parse(test::slurp(path))) {}

  task::Task<dns::Answer> query(dns::Query query) override {
    dns::Answer answer = find(query.name);
    co_return answer;
  }

 private:
  dns::Answer find(const dns::Name& name) const {
    const auto it = zone_.find(name.to_lower());
    if (it == zone_.end() || !it->is_string()) return dns::Answer(dns::Answer::State::nxdomain);
    const std::string text = it->get<std::string>();
    if (text == "~~nxdomain~~") return dns::Answer(dns::Answer::State::nxdomain);
    if (text.starts_with("~~")) return dns::Answer(dns::Trouble::servfail);
    dns::Answer answer(dns::Answer::State::records);
    answer.records.emplace_back(name, dns::Type::txt, 300U, dns::Text(text));
    return answer;
  }

  nlohmann::json zone_;
};

}  // namespace

TEST_CASE("every signature on which three implementations agree gets the same result here", "[dkim][corpus]") {
  const auto expected = test::shared_data("data/eml/expected.tsv");
  if (!expected) return;
  const auto folder = expected->parent_path();
  std::map<std::string, std::vector<std::vector<std::string>>> rows_of;
  for (auto& row : test::read_tsv(*expected)) rows_of[row[0]].push_back(row);
  std::size_t compared = 0;
  for (const auto& [file, rows] : rows_of) {
    if (!std::filesystem::exists(folder / file)) continue;
    std::string bytes = test::slurp(folder / file);
    if (mail::line_ends(bytes) == mail::LineEnds::lf_as_crlf) bytes = mail::to_crlf(bytes);
    KeyFile keys(folder / file.substr(0, file.find('/')) / "dns.json");
    // The messages are old; those that have expired had done so when the others were asked, too.
    const auto results = task::sync_wait(verify(keys, mail::Message::split(bytes), VerifyOptions(1'780'000'000)));
    std::size_t next = 0;
    for (const auto& row : rows) {
      if (row[3].starts_with("pass(DomainKeys") || row[1].empty()) continue;
      INFO(file << ' ' << row[1] << ' ' << row[2] << ": " << row[3]);
      if (next == results.size()) {  // a signature of DomainKeys
        CHECK(row[3] != "pass");
        continue;
      }
      const SignatureResult& result = results[next++];
      REQUIRE(result.signature.value(SignatureTagId::domain) == row[2]);
      if (row[3] == "disputed") continue;
      // The three accept rsa-sha1, which nobody may (RFC 8301 §3.1): with it, only the cryptography can agree.
      const bool historic = result.reason == Reason::historic_algorithm;
      const bool sound = result.body_hash_ok == true && result.header_signature_ok == true && result.key_ok == true;
      CHECK((row[3] == "pass") == (historic ? sound : result.result == Result::pass));
      ++compared;
    }
  }
  CHECK(compared >= 55);
}
