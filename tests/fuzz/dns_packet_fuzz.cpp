#include "fuzz.hpp"

#include "../dns/messages.hpp"

#include <envelint/dns/chain.hpp>
#include <envelint/dns/rdata.hpp>
#include <envelint/dns/wire.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace envelint;

namespace {

void check_records(const std::vector<dns::Record>& records) {
  for (const dns::Record& record : records) {
    fuzz_require(record.owner.wire().size() < dns::Name::kMaxWire, "an owner name has at most 255 octets");
    fuzz_require(!dns::zone_line(record).empty(), "a record can be shown");
    if (const auto* text = std::get_if<dns::Text>(&record.data)) {
      fuzz_require(text->joins().size() < 64, "a text has at most 64 strings");
    }
  }
}

std::vector<std::string> encoded(const std::vector<dns::Record>& records) {
  std::vector<std::string> out;
  for (const dns::Record& record : records) out.push_back(test::wire_record(record));
  return out;
}

// What was understood, sent again without compression, is understood in the same way.
void check_again(const dns::Message& message) {
  test::Draft draft;
  draft.question = test::wire_question("a.example", 16);
  draft.answer = encoded(message.answer);
  draft.authority = encoded(message.authority);
  draft.additional = encoded(message.additional);
  const auto again = dns::decode_message(draft.bytes());
  fuzz_require(again.has_value(), "a decoded message can be encoded");
  fuzz_require(again->answer == message.answer && again->authority == message.authority &&
                   again->additional == message.additional,
               "a message decodes to the same records again");
}

}  // namespace

// Any octets are refused or understood as records that keep their bounds; a chain through them ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > dns::kMaxMessage) return 0;
  const std::string_view bytes = fuzz_text(data, size);
  const dns::Query query(*dns::Name::parse("a.example"), dns::Type::txt);
  const dns::EncodedQuery encoded_query = dns::encode_query(1, query, dns::QueryFlags());
  const dns::Match match = dns::match_reply(encoded_query, bytes);
  std::string reply(bytes);
  dns::restore_case(reply, query.name);
  fuzz_require(reply.size() == size, "restoring the case keeps the size");
  fuzz_require(match == dns::Match::no || match == dns::Match::headless ||
                   dns::match_reply(encoded_query, reply) == dns::Match::yes,
               "with its case restored a reply repeats the question");
  auto message = dns::decode_message(reply);
  if (!message) return 0;
  fuzz_require(message->answer.size() + message->authority.size() + message->additional.size() <= 512,
               "a message has at most 512 records");
  for (const auto* records : {&message->answer, &message->authority, &message->additional}) check_records(*records);
  check_again(*message);
  dns::Chain chain(query, true);
  const auto next = chain.follow(*message);
  const dns::Answer answer = chain.take();
  fuzz_require(answer.chain.size() <= 8, "a chain has at most eight names");
  fuzz_require(answer.has_records() == !answer.records.empty(), "an answer with records has some");
  fuzz_require(next == dns::Chain::Next::done || !answer.chain.empty(), "only a chain is asked on for");
  return 0;
}
