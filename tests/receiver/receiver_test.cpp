#include <support/catch.hpp>

#include <envelint/dns/fake_resolver.hpp>
#include <envelint/inbox/store.hpp>
#include <envelint/io/connection.hpp>
#include <envelint/receiver/receiver.hpp>
#include <envelint/receiver/summary.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace envelint;
using namespace std::chrono_literals;
using receiver::Action;
using receiver::Arrival;
using receiver::Policy;

namespace {

constexpr std::string_view kZone = R"($ORIGIN .
example.com. 300 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
_dmarc.example.com. 300 IN TXT "v=DMARC1; p=reject"
quarantine.example. 300 IN TXT "v=spf1 -all"
_dmarc.quarantine.example. 300 IN TXT "v=DMARC1; p=quarantine"
;! servfail _dmarc.lost.example TXT
)";

/// Remembers what it is told, a line each.
class Notes : public receiver::Observer {
 public:
  void session_started(const smtp::SessionStart& start) override { add("start " + std::to_string(start.id)); }
  void message(const Arrival& arrival) override {
    add("message " + std::to_string(arrival.id) + " " + receiver::results_in_words(arrival) + " " +
        std::string(to_string(arrival.action)));
    const std::lock_guard lock(mutex_);
    if (arrival.what_if) what_if = arrival.what_if->term;
  }
  void message_refused(const receiver::Refusal& refusal) override {
    add("refused " + std::to_string(refusal.refused.reply.code()));
  }
  void session_ended(const smtp::SessionEnd& end) override { add("end " + std::to_string(end.start.id)); }
  void trouble(std::string_view what) override { add("trouble: " + std::string(what)); }

  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  std::string what_if;

 private:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }

  std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// A receiver with its threads and its server, and a client.
class Place {
 public:
  explicit Place(receiver::ReceiverOptions options = {}, inbox::StoreLimits limits = {})
      : resolver_(kZone), store_(inbox::memory_store(limits)) {
    const receiver::Ground ground{&ground_loop_, &resolver_, false};
    receiver_.emplace(loop_, ground, store_.get(), notes, std::move(options));
    server_.emplace(loop_, *receiver_, smtp::ServerOptions{});
    const auto local = io::Endpoint(net::Address::parse("127.0.0.1").value(), 0);
    endpoint_ = server_->listen(smtp::ListenOptions{local}).value();
  }

  /// Sends what a client says, which ends with QUIT, and gives all that it hears.
  std::string talk(std::string_view lines) {
    auto stream = loop_.run(io::Stream::connect(&loop_, endpoint_, loop_.after(10s))).value();
    io::Connection connection(std::move(stream));
    REQUIRE_FALSE(loop_.run(connection.write(std::string(lines), loop_.after(10s))));
    std::string heard;
    while (true) {
      std::string buffer(4096, '\0');
      const auto size = loop_.run(connection.read_some(buffer, loop_.after(20s)));
      if (!size || *size == 0) return heard;
      heard += buffer.substr(0, *size);
    }
  }

  std::string send(std::string_view from, std::string_view author) {
    const std::string heard = talk("EHLO mx.example.com\r\nMAIL FROM:<" + std::string(from) +
                                   ">\r\nRCPT TO:<you@example.net>\r\nDATA\r\nFrom: " + std::string(author) +
                                   "\r\nSubject: x\r\n\r\nx\r\n.\r\nQUIT\r\n");
    const std::size_t reply = heard.find("\r\n", heard.find("354 ")) + 2;
    return heard.substr(reply, heard.find("\r\n", reply) - reply);
  }

  /// Ends it all, and gives what was told.
  std::vector<std::string> end() {
    server_->stop();
    loop_.run(server_->ended(loop_.after(10s)));
    server_.reset();
    receiver_.reset();
    return notes.lines();
  }

  inbox::Store& store() { return *store_; }

  Notes notes;

 private:
  dns::FakeResolver resolver_;
  std::unique_ptr<inbox::Store> store_;
  io::EventLoop ground_loop_;
  io::EventLoop loop_;
  std::optional<receiver::Receiver> receiver_;
  std::optional<smtp::Server> server_;
  io::Endpoint endpoint_;
};

receiver::ReceiverOptions from(std::string_view client, Policy policy = Policy::accept) {
  receiver::ReceiverOptions out;
  out.evaluator.client.address = net::Address::parse(client);
  out.policy = policy;
  return out;
}

}  // namespace

TEST_CASE("a message is judged, stored, answered with its verdict, and told of", "[receiver]") {
  Place place(from("192.0.2.1"));
  CHECK(place.send("a@example.com", "a@example.com") == "250 2.0.0 Taken: spf=pass dkim=none dmarc=pass, kept as 1");
  const auto kept = place.store().get(1).value();
  REQUIRE(kept);
  CHECK(kept->raw == "From: a@example.com\r\nSubject: x\r\n\r\nx\r\n");
  CHECK(kept->summary.subject == "x");
  CHECK(kept->summary.dmarc == "pass");
  CHECK(kept->reply_text == "Taken: spf=pass dkim=none dmarc=pass");
  CHECK(kept->verdict_json.starts_with("{\"schema\":\"envelint/verify/1\""));
  CHECK(place.end() == std::vector<std::string>{"start 1", "message 1 spf=pass dkim=none dmarc=pass accept", "end 1"});
  const auto session = place.store().session(1).value();
  REQUIRE(session);
  CHECK(session->messages == 1);
  CHECK(session->hello_name == "mx.example.com");
}

TEST_CASE("what fails is taken unless DMARC is enforced", "[receiver]") {
  SECTION("taken") {
    Place place(from("198.51.100.1"));
    CHECK(place.send("a@example.com", "a@example.com").starts_with("250 2.0.0 Taken: spf=fail"));
  }
  SECTION("rejected as the author domain asks, and kept to be looked at") {
    Place place(from("198.51.100.1", Policy::enforce));
    CHECK(place.send("a@example.com", "a@example.com").starts_with("550 5.7.1 Rejected as DMARC asks. DMARC fails: "));
    CHECK(place.send("a@quarantine.example", "a@quarantine.example").contains(", to be quarantined, kept as "));
    CHECK(place.store().get(1).value()->reply_code == 550);
  }
  SECTION("deferred where DNS would not say") {
    Place place(from("198.51.100.1", Policy::enforce));
    CHECK(place.send("a@lost.example", "a@lost.example").starts_with("451 4.4.3 DNS would not say."));
  }
  SECTION("marked") {
    Place place(from("198.51.100.1", Policy::quarantine));
    CHECK(place.send("a@example.com", "a@example.com").contains(", to be quarantined, kept as "));
  }
}

TEST_CASE("an address of this host says nothing, so SPF is left out and shown for one that is listed", "[receiver]") {
  Place place;
  CHECK(place.send("a@example.com", "a@example.com") == "250 2.0.0 Taken: spf=- dkim=none dmarc=fail, kept as 1");
  place.end();
  CHECK(place.notes.what_if == "ip4:192.0.2.0/24");
}

TEST_CASE("a store without room answers 452, and takes what fits again", "[receiver]") {
  inbox::StoreLimits limits;
  limits.octets = 20'000;
  Place place(from("192.0.2.1"), limits);
  std::string reply;
  for (int i = 0; i < 10 && !reply.starts_with("452"); ++i) reply = place.send("a@example.com", "a@example.com");
  CHECK(reply.starts_with("452 4.3.1 It cannot be kept: "));
  REQUIRE(place.store().clear());
  CHECK(place.send("a@example.com", "a@example.com").starts_with("250 "));
}

TEST_CASE("many clients at once get each their own verdict", "[receiver]") {
  Place place(from("192.0.2.1"));
  for (int i = 0; i < 20; ++i) {
    CHECK(place.send("a@example.com", "a@example.com").contains("dmarc=pass"));
    CHECK(place.send("a@quarantine.example", "a@quarantine.example").contains("dmarc=fail"));
  }
  const auto lines = place.end();
  CHECK(std::ranges::count_if(lines, [](const std::string& line) { return line.starts_with("message"); }) == 40);
  CHECK(place.store().totals().value().messages == 40);
  CHECK(place.store().totals().value().sessions == 40);
}

TEST_CASE("a message that the session refuses is told of, and not kept", "[receiver]") {
  Place place(from("192.0.2.1"));
  const std::string heard = place.talk(
      "EHLO c.example\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<you@example.net>\r\nDATA\r\na\nb\r\n.\r\nQUIT\r\n");
  CHECK(heard.find("550 5.6.0 There is a bare LF at octet 1") != std::string::npos);
  CHECK(place.end() == std::vector<std::string>{"start 1", "refused 550", "end 1"});
  CHECK(place.store().totals().value().messages == 0);
}

TEST_CASE("what is under way when it ends is judged, answered and kept", "[receiver]") {
  Place place(from("192.0.2.1"));
  CHECK(place.send("a@example.com", "a@example.com").starts_with("250 "));
  CHECK(place.end().back() == "end 1");
}
