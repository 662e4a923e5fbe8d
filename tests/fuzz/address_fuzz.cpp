#include "fuzz.hpp"

#include <envelint/dmarc/author.hpp>
#include <envelint/mail/address.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <string>

using namespace envelint;
using namespace envelint::mail;

namespace {

void require_within(text::Span span, std::size_t size) {
  fuzz_require(span.start <= span.end && span.end <= size, "a span is in the value");
}

void check_list(std::string_view value) {
  const AddressList list = parse_address_list(value);
  fuzz_require(list.mailboxes.size() <= kMaxMailboxes, "mailboxes are bounded");
  fuzz_require(list.groups <= value.size() && list.faults.size() <= 2 * value.size() + 3, "counts are bounded");
  for (const AddressFault& fault : list.faults) require_within(fault.span, value.size());
  std::size_t end = 0;
  for (const Mailbox& box : list.mailboxes) {
    require_within(box.span, value.size());
    fuzz_require(end <= box.span.start, "mailboxes stand in the order written");
    fuzz_require(box.span.start <= box.address_span.start && box.address_span.end <= box.span.end,
                 "an address is in its mailbox");
    fuzz_require(box.address().size() <= box.address_span.size() + 1, "an address is not longer than it is written");
    const auto is_of_mail = [](char c) { return text::is_alnum(c) || c == '-' || c == '_' || c == '.'; };
    fuzz_require(!box.name || std::ranges::all_of(box.name->to_string(), is_of_mail), "a name needs no escapes");
    end = box.span.end;
  }
  fuzz_require(!list.mailboxes.empty() || list.groups > 0 || !list.faults.empty(), "no address is no silent success");
}

void check_author(std::string_view value) {
  const std::string bytes = "From: " + std::string(value) + "\r\n\r\n";
  const Message message = Message::split(bytes);
  const dmarc::Author author = dmarc::find_author(message);
  fuzz_require(author.domains.size() <= dmarc::kMaxAuthorDomains && author.lists.size() <= dmarc::kMaxFromFields,
               "domains and lists are bounded");
  fuzz_require(author.fields.size() >= message.count("From"), "every From field is seen");
  fuzz_require(!author.usable() ||
                   (author.domains.size() == 1 && message.count("From") == 1 && author.fields.size() == 1),
               "a usable author has one domain and one From field");
}

}  // namespace

// The input is the value of a From field, and may hold more fields.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value = fuzz_text(data, size);
  check_list(value);
  check_author(value);
  return 0;
}
