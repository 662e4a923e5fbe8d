#include <support/catch.hpp>

#include "samples.hpp"

#include <envelint/inbox/export.hpp>
#include <envelint/inbox/time_text.hpp>
#include <envelint/mail/mbox.hpp>
#include <envelint/mail/message.hpp>

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <random>
#include <set>

using namespace envelint;
using namespace envelint::inbox;
using samples::Folder;
using samples::got;

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Message with(MessageId id, std::string raw) {
  Message out = samples::message();
  out.id = id;
  out.raw = std::move(raw);
  return out;
}

/// Any octets, with many of those that line ends, quotes and borders are made of.
std::string any_octets(std::mt19937& random) {
  static const std::vector<std::string> pieces{"\r\n", "\n",   "\r", "From ", ">", ">From ",   "From: a@example.com",
                                               "x",    "\xFF", " ",  ".",     ":", "\r\n\r\n", std::string(1, '\0')};
  std::string out;
  for (auto count = random() % 20; count > 0; --count) out += pieces[random() % pieces.size()];
  return out;
}

void export_all(ExportForm form, const std::string& path, const std::vector<Message>& messages) {
  const auto out = got(exporter(form, path));
  for (const Message& message : messages) REQUIRE(out->add(message) == std::nullopt);
  REQUIRE(out->finish() == std::nullopt);
}

/// As the commands read a message of an mbox file.
std::string sent(const std::string& bytes) {
  return mail::line_ends(bytes) == mail::LineEnds::lf_as_crlf ? mail::to_crlf(bytes) : bytes;
}

std::vector<std::string> read_mbox(const std::string& file) {
  std::vector<std::string> out;
  mail::MboxReader reader(file);
  for (mail::MboxMessage message; reader.next(message);) out.push_back(sent(message.bytes));
  return out;
}

}  // namespace

TEST_CASE("eml and Maildir give every message back octet by octet", "[inbox][export][property]") {
  const Folder folder;
  std::mt19937 random(3);  // NOLINT: the same messages each time
  std::vector<Message> messages;
  for (MessageId id = 1; id <= 200; ++id) messages.push_back(with(id, any_octets(random)));
  export_all(ExportForm::eml, folder / "eml", messages);
  for (const Message& message : messages) {
    CHECK(content(folder / ("eml/" + std::to_string(message.id) + ".eml")) == message.raw);
  }
  export_all(ExportForm::maildir, folder / "maildir", messages);
  std::multiset<std::string> before;
  std::multiset<std::string> after;
  for (const Message& message : messages) before.insert(message.raw);
  for (const auto& file : fs::directory_iterator(folder / "maildir/new")) after.insert(content(file.path()));
  CHECK(after == before);
  CHECK(fs::is_empty(folder / "maildir/tmp"));
  CHECK(fs::is_empty(folder / "maildir/cur"));
}

TEST_CASE("an mbox file gives back every message that mbox can hold, and which those are is known",
          "[inbox][export][property]") {
  std::mt19937 random(5);  // NOLINT
  std::size_t survived = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string raw = any_octets(random);
    const std::string file =
        mbox_entry(with(1, "A: b\r\n")) + mbox_entry(with(2, raw)) + mbox_entry(with(3, "C: d\r\n"));
    const auto read = read_mbox(file);
    REQUIRE(read.size() == 3);
    CHECK(read[0] == "A: b\r\n");
    CHECK(read[2] == "C: d\r\n");
    CHECK((read[1] == raw) == survives_mbox(raw));
    survived += survives_mbox(raw) ? 1 : 0;
  }
  CHECK(survived > 50);
}

TEST_CASE("a message in an mbox file", "[inbox][export]") {
  Message message = with(1, "Subject: x\r\n\r\nFrom here\r\n>From there\r\nend");
  message.envelope.from.path.written = "\"a b\n\"@example.com";
  CHECK(mbox_entry(message) ==
        "From \"a_b_\"@example.com Thu Nov 27 08:00:21 2025\nSubject: x\n\n>From here\n>>From there\nend\n\n");
  message.envelope.from.path = {};
  CHECK(mbox_entry(message).starts_with("From MAILER-DAEMON Thu Nov 27 "));
}

TEST_CASE("nothing that is there is overwritten", "[inbox][export]") {
  const Folder folder;
  const Message message = with(7, "new");
  fs::create_directory(folder / "eml");
  std::ofstream(folder / "eml/7.eml") << "old";
  const auto eml = got(exporter(ExportForm::eml, folder / "eml"));
  CHECK(eml->add(message) == (folder / "eml/7.eml") + ": it is there already, and is not overwritten");
  CHECK(content(folder / "eml/7.eml") == "old");
  CHECK(exporter(ExportForm::mbox, folder / "eml/7.eml").error() ==
        (folder / "eml/7.eml") + ": it is there already, and is not overwritten");
  CHECK(exporter(ExportForm::maildir, folder / "eml").error() ==
        (folder / "eml") + ": it is there already, and no Maildir");
  CHECK(exporter(ExportForm::eml, folder / "eml/7.eml").error() ==
        (folder / "eml/7.eml") + ": it is there already, and no folder");
  // A Maildir may get more mail: what is written to it twice is there twice.
  export_all(ExportForm::maildir, folder / "maildir", {message});
  export_all(ExportForm::maildir, folder / "maildir", {message});
  CHECK(std::distance(fs::directory_iterator(folder / "maildir/new"), {}) == 2);
}

TEST_CASE("an mbox file that did not become whole is not left behind", "[inbox][export]") {
  const Folder folder;
  {
    const auto out = got(exporter(ExportForm::mbox, folder / "mbox"));
    REQUIRE(out->add(with(1, "half")) == std::nullopt);
  }
  CHECK(!fs::exists(folder / "mbox"));
}

TEST_CASE("files of a Maildir are named so that nothing reads more into the name, and have the time of the message",
          "[inbox][export]") {
  const Folder folder;
  export_all(ExportForm::maildir, folder / "maildir", {with(1, "12345"), with(2, "1")});
  for (const auto& file : fs::directory_iterator(folder / "maildir/new")) {
    const std::string name = file.path().filename();
    CHECK(name.starts_with("1764230421.M123000P"));
    CHECK(name.find(':') == std::string::npos);
    CHECK((name.ends_with(",S=5") || name.ends_with(",S=1")));
    struct stat info{};
    REQUIRE(stat(file.path().c_str(), &info) == 0);
    CHECK(info.st_mtim.tv_sec == 1'764'230'421);
    CHECK((info.st_mode & 0777) == 0600);
  }
}

TEST_CASE("times in words", "[inbox][time]") {
  CHECK(date_time(1'764'230'421'123) == "2025-11-27 08:00:21");
  CHECK(rfc3339(1'764'230'421'123) == "2025-11-27T08:00:21.123Z");
  CHECK(mbox_date(1'764'230'421'123) == "Thu Nov 27 08:00:21 2025");
  CHECK(rfc3339(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(date_time(INT64_MAX) == "9223372036854775807");
  CHECK(mbox_date(INT64_MIN) == "Thu Jan  1 00:00:00 1970");
}
