#include <support/catch.hpp>

#include "samples.hpp"

#include <envelint/inbox/codec.hpp>

#include <random>
#include <string>

using namespace envelint;
using namespace envelint::inbox;

namespace {

/// An envelope in which everything is set, and texts are of any octets.
smtp::Envelope full_envelope() {
  const std::string odd("\xFF\0\r\n", 4);
  smtp::Envelope out;
  out.peer = *net::Address::parse("2001:db8::1");
  out.client = {*net::Address::parse("192.0.2.1"), 65'535, odd, "helo", smtp::Client::Source::xclient};
  out.hello = smtp::Hello::lhlo;
  out.hello_name = odd;
  out.hello_valid = false;
  out.from.path = {"a b", "example.com", "\"a b\"@example.com", {"one.example", "two.example"}, false};
  out.from.size = ~std::uint64_t{0};
  out.from.body = smtp::Body::binary_mime;
  out.from.smtputf8 = out.from.requiretls = true;
  out.from.ret = smtp::Ret::headers;
  out.from.envid = "";
  out.from.auth = "<>";
  out.from.parameters = {{"SIZE", "1"}, {"SMTPUTF8", std::nullopt}};
  out.to.resize(2);
  out.to[0].path.written = "bob@example.net";
  out.to[0].notify = smtp::Notify{false, true, true, false};
  out.to[0].original = smtp::OriginalRecipient{"rfc822", odd};
  out.to[1].parameters = {{"X", odd}};
  out.identity = smtp::Identity{"PLAIN", odd, "root", ""};
  out.tls = smtp::TlsInfo{"TLSv1.3", "TLS_AES_256_GCM_SHA384", odd, "CN=client"};
  out.by_chunks = true;
  return out;
}

}  // namespace

TEST_CASE("an envelope is read as it was written, down to octets that are no text", "[inbox][codec]") {
  const smtp::Envelope before = full_envelope();
  const auto after = decode_envelope(encode(before));
  REQUIRE(after);
  CHECK(encode(*after) == encode(before));
  CHECK(after->peer == before.peer);
  CHECK(after->client.name == before.client.name);
  CHECK(after->client.source == smtp::Client::Source::xclient);
  CHECK(!after->hello_valid);
  CHECK(after->from.path.route == before.from.path.route);
  CHECK(after->from.size == before.from.size);
  CHECK(after->from.envid == "");
  CHECK(!after->from.parameters[1].value);
  CHECK(after->to[0].notify->failure);
  CHECK(!after->to[0].notify->delay);
  CHECK(after->to[0].original->address == before.to[0].original->address);
  CHECK(!after->to[1].notify);
  CHECK(after->identity->secret == "");
  CHECK(after->tls->server_name == before.tls->server_name);
}

TEST_CASE("an envelope of which nothing is known is read as one", "[inbox][codec]") {
  const auto after = decode_envelope(encode(smtp::Envelope()));
  REQUIRE(after);
  CHECK(after->hello_valid);
  CHECK(!after->from.size);
  CHECK(!after->tls);
  CHECK(after->to.empty());
}

TEST_CASE("times before 1970 are kept", "[inbox][codec]") {
  Session session;
  session.started_ms = -1;
  CHECK(decode_session(encode(session))->started_ms == -1);
}

TEST_CASE("fields that a later version has added are passed over", "[inbox][codec]") {
  const std::string later = encode(full_envelope()) + std::string("\xFE\x01\x07\xFF\x01\x02hi", 8);
  const auto read = decode_envelope(later);
  REQUIRE(read);
  CHECK(encode(*read) == encode(full_envelope()));
}

TEST_CASE("what was not written here is not read: values out of range, texts that end too early", "[inbox][codec]") {
  CHECK(!decode_envelope(std::string("\x06\x09", 2)));            // a greeting of number 9
  CHECK(!decode_envelope(std::string("\x0A\x02", 2)));            // a yes or no of 2
  CHECK(!decode_envelope(std::string("\x03\x05xxxxx", 7)));       // an address of five octets
  CHECK(!decode_envelope(std::string("\x09\x04xxx", 5)));         // a name that is shorter than it says
  CHECK(!decode_envelope(std::string("\x08\x01", 2)));            // a number where a text is expected
  CHECK(!decode_envelope(std::string(11, '\xFF')));               // a number that does not end
  CHECK(!decode_transcript(std::string("\x03\x02\x02\x04", 4)));  // a line said by nobody that is known
}

TEST_CASE("whatever is done to the octets of an envelope, reading them ends", "[inbox][codec][property]") {
  const std::string whole = encode(full_envelope());
  std::mt19937 random(1);  // NOLINT: the same octets each time
  for (int round = 0; round < 20'000; ++round) {
    std::string octets = whole.substr(0, random() % (whole.size() + 1));
    for (auto changes = random() % 4; changes > 0 && !octets.empty(); --changes) {
      octets[random() % octets.size()] = static_cast<char>(random());
    }
    const auto read = decode_envelope(octets);
    if (read) CHECK(decode_envelope(encode(*read)));
  }
}
