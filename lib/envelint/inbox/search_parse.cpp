#include <envelint/inbox/search.hpp>
#include <envelint/inbox/searched_words.hpp>
#include <envelint/inbox/time_text.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/edit_distance.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace envelint::inbox {
namespace {

using enum SearchField;
using Words = std::span<const std::string_view>;

struct NamedField {
  std::string_view name;
  SearchField field;
  std::string_view example;  ///< a value
};

constexpr std::array<NamedField, 22> kFields{{{"from", from, "@example.com"},
                                              {"to", to, "@example.com"},
                                              {"subject", subject, "\"price list\""},
                                              {"mail-from", mail_from, "@example.com"},
                                              {"rcpt-to", rcpt_to, "@example.com"},
                                              {"client", client, "192.0.2.0/24"},
                                              {"text", text, "invoice"},
                                              {"header", header, "x-mailer"},
                                              {"spf", spf, "fail"},
                                              {"dkim", dkim, "fail"},
                                              {"dmarc", dmarc, "fail"},
                                              {"arc", arc, "fail"},
                                              {"disposition", disposition, "reject"},
                                              {"tls", tls, "no"},
                                              {"is", unread, "unread"},
                                              {"has", attachment, "attachment"},
                                              {"larger", larger, "1M"},
                                              {"smaller", smaller, "10k"},
                                              {"after", after, "2026-11-27"},
                                              {"before", before, "2026-11-27"},
                                              {"session", session, "7"},
                                              {"id", id, "7"}}};

// RFC 8601 §2.7.1 and §2.7.2, RFC 8617 §4.4; of DMARC what is evaluated here.
constexpr std::array<std::string_view, 8> kSpf{"none",    "pass",   "fail",      "softfail",
                                               "neutral", "policy", "temperror", "permerror"};
constexpr std::array<std::string_view, 7> kDkim{"none", "pass", "fail", "policy", "neutral", "temperror", "permerror"};
constexpr std::array<std::string_view, 5> kDmarc{"none", "pass", "fail", "temperror", "permerror"};
constexpr std::array<std::string_view, 3> kArc{"none", "pass", "fail"};
constexpr std::array<std::string_view, 3> kDispositions{"none", "quarantine", "reject"};
constexpr std::array<std::string_view, 2> kStates{"unread", "read"};
constexpr std::array<std::string_view, 1> kParts{"attachment"};
constexpr std::array<std::string_view, 6> kTls{"yes", "no", "1.3", "1.2", "1.1", "1.0"};

/// The words that a field takes; none for others.
Words words_of(SearchField field) {
  switch (field) {
    case spf: return kSpf;
    case dkim: return kDkim;
    case dmarc: return kDmarc;
    case arc: return kArc;
    case disposition: return kDispositions;
    case unread: return kStates;
    case attachment: return kParts;
    case tls: return kTls;
    default: return {};
  }
}

/// So many letters may be wrong in what is taken for a slip.
constexpr std::size_t kSlip = 2;
/// Octets of what was written that a message repeats.
constexpr std::size_t kShown = 60;

std::string shown(std::string_view written) {
  if (written.size() <= kShown) return std::string(written);
  return fmt::format("{}…", written.substr(0, kShown));
}

template <class Number>
std::optional<Number> number_of(std::string_view written) {
  Number out{};
  const auto [end, fault] = std::from_chars(written.data(), written.data() + written.size(), out);
  if (fault != std::errc() || end != written.data() + written.size()) return std::nullopt;
  return out;
}

/// `1000`, `10k`, `1M`, `2G`, where k is 1024.
std::optional<std::int64_t> octets_of(std::string_view written) {
  constexpr std::string_view kUnits = "kmg";
  unsigned shift = 0;
  const std::size_t unit = written.empty() ? kUnits.npos : kUnits.find(text::to_lower(written.back()));
  if (unit != kUnits.npos) {
    shift = 10 * (static_cast<unsigned>(unit) + 1);
    written.remove_suffix(1);
  }
  const auto count = number_of<std::int64_t>(written);
  if (!count || *count < 0 || *count > std::numeric_limits<std::int64_t>::max() >> shift) return std::nullopt;
  return *count << shift;
}

/// `<a@example.com>` for `a@example.com`, as it stands in SMTP.
std::string_view without_brackets(std::string_view written) {
  if (written.starts_with('<') && written.ends_with('>')) return written.substr(1, written.size() - 2);
  return written;
}

/// Reads from the left to the right; the first fault ends it.
class Parser {
 public:
  explicit Parser(std::string_view query) : query_(query) {}

  std::expected<std::vector<Search::Clause>, SearchFault> run() {
    read();
    if (fault_) return std::unexpected(*std::move(fault_));
    return std::move(clauses_);
  }

 private:
  struct Written {
    std::string_view text;
    std::size_t start = 0;
    std::size_t end = 0;
  };

  void read() {
    if (query_.size() > Search::kMaxQuery) {
      return fail(Search::kMaxQuery, query_.size(),
                  fmt::format("the query has {} octets, and {} are the most", query_.size(), Search::kMaxQuery));
    }
    for (skip_blanks(); !fault_ && place_ < query_.size(); skip_blanks()) {
      if (!read_joint()) read_term();
    }
    if (!fault_ && joint_) fail_joint(*joint_);
  }

  void skip_blanks() {
    while (place_ < query_.size() && text::is_space(query_[place_])) ++place_;
  }

  [[nodiscard]] bool at(char c) const { return place_ < query_.size() && query_[place_] == c; }
  [[nodiscard]] bool at_end_of_term() const { return place_ == query_.size() || text::is_space(query_[place_]); }

  /// All up to the next blank.
  Written read_run() {
    const std::size_t start = place_;
    while (!at_end_of_term()) ++place_;
    return {query_.substr(start, place_ - start), start, place_};
  }

  /// `or`, or `and`, which joins as a blank does.
  bool read_joint() {
    const std::size_t start = place_;
    const Written word = read_run();
    const bool is_or = text::iequals(word.text, "or");
    if (!is_or && !text::iequals(word.text, "and")) {
      place_ = start;
      return false;
    }
    if (clauses_.empty() || joint_) {
      fail_joint(word);
    } else {
      joint_ = word;
      joins_by_or_ = is_or;
    }
    return true;
  }

  void fail_joint(const Written& word) {
    fail(word, fmt::format("`{0}` stands between two terms; to search for the word, write `\"{0}\"`", word.text));
  }

  void read_term() {
    const std::size_t start = place_;
    SearchTerm term;
    term.negated = at('-');
    if (term.negated) ++place_;
    if (at_end_of_term()) return fail(start, place_, "`-` needs a term behind it, without a blank: `-dmarc:pass`");
    if (at('(') || at(')')) {
      return fail(place_, place_ + 1,
                  "there are no parentheses: `or` joins only the terms beside it; to search for one, write `\"(\"`");
    }
    const NamedField* field = read_field(term.negated);
    if (fault_) return;
    const auto value = read_value(field, start);
    if (!value) return;
    if (field != nullptr) term.field = field->field;
    set(term, field, *value);
    if (!fault_) add(std::move(term), start);
  }

  /// The name before a colon, if it is one that a field may have; else nothing is taken.
  const NamedField* read_field(bool negated) {
    const std::size_t start = place_;
    std::size_t end = start;
    while (end < query_.size() && (text::is_alpha(query_[end]) || query_[end] == '-')) ++end;
    if (end == start || end == query_.size() || query_[end] != ':') return nullptr;
    const std::string_view name = query_.substr(start, end - start);
    place_ = end + 1;
    const auto* const found =
        std::ranges::find_if(kFields, [&](const NamedField& field) { return text::iequals(field.name, name); });
    if (found != kFields.end()) return found;
    fail(start, end, unknown_field(name, negated));
    return nullptr;
  }

  std::string unknown_field(std::string_view name, bool negated) {
    std::array<std::string_view, kFields.size()> names;
    std::ranges::transform(kFields, names.begin(), &NamedField::name);
    const auto meant = text::nearest(name, names, kSlip);
    if (meant) return fmt::format("there is no field `{}:`; write `{}:`", shown(name), *meant);
    place_ -= name.size() + 1;
    const std::string written = shown(read_run().text);
    return fmt::format("there is no field `{}:`; to search for the text, write `{}\"{}\"`", shown(name),
                       negated ? "-" : "", written);
  }

  std::optional<Written> read_value(const NamedField* field, std::size_t start) {
    const Written value = at('"') ? read_phrase() : read_run();
    if (fault_) return std::nullopt;
    if (!folded(value.text).empty()) return value;
    if (field == nullptr) {
      fail(start, place_, "there is nothing between the quotes");
    } else {
      fail(start, place_, fmt::format("`{0}:` needs a value: `{0}:{1}`", field->name, field->example));
    }
    return std::nullopt;
  }

  Written read_phrase() {
    const std::size_t quote = place_;
    const std::size_t end = query_.find('"', quote + 1);
    if (end == std::string_view::npos) {
      fail(quote, query_.size(), "the quote is not closed: write `\"` at its end");
      return {};
    }
    place_ = end + 1;
    return {query_.substr(quote + 1, end - quote - 1), quote, place_};
  }

  void set(SearchTerm& term, const NamedField* field, const Written& value) {
    if (asks_words(term)) return set_text(term, value);
    if (!words_of(term.field).empty()) return set_word(term, *field, value);
    if (term.field == client) return set_client(term, value);
    if (term.field == after || term.field == before) return set_time(term, value);
    if (term.field == larger || term.field == smaller) return set_size(term, value);
    set_id(term, value);
  }

  static void set_text(SearchTerm& term, const Written& value) {
    const bool is_path = term.field == mail_from || term.field == rcpt_to;
    term.text = folded(is_path ? without_brackets(value.text) : value.text);
  }

  void set_word(SearchTerm& term, const NamedField& field, const Written& value) {
    const Words words = words_of(term.field);
    std::string written = text::lower(value.text);
    if (term.field == attachment && written == "attachments") written.pop_back();
    if (term.field == tls && written.starts_with("tlsv")) written.erase(0, 4);
    if (term.field == tls && written == "1") written = "1.0";
    if (std::ranges::find(words, written) == words.end()) return fail(value, wrong_word(field, words, value.text));
    if (term.field == unread) {
      term.number = written == "unread" ? 1 : 0;
    } else if (term.field == tls && (written == "yes" || written == "no")) {
      term.number = written == "yes" ? 1 : 0;
    } else if (term.field == tls) {
      term.text = written == "1.0" ? "TLSv1" : "TLSv" + written;  // as OpenSSL names them
    } else {
      term.text = written;
    }
  }

  static std::string wrong_word(const NamedField& field, Words words, std::string_view written) {
    const auto meant = text::nearest(written, words, kSlip);
    if (meant) return fmt::format("`{0}:` does not take `{1}`; write `{0}:{2}`", field.name, shown(written), *meant);
    return fmt::format("`{}:` does not take `{}`, but {}", field.name, shown(written), fmt::join(words, ", "));
  }

  void set_client(SearchTerm& term, const Written& value) {
    const auto prefix = net::Prefix::parse(value.text);
    if (prefix) return void(term.client = *prefix);
    fail(value, fmt::format("`{}` is no address and no network; write `client:192.0.2.1` or `client:192.0.2.0/24`",
                            shown(value.text)));
  }

  void set_time(SearchTerm& term, const Written& value) {
    const auto time = time_of(value.text);
    if (time) return void(term.number = *time);
    fail(value,
         fmt::format("`{}` is no date; write it as `2026-11-27`, or as `2026-11-27T08:00:21Z`", shown(value.text)));
  }

  void set_size(SearchTerm& term, const Written& value) {
    const auto size = octets_of(value.text);
    if (size) return void(term.number = *size);
    fail(value, fmt::format("`{}` is no size; write octets, as `500`, `10k` or `1M`", shown(value.text)));
  }

  void set_id(SearchTerm& term, const Written& value) {
    const auto number = number_of<std::int64_t>(value.text);
    if (number && *number > 0) return void(term.number = *number);
    fail(value, fmt::format("`{}` is no id; ids are numbers from 1 on", shown(value.text)));
  }

  void add(SearchTerm term, std::size_t start) {
    if (++terms_ > Search::kMaxTerms) {
      return fail(start, place_, fmt::format("there are more than {} terms", Search::kMaxTerms));
    }
    if (!joint_ || !joins_by_or_) clauses_.emplace_back();
    clauses_.back().push_back(std::move(term));
    joint_.reset();
  }

  void fail(const Written& written, std::string message) { fail(written.start, written.end, std::move(message)); }
  void fail(std::size_t start, std::size_t end, std::string message) {
    if (!fault_) fault_ = SearchFault{start, end, std::move(message)};
  }

  std::string_view query_;
  std::size_t place_ = 0;
  std::vector<Search::Clause> clauses_;
  std::optional<Written> joint_;  // the last one, where no term has come after it
  bool joins_by_or_ = false;
  std::size_t terms_ = 0;
  std::optional<SearchFault> fault_;
};

}  // namespace

std::expected<Search, SearchFault> Search::parse(std::string_view query) {
  auto clauses = Parser(query).run();
  if (!clauses) return std::unexpected(std::move(clauses.error()));
  Search out;
  out.clauses_ = *std::move(clauses);
  out.needs_words_ =
      std::ranges::any_of(out.clauses_, [](const Clause& clause) { return std::ranges::any_of(clause, asks_words); });
  return out;
}

}  // namespace envelint::inbox
