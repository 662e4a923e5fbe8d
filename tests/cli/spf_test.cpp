#include <support/catch.hpp>

#include <cli/spf.hpp>
#include "run_command.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using Arguments = std::vector<std::string>;

/// A folder that goes with the test.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "envelint-spf-XXXXXX") {
    std::string name = path_.string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

struct Run : test::CommandRun {
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(out); }
  [[nodiscard]] std::vector<nlohmann::json> lines() const {
    std::vector<nlohmann::json> all;
    std::istringstream in(out);
    for (std::string line; std::getline(in, line);) all.push_back(nlohmann::json::parse(line));
    return all;
  }
};

Run spf(Arguments arguments) { return {test::run_command(cli::add_spf, "spf", std::move(arguments))}; }

constexpr const char* kZone = R"(example.com. TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.example.net -all"
_spf.example.net. TXT "v=spf1 ip4:198.51.100.1 ?all"
soft.example. TXT "v=spf1 ~all"
neutral.example. TXT "v=spf1 ?all"
broken.example. TXT "v=spf1 bogus -all"
mail.example.com. TXT "v=spf1 ip4:203.0.113.5 -all"
;! timeout slow.example
)";

/// The command with the zone above.
class Zone : public Folder {
 public:
  Run run(Arguments arguments) const {
    arguments.insert(arguments.end(), {"--zone", write("all.zone", kZone)});
    return spf(std::move(arguments));
  }
  Run check(const std::string& ip, const std::string& sender, Arguments more = {}) const {
    more.insert(more.end(), {"--ip", ip, "--mail-from", sender});
    return run(std::move(more));
  }
  Run batch(const std::string& lines, Arguments more = {}) const {
    more.insert(more.end(), {"--batch", write("lines", lines)});
    return run(std::move(more));
  }
};

}  // namespace

TEST_CASE("the exit status tells results apart", "[cli][spf]") {
  const Zone zone;
  CHECK(zone.check("192.0.2.1", "a@example.com").status == 0);
  CHECK(zone.check("203.0.113.9", "a@soft.example").status == 0);
  CHECK(zone.check("203.0.113.9", "a@neutral.example").status == 0);
  CHECK(zone.check("203.0.113.9", "a@gone.example").status == 0);
  CHECK(zone.check("203.0.113.9", "a@example.com").status == 1);
  CHECK(zone.check("203.0.113.9", "a@broken.example").status == 1);
  CHECK(zone.check("203.0.113.9", "a@slow.example").status == 3);
}

TEST_CASE("--expect makes one of the results named the one that is well", "[cli][spf]") {
  const Zone zone;
  CHECK(zone.check("203.0.113.9", "a@example.com", {"--expect", "fail"}).status == 0);
  CHECK(zone.check("192.0.2.1", "a@example.com", {"--expect", "fail"}).status == 1);
  CHECK(zone.check("192.0.2.1", "a@example.com", {"--expect", "fail", "--expect", "pass"}).status == 0);
  CHECK(zone.check("192.0.2.1", "a@example.com", {"--expect", "fail,pass"}).status == 0);
  CHECK(zone.check("203.0.113.9", "a@slow.example", {"--expect", "pass"}).status == 3);
  CHECK(zone.check("203.0.113.9", "a@slow.example", {"--expect", "temperror"}).status == 0);
  CHECK(zone.check("192.0.2.1", "a@example.com", {"--expect", "well"}).status == 2);
}

TEST_CASE("what is missing or cannot be read is wrong usage", "[cli][spf]") {
  const Zone zone;
  CHECK(spf({}).status == 2);
  CHECK(spf({"--ip", "192.0.2.1"}).status == 2);
  CHECK(spf({"example.com"}).status == 2);
  CHECK(zone.check("192.0.2", "a@example.com").status == 2);
  CHECK(zone.run({"example.com", "--ip", "192.0.2.1", "--mail-from", "a@example.com"}).status == 2);
  CHECK(spf({"example.com", "--ip", "192.0.2.1", "--zone", zone.path("none")}).status == 2);
  CHECK(spf({"example.com", "--ip", "192.0.2.1", "--overlay"}).status == 2);
  CHECK(spf({"example.com", "--ip", "192.0.2.1", "--nameserver", "nowhere"}).status == 2);
  CHECK(spf({"example.com", "--ip", "192.0.2.1", "--replay", zone.path("none")}).status == 2);
  CHECK(spf({"example.com", "--ip", "192.0.2.1", "--replay", zone.write("r", "not a recording\n")}).status == 2);
  CHECK(zone.check("192.0.2.1", "a@example.com", {"--nameserver", "127.0.0.1"}).status == 2);
  CHECK(zone.check("192.0.2.1", "a@example.com", {"--timeout", "0"}).status == 2);
  CHECK(zone.check("192.0.2.1", "a@example.com", {"--save-dns", "/nowhere/at/all"}).status == 2);
}

TEST_CASE("JSON has the fields that others rely on", "[cli][spf]") {
  const Zone zone;
  const auto out =
      zone.check("198.51.100.1", "a@example.com", {"--helo", "mail.example.com", "--format", "json"}).json();
  CHECK(out.at("schema") == "envelint/spf/1");
  CHECK(out.at("result") == "pass");
  CHECK(out.at("identity") == "mailfrom");
  CHECK(out.at("domain") == "example.com");
  CHECK(out.at("mechanism") == "ip4:198.51.100.1");
  CHECK(out.at("path") == nlohmann::json({"example.com", "_spf.example.net"}));
  CHECK(!out.contains("explanation"));
  CHECK(out.at("reason") == "198.51.100.1 is in 198.51.100.1");
  CHECK(out.at("lookups") == 1);
  CHECK(out.at("void_lookups") == 0);
  REQUIRE(out.at("trace").size() == 5);
  CHECK(out.at("trace").at(2).at("term") == "ip4:198.51.100.1");
  CHECK(out.at("trace").at(2).at("depth") == 1);
  CHECK(out.at("trace").at(2).at("outcome") == "match");
  CHECK(out.at("trace").at(2).at("reference") == "RFC 7208 §5.6");
}

TEST_CASE("an empty MAIL FROM stands for HELO, and a bare domain for its postmaster", "[cli][spf]") {
  const Zone zone;
  const auto helo = [&](Arguments arguments) {
    arguments.insert(arguments.end(), {"--ip", "203.0.113.5", "--format", "json"});
    return zone.run(std::move(arguments)).json();
  };
  for (const Arguments& arguments :
       {Arguments{"--mail-from", "", "--helo", "mail.example.com"},
        Arguments{"--mail-from", "<>", "--helo", "mail.example.com"}, Arguments{"--helo", "mail.example.com"}}) {
    const auto out = helo(arguments);
    CHECK(out.at("identity") == "helo");
    CHECK(out.at("domain") == "mail.example.com");
    CHECK(out.at("result") == "pass");
  }
  for (const Arguments& arguments : {Arguments{"--mail-from", "example.com"}, Arguments{"example.com"},
                                     Arguments{"--mail-from", "<a@example.com>"}}) {
    const auto out = helo(arguments);
    CHECK(out.at("identity") == "mailfrom");
    CHECK(out.at("domain") == "example.com");
  }
}

TEST_CASE("limits are those that are set", "[cli][spf]") {
  const Zone zone;
  CHECK(zone.check("198.51.100.1", "a@example.com", {"--lookup-limit", "0"}).status == 1);
  const auto out = zone.check("198.51.100.1", "a@example.com", {"--lookup-limit", "0", "--format", "ndjson"}).json();
  CHECK(out.at("result") == "permerror");
  CHECK(out.at("trace").at(1).at("reference") == "RFC 7208 §4.6.4");
}

TEST_CASE("macros see the time and the receiver that are given", "[cli][spf]") {
  const Folder folder;
  const auto zone = folder.write("x.zone",
                                 "example.com. TXT \"v=spf1 -all exp=why.example.com\"\n"
                                 "why.example.com. TXT \"%{r} %{t} %{h}\"\n");
  const auto out = spf({"example.com", "--ip", "192.0.2.1", "--zone", zone, "--now", "1700000000", "--receiver",
                        "mx.example.org", "--helo", "h.example", "--format", "json"})
                       .json();
  CHECK(out.at("explanation") == "mx.example.org 1700000000 h.example");
}

TEST_CASE("several zone files are one world", "[cli][spf]") {
  const Folder folder;
  const auto one = folder.write("one.zone", "example.com. TXT \"v=spf1 include:other.example -all\"\n");
  const auto two = folder.write("two.zone", "other.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n");
  CHECK(spf({"example.com", "--ip", "192.0.2.1", "--zone", one, "--zone", two}).status == 0);
  CHECK(spf({"example.com", "--ip", "192.0.2.1", "--zone", one}).status == 1);
}

TEST_CASE("a recording gives the same result again", "[cli][spf]") {
  const Zone zone;
  const std::string saved = zone.path("saved.ndjson");
  const Run first = zone.check("198.51.100.1", "a@example.com", {"--save-dns", saved, "--format", "json"});
  const Arguments again{"--ip", "198.51.100.1", "--mail-from", "a@example.com", "--replay", saved, "--format", "json"};
  const Run second = spf(again);
  CHECK(first.status == 0);
  CHECK(second.out == first.out);
  CHECK(spf({"other.example", "--ip", "192.0.2.1", "--replay", saved}).status == 3);
}

TEST_CASE("a batch answers each line in order with its id", "[cli][spf][batch]") {
  const Zone zone;
  const Run run = zone.batch(
      R"({"ip":"192.0.2.1","mail_from":"a@example.com","helo":"x","id":"one"}
{"ip":"203.0.113.9","mail_from":"a@example.com","id":2}

{"ip":"203.0.113.5","helo":"mail.example.com","more":[1,2]}
{"ip":"203.0.113.5","mail_from":"","helo":"mail.example.com","id":null})");
  const auto lines = run.lines();
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].at("id") == "one");
  CHECK(lines[0].at("result") == "pass");
  CHECK(!lines[0].contains("trace"));
  CHECK(lines[1].at("id") == 2);
  CHECK(lines[1].at("result") == "fail");
  CHECK(!lines[2].contains("id"));
  CHECK(lines[2].at("identity") == "helo");
  CHECK(lines[3].at("id").is_null());
  CHECK(run.status == 0);
  CHECK(zone.batch(R"({"ip":"192.0.2.1","mail_from":"a@example.com"})", {"--trace"}).json().at("trace").size() == 3);
}

TEST_CASE("a line that cannot be used is answered with why, and the batch goes on", "[cli][spf][batch]") {
  const Zone zone;
  const Run run = zone.batch(R"(hello
[1]
{"ip":"nowhere","mail_from":"a@example.com","id":3}
{"mail_from":"a@example.com"}
{"ip":"192.0.2.1"}
{"ip":5,"mail_from":"a@example.com"}
{"ip":"192.0.2.1","mail_from":"a@example.com","id":[7]}
{"ip":"192.0.2.1","mail_from":"a@example.com"}
)");
  const auto lines = run.lines();
  REQUIRE(lines.size() == 8);
  CHECK(run.status == 2);
  CHECK(lines[0].at("error") == "line 1: it is no JSON object");
  CHECK(lines[0].at("line") == 1);
  CHECK(lines[2].at("error") == "line 3: `nowhere` is no IP address");
  CHECK(lines[2].at("id") == 3);
  for (std::size_t i = 0; i < 7; ++i) CHECK(lines[i].contains("error"));
  CHECK(lines[7].at("result") == "pass");
}

TEST_CASE("the status of a batch is about lines, expectations and DNS, not about fail", "[cli][spf][batch]") {
  const Zone zone;
  const std::string fails = R"({"ip":"203.0.113.9","mail_from":"a@example.com"})"
                            "\n";
  const std::string slow = R"({"ip":"203.0.113.9","mail_from":"a@slow.example"})"
                           "\n";
  CHECK(zone.batch(fails).status == 0);
  CHECK(zone.batch(fails, {"--expect", "pass"}).status == 1);
  CHECK(zone.batch(fails, {"--expect", "fail"}).status == 0);
  CHECK(zone.batch(slow).status == 3);
  CHECK(zone.batch(slow + fails, {"--expect", "pass"}).status == 1);
  CHECK(zone.batch("").status == 2);
  CHECK(zone.run({"--batch", zone.path("none")}).status == 2);
  CHECK(zone.run({"--batch", zone.path("")}).status == 2);
  CHECK(zone.batch(fails, {"--ip", "192.0.2.1"}).status == 2);
}
