// Fills a store for tests of the program and for measuring:
//   fill_store DIR                        four sessions and four messages, of all kinds
//   fill_store DIR COUNT OCTETS BATCH     so many messages of so many octets, added in batches; tells the rate

#include "samples.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>

namespace {

using namespace envelint;
using namespace envelint::inbox;
using samples::done;
using samples::got;
using namespace std::string_literals;
using Who = smtp::TranscriptEntry::Who;

constexpr std::int64_t kStart = 1'764'230'421'123;

smtp::Path path(const std::string& local, const std::string& domain) {
  return {local, domain, domain.empty() ? local : local + "@" + domain, {}, true};
}

/// What passes in every respect, within TLS.
Message good_message() {
  Message out = samples::message("The new price list");
  out.received_ms = kStart;
  out.envelope.tls = {"TLSv1.3", "TLS_AES_256_GCM_SHA384", "mail.example.net", ""};
  out.envelope.from.parameters = {{"SIZE", "1042"}, {"BODY", "8BITMIME"}};
  out.envelope.from.body = smtp::Body::eight_bit_mime;
  out.envelope.to.push_back({path("carl", "example.net"), {}, {}, {{"NOTIFY", "NEVER"}}});
  out.verdict_json = "{\n  \"schema\": \"envelint/verify/1\",\n  \"dkim\": [],\n  \"note\": \"a\\nb\"\n}\n";
  return out;
}

/// What somebody forged, from far away and with a subject that hides something.
Message forged_message() {
  Message out = samples::message(
      "Invoice \xE2\x80\xAE"
      "fdp.exe, open at once or your account will be closed by the end of this week");
  out.session = 2;
  out.received_ms = kStart + 61'000;
  out.envelope.client.address = *net::Address::parse("2001:db8:85a3:8d3:1319:8a2e:370:7348");
  out.envelope.client.name = "mail.stranger.example";
  out.envelope.client.source = smtp::Client::Source::proxy;
  out.envelope.hello = smtp::Hello::helo;
  out.envelope.hello_name = "localhost";
  out.envelope.hello_valid = false;
  out.envelope.from.path = path("billing-department-with-a-long-name", "accounts.stranger.example");
  out.summary.spf = "softfail";
  out.summary.dkim = "none";
  out.summary.dmarc = "fail";
  out.summary.disposition = "reject";
  out.reply_code = 550;
  out.reply_text = "5.7.1 DMARC policy of example.com is to reject";
  return out;
}

/// A bounce that nobody evaluated, with line ends that a mail server would not send.
Message odd_message() {
  Message out = samples::message("Undelivered");
  out.session = 3;
  out.received_ms = kStart + 125'500;
  out.envelope.from.path = {};
  out.raw += "bare\nLF, a NUL \0 and \xFF\xFE\r\nFrom here on\r\nno end"s;
  out.oddities = {{smtp::WireOddity::Kind::bare_lf, out.raw.find("bare\n") + 4},
                  {smtp::WireOddity::Kind::nul, out.raw.find('\0')},
                  {smtp::WireOddity::Kind::no_final_newline, out.raw.size()}};
  out.envelope.by_chunks = true;
  out.summary = {"<>", "bob@example.net", "Undelivered", "", "", "", "", ""};
  out.verdict_json.clear();
  return out;
}

/// With a secret, as a client that is tested sends it.
Message submitted_message() {
  Message out = good_message();
  out.session = 3;
  out.received_ms = kStart + 126'000;
  out.envelope.identity = smtp::Identity{"PLAIN", "app", "", std::nullopt};
  out.envelope.to.resize(25, {path("dora", "example.net"), {}, {}, {}});
  out.summary.dkim = "permerror";
  out.summary.spf = "temperror";
  out.summary.subject =
      "gr\xFC\xDF"
      "e";
  out.summary.dmarc = "temperror";
  return out;
}

Session session_of(SessionId id, std::int64_t start, std::string ended, std::uint64_t messages) {
  Session out = samples::session(id);
  out.started_ms = start;
  out.ended_ms = start + 1'930;
  out.ended = std::move(ended);
  out.messages = messages;
  out.transcript = {{Who::server, "220 mail.example.net ESMTP envelint"},
                    {Who::client, "EHLO mx.example.com"},
                    {Who::server, "250-mail.example.net\n250-PIPELINING\n250 STARTTLS"},
                    {Who::client, "MAIL FROM:<ann@example.com> SIZE=1042 BODY=8BITMIME"},
                    {Who::server, "250 2.1.0 ok"},
                    {Who::client, "RCPT TO:<bob@example.net>"},
                    {Who::server, "250 2.1.5 ok"},
                    {Who::client, "DATA"},
                    {Who::server, "354 go on"},
                    {Who::content, "101 octets"},
                    {Who::server, "250 2.0.0 taken as 1"},
                    {Who::client, "QUIT"},
                    {Who::server, "221 2.0.0 bye"}};
  return out;
}

Session failed_session(SessionId id) {
  Session out = session_of(id, kStart + 300'000, "the TLS handshake failed", 0);
  out.tls.reset();
  out.transcript = {{Who::server, "220 mail.example.net ESMTP envelint"},
                    {Who::client, "EHLO \\x1B[2J"},
                    {Who::server, "250-mail.example.net\n250-PIPELINING\n250 STARTTLS"},
                    {Who::client, "STARTTLS"},
                    {Who::server, "220 2.0.0 go on"},
                    {Who::note, "the TLS handshake failed: the client does not trust the certificate"}};
  out.hello_name = "\x1B[2J";
  return out;
}

void fill(Store& store) {
  for (int i = 0; i < 4; ++i) (void)got(store.next_session_id());
  std::vector<Message> messages{good_message(), forged_message(), odd_message(), submitted_message()};
  (void)got(store.add(messages));
  const std::vector<Session> sessions{session_of(1, kStart - 500, "the client said QUIT", 1),
                                      session_of(2, kStart + 60'000, "the client is gone", 1),
                                      session_of(3, kStart + 125'000, "the client said QUIT", 2), failed_session(4)};
  done(store.add_sessions(sessions));
}

void measure(Store& store, std::size_t count, std::size_t octets, std::size_t batch_size) {
  Message message = samples::message();
  message.raw.resize(octets, 'x');
  const auto before = std::chrono::steady_clock::now();
  for (std::size_t added = 0; added < count; added += batch_size) {
    std::vector<Message> batch(std::min(batch_size, count - added), message);
    (void)got(store.add(batch));
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - before;
  fmt::print("{} messages of {} octets, {} a batch: {:.0f} a second\n", count, octets, batch_size,
             static_cast<double>(count) / taken.count());
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2 && argc != 5) {
    fmt::print(stderr, "usage: fill_store DIR [COUNT OCTETS BATCH]\n");
    return 2;
  }
  const auto store = got(open_store(argv[1], {}, OpenMode::read_write));
  if (argc == 2) fill(*store);
  if (argc == 5) measure(*store, std::stoul(argv[2]), std::stoul(argv[3]), std::stoul(argv[4]));
  return 0;
} catch (const std::exception& fault) {
  fmt::print(stderr, "fill_store: {}\n", fault.what());
  return 1;
}
