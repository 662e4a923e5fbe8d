#include <envelint/dmarc/author.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

namespace envelint::dmarc {
namespace {

using mail::AddressFault;
using mail::AddressList;
using mail::Field;
using mail::Mailbox;
using mail::Message;
using Fault = AddressFault::Kind;

constexpr std::string_view kFrom = "from";

/// A field name as readers see it that skip white space and what they cannot print.
bool reads_as_from(std::string_view name) {
  std::size_t matched = 0;
  for (const char c : name) {
    if (!text::is_vchar(c)) continue;
    if (matched == kFrom.size() || text::to_lower(c) != kFrom[matched]) return false;
    ++matched;
  }
  return matched == kFrom.size();
}

/// What stands before the colon, also where the field has none in its first line: ` From: …` as the first line of all.
std::string_view name_before_colon(const Message& message, const Field& field) {
  if (!field.name.empty()) return message.name(field);
  const std::string_view whole = message.at(field.whole);
  const std::size_t colon = whole.find(':');
  return colon == std::string_view::npos ? std::string_view() : whole.substr(0, colon);
}

std::string_view value_behind_colon(const Message& message, const Field& field) {
  const std::string_view value = message.value(field);
  return field.name.empty() ? value.substr(value.find(':') + 1) : value;
}

bool is_from_line(std::string_view line) {
  if (!text::istarts_with(line, kFrom)) return false;
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t", kFrom.size())));
  return line.starts_with(':');
}

/// Whether a bare CR or LF is followed by `From:`. Programs that take it for the end of a line see a From field there.
bool hides_from_line(std::string_view header) {
  for (std::size_t i = header.find('\r'); i < header.size(); i = header.find('\r', i + 1)) {
    const std::string_view line = header.substr(i + 1);
    if (!line.starts_with('\n') && is_from_line(line)) return true;
  }
  for (std::size_t i = header.find('\n'); i < header.size(); i = header.find('\n', i + 1)) {
    const bool bare = i == 0 || header[i - 1] != '\r';
    if (bare && is_from_line(header.substr(i + 1))) return true;
  }
  return false;
}

/// Whether a fault lies in a display name, where no reader looks for the address that counts.
bool in_display_name(const AddressList& list, const AddressFault& fault) {
  return std::ranges::any_of(list.mailboxes, [&](const Mailbox& box) {
    return box.span.start <= fault.span.start && fault.span.end <= box.address_span.start;
  });
}

// `a@one.example <b@two.example>` is common, and all large receivers take the address in the angle brackets.
bool is_harmless(const AddressList& list, const AddressFault& fault) {
  if (fault.kind == Fault::unquoted_at) return list.mailboxes.size() == 1;
  return fault.kind == Fault::not_utf8 && in_display_name(list, fault);
}

/// Why readers may differ in the domain of a list that has one; nothing where they cannot.
std::optional<std::string_view> doubt(const AddressList& list) {
  for (const AddressFault& fault : list.faults) {
    if (!is_harmless(list, fault)) return mail::to_string(fault.kind);
  }
  const bool all_named = std::ranges::all_of(list.mailboxes, [](const Mailbox& box) { return box.name.has_value(); });
  return all_named ? std::nullopt : std::optional<std::string_view>("one of its addresses has no domain name");
}

void collect_domains(const AddressList& list, std::vector<dns::Name>& domains) {
  for (const Mailbox& box : list.mailboxes) {
    if (domains.size() == kMaxAuthorDomains) return;
    if (box.name && std::ranges::find(domains, *box.name) == domains.end()) domains.push_back(*box.name);
  }
}

std::string words_for(const std::vector<dns::Name>& domains) {
  std::vector<std::string> names;
  for (const dns::Name& domain : domains) names.push_back("`" + domain.to_string() + "`");
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Finds the From fields and what is in them.
class AuthorFinder {
 public:
  explicit AuthorFinder(const Message& message) : message_(message) {
    const std::vector<Field>& fields = message.fields();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (reads_as_from(name_before_colon(message, fields[i]))) add_field(i, fields[i]);
    }
    hidden_ = hides_from_line(message.header());
  }

  Author take() {
    decide();
    return std::move(out_);
  }

 private:
  void add_field(std::size_t index, const Field& field) {
    out_.fields.push_back(index);
    odd_name_ = odd_name_ || !message_.is(field, kFrom);
    if (out_.lists.size() == kMaxFromFields) return;
    out_.lists.push_back(mail::parse_address_list(value_behind_colon(message_, field)));
    collect_domains(out_.lists.back(), out_.domains);
  }

  void conclude(AuthorStatus status, std::string detail) {
    out_.status = status;
    out_.detail = std::move(detail);
  }

  void decide() {
    using enum AuthorStatus;
    if (message_.cut()) return conclude(not_looked_at, {});
    if (out_.fields.empty()) return conclude(no_field, hidden_ ? "one stands behind a bare CR or LF" : "");
    if (out_.fields.size() > 1) return conclude(several_fields, fmt::format("there are {}", out_.fields.size()));
    if (hidden_) return conclude(several_fields, "one of them stands behind a bare CR or LF");
    const AddressList& list = out_.lists.front();
    if (out_.domains.empty()) {
      return conclude(no_domain, list.faults.empty() ? "" : std::string(mail::to_string(list.faults.front().kind)));
    }
    if (out_.domains.size() > 1) return conclude(several_domains, words_for(out_.domains));
    if (odd_name_) return conclude(unreadable, "the name of the field holds white space or control characters");
    if (const auto why = doubt(list)) return conclude(unreadable, std::string(*why));
    conclude(one, {});
  }

  const Message& message_;
  Author out_;
  bool odd_name_ = false;  // a field that only some readers take for a From field
  bool hidden_ = false;
};

}  // namespace

std::string_view to_string(AuthorStatus status) noexcept {
  constexpr std::array<std::string_view, 7> kWords{
      "the message has one author domain",
      "the message has no From field",
      "the message has more than one From field",
      "the From field holds no address with a domain",
      "the From field holds addresses of different domains",
      "readers may differ in whose address the From field holds",
      "the header is too long to be looked at to its end",
  };
  return kWords[static_cast<std::size_t>(status)];
}

Author find_author(const mail::Message& message) { return AuthorFinder(message).take(); }

}  // namespace envelint::dmarc
