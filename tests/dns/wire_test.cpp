#include <support/catch.hpp>

#include <dns/messages.hpp>
#include <support/shared_data.hpp>

#include <envelint/dns/rdata.hpp>
#include <envelint/dns/wire.hpp>
#include <envelint/dns/zone_file.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

using namespace envelint::dns;
using namespace std::string_literals;
using test::Draft;
using test::wire_name;
using test::wire_opt;
using test::wire_question;
using test::wire_record;
using test::wire_strings;

namespace {

Draft message() {
  Draft out;
  out.question = wire_question("example.com", 16);
  return out;
}

/// What is wrong with a message, or "good".
std::string fault(const std::string& bytes) {
  const auto decoded = decode_message(bytes);
  return decoded ? "good" : std::string(to_string(decoded.error()));
}

std::string fault_of_record(unsigned type, const std::string& data) {
  Draft raw = message();
  raw.answer.push_back(wire_record("\xc0\x0c", type, data));
  return fault(raw.bytes());
}

Name name(std::string_view text) { return *Name::parse(text); }

}  // namespace

TEST_CASE("a question is encoded as RFC 1035 and RFC 6891 say", "[dns][wire]") {
  const EncodedQuery query = encode_query(0x1234, Query(name("example.com"), Type::txt), QueryFlags());
  CHECK(query.id() == 0x1234);
  CHECK(query.bytes ==
        "\x12\x34\x01\x20\0\1\0\0\0\0\0\1"s + wire_question("example.com", 16) + "\0\0\x29\x04\xd0\0\0\0\0\0\0"s);
  CHECK(query.question() == wire_question("example.com", 16));
}

TEST_CASE("flags of a question are set as they are asked for", "[dns][wire]") {
  QueryFlags flags;
  flags.recursion_desired = false;
  flags.checking_disabled = true;
  flags.dnssec_ok = true;
  const EncodedQuery query = encode_query(1, Query(Name(), Type::ns), flags);
  CHECK(query.bytes == "\0\1\0\x30\0\1\0\0\0\0\0\1\0\0\2\0\1\0\0\x29\x04\xd0\0\0\x80\0\0\0"s);
  flags.edns = false;
  CHECK(encode_query(1, Query(Name(), Type::ns), flags).bytes == "\0\1\0\x30\0\1\0\0\0\0\0\0\0\0\2\0\1"s);
}

TEST_CASE("letter case changes letters and nothing else", "[dns][wire]") {
  EncodedQuery query = encode_query(1, Query(name("a1-z.example"), Type::txt), QueryFlags());
  const std::string before = query.bytes;
  set_case(query, std::string(32, '\xff'));
  CHECK(query.question() == wire_question("A1-Z.EXAMPLE", 16));
  set_case(query, std::string(32, '\xff'));
  CHECK(query.bytes == before);
  set_case(query, std::string(32, '\0'));
  CHECK(query.bytes == before);
}

TEST_CASE("a reply matches by identifier, kind and the very question", "[dns][wire]") {
  const EncodedQuery query = encode_query(7, Query(name("example.com"), Type::txt), QueryFlags());
  Draft raw = message();
  raw.id = 7;
  CHECK(match_reply(query, raw.bytes()) == Match::yes);
  Draft other = raw;
  other.id = 8;
  CHECK(match_reply(query, other.bytes()) == Match::no);
  other = raw;
  other.question = wire_question("Example.com", 16);
  CHECK(match_reply(query, other.bytes()) == Match::wrong_case);
  other.question = wire_question("example.com", 1);
  CHECK(match_reply(query, other.bytes()) == Match::no);
  other.question = wire_question("example.org", 16);
  CHECK(match_reply(query, other.bytes()) == Match::no);
  other = raw;
  other.flags = 0x0180;
  CHECK(match_reply(query, other.bytes()) == Match::no);
  other.flags = 0x8980;
  CHECK(match_reply(query, other.bytes()) == Match::no);
  other = raw;
  other.questions = 2;
  CHECK(match_reply(query, other.bytes()) == Match::no);
  other.questions = 0;
  CHECK(match_reply(query, other.bytes()) == Match::no);
  other.flags |= 1;
  CHECK(match_reply(query, other.bytes()) == Match::headless);
  CHECK(match_reply(query, "") == Match::no);
}

TEST_CASE("records of every section are read, names uncompressed", "[dns][wire]") {
  Draft raw = message();
  raw.answer.push_back(wire_record("\xc0\x0c", 15, "\0\x0a\2mx\xc0\x0c"s));
  raw.answer.push_back(wire_record("\xc0\x0c", 16, wire_strings({"a", "b"})));
  Soa soa;
  soa.serial = 2026;
  raw.authority.push_back(wire_record(wire_name("com"), 6, test::wire_data(soa)));
  raw.additional.push_back(wire_record("\2mx\xc0\x0c"s, 1, "\xc0\0\2\1"s));
  raw.additional.push_back(wire_opt(test::wire_extended_error(18, "Prohibited")));
  const auto decoded = decode_message(raw.bytes());
  REQUIRE(decoded);
  REQUIRE(decoded->answer.size() == 2);
  CHECK(zone_line(decoded->answer[0]) == "example.com. 300 IN MX 10 mx.example.com.");
  CHECK(zone_line(decoded->answer[1]) == "example.com. 300 IN TXT \"a\" \"b\"");
  REQUIRE(decoded->authority.size() == 1);
  CHECK(std::get<Soa>(decoded->authority[0].data).serial == 2026);
  REQUIRE(decoded->additional.size() == 1);
  CHECK(zone_line(decoded->additional[0]) == "mx.example.com. 300 IN A 192.0.2.1");
  CHECK(decoded->edns);
  REQUIRE(decoded->extended_error);
  CHECK(decoded->extended_error->code == 18);
  CHECK(decoded->extended_error->text == "Prohibited");
}

TEST_CASE("the response code has its upper part in OPT", "[dns][wire]") {
  Draft raw = message();
  raw.additional.push_back(wire_record("\0"s, 41, {}, 0x01000000, 1232));
  CHECK(decode_message(raw.bytes())->rcode == Rcode::badvers);
}

TEST_CASE("a message cut anywhere is refused", "[dns][wire]") {
  Draft raw = message();
  raw.answer.push_back(wire_record("\xc0\x0c", 15, "\0\x0a\2mx\xc0\x0c"s));
  raw.additional.push_back(wire_opt(test::wire_extended_error(18, "Prohibited")));
  const std::string bytes = raw.bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(fault(bytes.substr(0, size)) != "good");
  }
  CHECK(fault(bytes) == "good");
  CHECK(fault(bytes + '\0') == "bytes behind its end");
}

TEST_CASE("questions other than one are refused", "[dns][wire]") {
  Draft raw = message();
  raw.questions = 2;
  raw.question += wire_question("example.com", 16);
  CHECK(fault(raw.bytes()) == "a broken header");
  raw.questions = 0;
  raw.question.clear();
  CHECK(fault(raw.bytes()) == "a broken header");
}

TEST_CASE("data must fill its length to the octet", "[dns][wire]") {
  CHECK(fault_of_record(1, "\1\2\3\4") == "good");
  CHECK(fault_of_record(1, "\1\2\3") == "a record with broken data");
  CHECK(fault_of_record(1, "\1\2\3\4\5") == "a record with broken data");
  CHECK(fault_of_record(28, std::string(4, '\1')) == "a record with broken data");
  CHECK(fault_of_record(15, "\0\x0a\xc0\x0c"s) == "good");
  CHECK(fault_of_record(15, "\0\x0a\xc0\x0cx"s) == "a record with broken data");
  CHECK(fault_of_record(15, "\0"s) == "a record with broken data");
  CHECK(fault_of_record(5, "") != "good");
  CHECK(fault_of_record(6, wire_name("a") + wire_name("b") + std::string(19, '\0')) == "a record with broken data");
  CHECK(fault_of_record(16, "") == "a record with broken data");
  CHECK(fault_of_record(16, "\0"s) == "good");
  CHECK(fault_of_record(16, "\5abcd") == "a record with broken data");
  CHECK(fault_of_record(65'280, "anything") == "good");
}

TEST_CASE("trailing data is not read as another record", "[dns][wire]") {
  // With ldns 1.8.3 the fifteen octets behind this MX become an address record.
  const std::string phantom = "\0\0\1\0\1\0\0\0\5\0\4\x09\x09\x09\x09"s;
  CHECK(fault_of_record(15, "\0\x0a\xc0\x0c"s + phantom) == "a record with broken data");
}

TEST_CASE("a name in data does not run past its record", "[dns][wire]") {
  Draft raw = message();
  std::string record = wire_record("\xc0\x0c", 5, wire_name("target.example"));
  record[11] = static_cast<char>(record[11] - 8);
  raw.answer.push_back(record);
  raw.answer.push_back(wire_record("\xc0\x0c", 1, "\1\2\3\4"));
  CHECK(fault(raw.bytes()) == "a record with broken data");
}

TEST_CASE("at most 64 strings make a TXT record", "[dns][wire]") {
  CHECK(fault_of_record(16, std::string(64, '\0')) == "good");
  CHECK(fault_of_record(16, std::string(65, '\0')) == "a TXT record with more than 64 strings");
  CHECK(fault_of_record(16, std::string(65'000, '\0')) == "a TXT record with more than 64 strings");
  CHECK(fault_of_record(99, std::string(1000, '\0')) == "a TXT record with more than 64 strings");
}

TEST_CASE("at most 512 records make a message", "[dns][wire]") {
  Draft raw = message();
  for (int i = 0; i < 512; ++i) raw.answer.push_back(wire_record("\xc0\x0c", 1, "\1\2\3\4"));
  CHECK(fault(raw.bytes()) == "good");
  raw.additional.push_back(wire_opt());
  CHECK(fault(raw.bytes()) == "more than 512 records");
  const std::string many = "\0\0\x81\x80\0\1\xff\xff\xff\xff\xff\xff"s;
  CHECK(fault(many + message().question) == "more than 512 records");
}

TEST_CASE("compression points strictly backwards", "[dns][wire]") {
  const auto owner = [](const std::string& bytes) {
    Draft raw = message();  // the owner stands at octet 29
    raw.answer.push_back(wire_record(bytes, 1, "\1\2\3\4"));
    return fault(raw.bytes());
  };
  CHECK(owner("\xc0\x0c") == "good");
  CHECK(owner("\xc0\x14") == "good");              // into the question: "com"
  CHECK(owner("\xc0\x1d") == "a broken name");     // itself
  CHECK(owner("\xc0\x1f") == "a broken name");     // forwards
  CHECK(owner("\1a\xc0\x1d") == "a broken name");  // back to its own label
  CHECK(owner("\xff\xff") == "a broken name");
  CHECK(owner("\x40" + std::string(64, 'a') + '\0') == "a broken name");
  CHECK(owner("\x80\x0c") == "a broken name");
}

TEST_CASE("two pointers that lead to each other end at once", "[dns][wire]") {
  // In the data of an unknown type, where bytes can be anything: 40 -> 42 -> 40.
  Draft raw = message();
  raw.answer.push_back(wire_record("\xc0\x0c", 65'280, "\xc0\x2b\xc0\x29"));
  raw.answer.push_back(wire_record("\xc0\x2b", 1, "\1\2\3\4"));
  CHECK(fault(raw.bytes()) == "a broken name");
}

TEST_CASE("a name has at most sixteen pointers and 255 octets", "[dns][wire]") {
  const auto chain = [](int length) {
    Draft raw = message();
    std::string data;
    // 41 is where this data begins; each pointer leads to the one before it.
    for (int i = 0; i < length; ++i)
      test::put16(data, i == 0 ? 0xc00c : 0xc000 + 41 + 2 * static_cast<unsigned>(i - 1));
    raw.answer.push_back(wire_record("\xc0\x0c", 65'280, data));
    std::string last;
    test::put16(last, 0xc000 + 41 + 2 * static_cast<unsigned>(length - 1));
    raw.answer.push_back(wire_record(last, 1, "\1\2\3\4"));
    return fault(raw.bytes());
  };
  CHECK(chain(15) == "good");
  CHECK(chain(16) == "a broken name");
  CHECK(chain(8000) == "a broken name");
  Draft raw = message();
  raw.question = wire_question(
      std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + "." + std::string(59, 'd'), 16);
  raw.answer.push_back(wire_record("\1a\xc0\x0c", 1, "\1\2\3\4"));
  CHECK(fault(raw.bytes()) == "good");
  raw.answer.push_back(wire_record("\2ab\xc0\x0c", 1, "\1\2\3\4"));
  CHECK(fault(raw.bytes()) == "a broken name");
}

TEST_CASE("pointers in every name of a full message cost little", "[dns][wire]") {
  Draft raw = message();
  std::string data;
  for (int i = 0; i < 15; ++i) test::put16(data, i == 0 ? 0xc00c : 0xc000 + 41 + 2 * static_cast<unsigned>(i - 1));
  raw.answer.push_back(wire_record("\xc0\x0c", 65'280, data));
  for (int i = 0; i < 511; ++i) raw.answer.push_back(wire_record("\xc0\x45", 5, "\xc0\x45"));
  const auto began = std::chrono::steady_clock::now();
  CHECK(fault(raw.bytes()) == "good");
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(1));
}

TEST_CASE("one OPT is enough, and it stands where it belongs", "[dns][wire]") {
  Draft raw = message();
  raw.additional = {wire_opt(), wire_opt()};
  CHECK(fault(raw.bytes()) == "broken options");
  raw.additional.clear();
  raw.answer = {wire_opt()};
  CHECK(fault(raw.bytes()) == "broken options");
  raw.answer.clear();
  raw.additional = {wire_record(wire_name("a"), 41, {})};
  CHECK(fault(raw.bytes()) == "broken options");
  for (const std::string& options : {"\0"s, "\0\x0f\0\3\0\1"s, "\0\x0f\0"s}) {
    raw.additional = {wire_opt(options)};
    CHECK(fault(raw.bytes()) == "broken options");
  }
  raw.additional = {wire_opt("\0\x0f\0\1\0"s)};  // an error too short to be one
  CHECK_FALSE(decode_message(raw.bytes())->extended_error);
}

TEST_CASE("transaction signatures are refused", "[dns][wire]") {
  Draft raw = message();
  raw.additional = {wire_record(wire_name("key"), 250, std::string(30, '\0')),
                    wire_record(wire_name("key"), 250, std::string(30, '\0'))};
  CHECK(fault(raw.bytes()) == "a signature nobody asked for");
  raw.additional.pop_back();
  CHECK(fault(raw.bytes()) == "a signature nobody asked for");
}

TEST_CASE("the text of an extended error is cut and made visible", "[dns][wire]") {
  Draft raw = message();
  raw.additional = {wire_opt(test::wire_extended_error(22, "\x1b]0;x\a" + std::string(5000, 'y')))};
  const auto decoded = decode_message(raw.bytes());
  REQUIRE(decoded);
  CHECK(decoded->extended_error->text.starts_with("\\u{001B}]0;x\\u{0007}y"));
  CHECK(decoded->extended_error->text.size() < 250);
  raw.additional = {wire_opt(test::wire_extended_error(22, "ends in zero\0"s))};
  CHECK(decode_message(raw.bytes())->extended_error->text == "ends in zero");
}

TEST_CASE("a TTL with its highest bit set is zero", "[dns][wire]") {
  Draft raw = message();
  raw.answer.push_back(wire_record("\xc0\x0c", 1, "\1\2\3\4", 0x80000000));
  raw.answer.push_back(wire_record("\xc0\x0c", 1, "\1\2\3\5", 0x7fffffff));
  const auto decoded = decode_message(raw.bytes());
  CHECK(decoded->answer[0].ttl == 0);
  CHECK(decoded->answer[1].ttl == 0x7fffffff);
}

TEST_CASE("a packet that crashes ldns when printed is read without harm", "[dns][wire]") {
  // An EDNS CHAIN option (RFC 7901) whose name is no name; kept from a fuzzing run against ldns 1.8.3.
  const std::string packet =
      "\0\1\x81\x80\0\1\0\1\0\0\0\1\1a\7example\0\0\x23\0\1\xc0\x0c\0\x73\5a+b:c\0\0\0\0\x29\x10\0\0\0\0\0\0\x0c"
      "\0\x0d\0\x08"s +
      "abcdefgh";
  CHECK(packet.size() == 62);
  const auto decoded = decode_message(packet);
  REQUIRE(decoded);
  CHECK(decoded->edns);
  CHECK(decoded->answer.empty());  // of a class that nobody uses
}

TEST_CASE("packets that were kept from fuzzing are read or refused, and so is every piece of them", "[dns][wire]") {
  const auto folder = test::shared_data("data/dns-packets");
  if (!folder) return;
  std::size_t packets = 0;
  for (const auto& file : std::filesystem::directory_iterator(*folder)) {
    const std::string packet = test::slurp(file.path());
    ++packets;
    for (std::size_t size = 0; size <= packet.size(); ++size) {
      const auto decoded = decode_message(std::string_view(packet).substr(0, size));
      if (!decoded) continue;
      for (const Record& record : decoded->answer) CHECK_FALSE(zone_line(record).empty());
    }
  }
  CHECK(packets > 0);
}

TEST_CASE("a reply takes the spelling of what was asked", "[dns][wire]") {
  Draft raw = message();
  raw.question = wire_question("eXaMpLe.CoM", 16);
  raw.answer.push_back(wire_record("\xc0\x0c", 5, "\1a\xc0\x0c"));
  std::string bytes = raw.bytes();
  restore_case(bytes, name("Example.com"));
  CHECK(zone_line(decode_message(bytes)->answer[0]) == "Example.com. 300 IN CNAME a.Example.com.");
  const std::string before = bytes;
  restore_case(bytes, name("other.example"));
  CHECK(bytes == before);
  std::string empty;
  restore_case(empty, name("example.com"));
  CHECK(empty.empty());
}

TEST_CASE("what a zone file says comes back from the wire as it was", "[dns][wire]") {
  const Zone zone = read_zone({.path = "test.zone",
                               .content = R"($ORIGIN example.com.
@ 1 SOA ns host 1 2 3 4 5
@ 2 NS ns.example.net.
@ 3 MX 10 mx
@ 4 TXT "v=spf1" "\255\000 -all" ""
@ 5 A 192.0.2.1
@ 6 AAAA 2001:db8::1
_25._tcp.mx 7 TLSA 3 1 1 00ff
x 8 CNAME y
@ 9 CAA 0 issue "ca.example"
d 10 DNAME e
1 11 PTR p
_sip._tcp 12 SRV 1 2 3 sip
)",
                               .identity = {}},
                              {});
  Draft raw = message();
  for (const ZoneRecord& record : zone.records) raw.answer.push_back(wire_record(record.record));
  REQUIRE(raw.answer.size() == 12);
  const auto decoded = decode_message(raw.bytes());
  REQUIRE(decoded);
  REQUIRE(decoded->answer.size() == 12);
  for (std::size_t i = 0; i < 12; ++i) CHECK(decoded->answer[i] == zone.records[i].record);
}
