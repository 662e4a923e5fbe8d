#include <envelint/expectation/file.hpp>

#include <envelint/dns/idna.hpp>
#include <envelint/expectation/toml_guard.hpp>
#include <envelint/text/edit_distance.hpp>

#include <fmt/format.h>

// Header-only and without exceptions: trouble is a result.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
// toml++ 3.3 asserts, or without assertions assumes, what text from outside can break (`[=]`), and checks the same
// behind it. Without the assertion that check tells the fault.
#undef NDEBUG
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <unordered_map>

namespace envelint::expectation {
namespace {

using Keys = std::span<const std::string_view>;

constexpr std::array<std::string_view, 1> kTopKeys{"domains"};
constexpr std::array<std::string_view, 6> kNameKeys{"policy",    "policy_rfc7489", "max_lookups",
                                                    "selectors", "pass",           "fail"};
constexpr std::array<std::string_view, 3> kSenderKeys{"ip", "mail_from", "helo"};

constexpr std::uint32_t kMostLookups = 10;  // RFC 7208 §4.6.4
constexpr std::size_t kMistakes = 2;        // in a misspelt key
constexpr std::size_t kMostQuoted = 60;     // octets of the file in a message

std::string quoted(std::string_view text) {
  if (text.size() <= kMostQuoted) return fmt::format("`{}`", text);
  return fmt::format("`{}…`", text.substr(0, kMostQuoted));
}

/// Takes places of toml++, which count characters, to places in the bytes of the file. They mostly come in order, so that
/// the last is remembered: else a file of one long line would be gone through once for each of its values.
class Places {
 public:
  explicit Places(const text::SourceFile& file) : file_(file) {}

  [[nodiscard]] std::size_t offset(const toml::source_position& place) {
    if (place.line != line_ || place.column < column_) start(place.line);
    const std::string_view content = file_.content();
    while (column_ < place.column && at_ < content.size() && content[at_] != '\n') {
      ++at_;
      while (at_ < content.size() && (content[at_] & 0xC0) == 0x80) ++at_;
      ++column_;
    }
    return at_;
  }

  [[nodiscard]] text::Span span(const toml::source_region& region) {
    const std::size_t begin = offset(region.begin);
    return text::span_of(begin, std::max(begin, offset(region.end)));
  }

 private:
  void start(std::uint32_t line) {
    line_ = line;
    column_ = 1;
    at_ = file_.line_start(line);
    if (at_ == 0 && file_.content().starts_with("\xEF\xBB\xBF")) at_ = 3;  // toml++ passes a byte order mark over
  }

  const text::SourceFile& file_;
  std::uint32_t line_ = 0;
  std::uint32_t column_ = 1;
  std::size_t at_ = 0;
};

std::string_view type_in_words(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "text";
    case toml::node_type::integer: return "a number";
    case toml::node_type::floating_point: return "a number with a point";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

std::string syntax_message(std::string_view description) {
  constexpr std::string_view kStart = "Error while parsing ";
  if (description.starts_with(kStart)) description.remove_prefix(kStart.size());
  std::string out = fmt::format("this is no TOML: {}", description);
  // Addresses and words without quotes: what toml++ says of them names no cause.
  const bool unquoted = description.starts_with("floating-point") || description.contains("could not determine value");
  if (unquoted) out += "; addresses and words stand in quotes, as in `policy = \"reject\"`";
  return out;
}

std::string hazard_message(const TomlHazard& hazard) {
  switch (hazard.kind) {
    case TomlHazard::Kind::brackets: return "more brackets stand one inside the other than any expectation needs";
    case TomlHazard::Kind::dots:
      return fmt::format("more than {} dots stand in this line outside of quotes; names and addresses stand in quotes",
                         kMaxDots);
    case TomlHazard::Kind::character:
      return "outside of strings and comments TOML is plain ASCII; quotes are `\"` or `'`, no others";
    case TomlHazard::Kind::quote:
      return "no text can begin at this quote; a blank, `=`, `,`, `.` or a bracket stands before it";
    case TomlHazard::Kind::long_text: break;
  }
  return "no text here goes over several lines; one quote at each end is enough, `\"` or `'`";
}

std::expected<dns::Name, std::string> parse_name(std::string_view text) {
  if (net::Address::parse(text)) return std::unexpected(fmt::format("{} is an address and no name", quoted(text)));
  std::optional<std::string> ascii(text);
  if (std::ranges::any_of(text, [](char c) { return (c & 0x80) != 0; })) ascii = dns::to_a_labels(text);
  const bool other = text.find_first_of("@/: \t*") != std::string_view::npos;
  if (other || !ascii) return std::unexpected(fmt::format("{} is no domain name", quoted(text)));
  auto name = dns::Name::parse(*ascii);
  if (!name) return std::unexpected(fmt::format("{} is no domain name: it {}", quoted(text), to_string(name.error())));
  if (name->is_root()) return std::unexpected("`.` is the root, which has no mail");
  return *std::move(name);
}

std::optional<dmarc::Policy> parse_policy(std::string_view word) {
  for (const auto policy : {dmarc::Policy::none, dmarc::Policy::quarantine, dmarc::Policy::reject}) {
    if (word == to_string(policy)) return policy;
  }
  return std::nullopt;
}

class Reader {
 public:
  explicit Reader(std::shared_ptr<const text::SourceFile> file) : places_(*file) { out_.file = std::move(file); }

  std::expected<Expectations, std::vector<Fault>> run() {
    read();
    const auto order = [](const Fault& fault) { return std::pair(fault.place.line, fault.place.column); };
    std::ranges::stable_sort(faults_, {}, order);
    if (faults_.size() > kMaxFaults) faults_.resize(kMaxFaults);
    if (!faults_.empty()) return std::unexpected(std::move(faults_));
    std::ranges::sort(out_.names, {}, [](const Expectation& one) { return one.span.start; });
    return std::move(out_);
  }

 private:
  void read() {
    const std::string_view content = out_.file->content();
    if (content.size() > kMaxFileOctets) {
      return fault_at(0, fmt::format("the file is larger than {} KiB", kMaxFileOctets >> 10));
    }
    if (const auto hazard = find_toml_hazard(content)) return fault_at(hazard->offset, hazard_message(*hazard));
    const toml::parse_result parsed = toml::parse(content);
    if (!parsed) {
      return fault_at(places_.offset(parsed.error().source().begin), syntax_message(parsed.error().description()));
    }
    read_top(parsed.table());
  }

  void read_top(const toml::table& top) {
    check_keys(top, kTopKeys, "the file");
    const toml::node* domains = top.get("domains");
    const bool misspelt = !faults_.empty();
    if (domains != nullptr && !domains->is_table()) {
      return fault(*domains, fmt::format("`domains` is a table, with a table for each name; this is {}",
                                         type_in_words(*domains)));
    }
    if (domains != nullptr) read_names(*domains->as_table());
    if (out_.names.empty() && faults_.empty() && !misspelt) {
      fault_at(0, "nothing is expected in this file; begin a table, such as `[domains.\"example.com\"]`");
    }
  }

  void read_names(const toml::table& domains) {
    if (domains.size() > kMaxNames) {
      return fault(domains, fmt::format("there are {} names; the most are {}", domains.size(), kMaxNames));
    }
    for (const auto& [key, node] : domains) {
      if (const toml::table* table = node.as_table()) {
        read_name(key, *table);
      } else {
        fault(key, fmt::format("{} is {}; what is expected of a name is a table, such as `[domains.\"example.com\"]`",
                               quoted(key.str()), type_in_words(node)));
      }
    }
  }

  void read_name(const toml::key& key, const toml::table& table) {
    if (is_split_name(table)) {
      return fault(
          key, "the name stands in quotes, as in `[domains.\"example.com\"]`, since TOML takes its dots for tables");
    }
    auto name = parse_name(key.str());
    if (!name) return fault(key, std::move(name).error());
    const text::Span place = places_.span(key.source());
    const auto [known, fresh] = known_.try_emplace(*name, place);
    if (!fresh) {
      return fault(key, fmt::format("{} has a table already, in line {}", quoted(key.str()),
                                    out_.file->position(known->second.start).line));
    }
    Expectation expectation(*std::move(name));
    expectation.span = place;
    const std::size_t before = faults_.size();
    read_wishes(table, expectation);
    if (expectation.count() == 0 && faults_.size() == before) {
      fault(key, fmt::format("nothing is expected of {}", quoted(key.str())));
    }
    out_.names.push_back(std::move(expectation));
  }

  // `[domains.example.com]`.
  static bool is_split_name(const toml::table& table) {
    return std::ranges::any_of(table, [](const auto& entry) {
      return entry.second.is_table() && std::ranges::find(kNameKeys, entry.first.str()) == kNameKeys.end();
    });
  }

  void read_wishes(const toml::table& table, Expectation& out) {
    check_keys(table, kNameKeys, "a name");
    out.policy = read_policy(table, "policy");
    out.policy_rfc7489 = read_policy(table, "policy_rfc7489");
    out.max_lookups = read_lookups(table);
    for (const toml::node* node : list_of(table, "selectors", kMaxSelectors)) read_selector(*node, out);
    for (const toml::node* node : list_of(table, "pass", kMaxSenders)) read_sender(*node, out.name, out.pass);
    for (const toml::node* node : list_of(table, "fail", kMaxSenders)) read_sender(*node, out.name, out.fail);
  }

  std::optional<PolicyWish> read_policy(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return std::nullopt;
    const auto word = text_of(*node, fmt::format("`{}`", key));
    if (!word) return std::nullopt;
    if (const auto policy = parse_policy(*word)) return PolicyWish{*policy, places_.span(node->source())};
    fault(*node, fmt::format("{} is no policy; it is `none`, `quarantine` or `reject`", quoted(*word)));
    return std::nullopt;
  }

  std::optional<LookupLimit> read_lookups(const toml::table& table) {
    const toml::node* node = table.get("max_lookups");
    if (node == nullptr) return std::nullopt;
    const toml::value<std::int64_t>* number = node->as_integer();
    if (number != nullptr && number->get() >= 0 && number->get() <= kMostLookups) {
      return LookupLimit{static_cast<std::uint32_t>(number->get()), places_.span(node->source())};
    }
    fault(*node, fmt::format("`max_lookups` is a number from 0 to {}, where receivers stop", kMostLookups));
    return std::nullopt;
  }

  void read_selector(const toml::node& node, Expectation& out) {
    const auto word = text_of(node, "a selector");
    if (!word) return;
    auto selector = parse_name(*word);
    if (!selector) return fault(node, fmt::format("{} is no selector", quoted(*word)));
    out.selectors.push_back({*std::move(selector), places_.span(node.source())});
  }

  void read_sender(const toml::node& node, const dns::Name& name, std::vector<Sender>& out) {
    Sender sender;
    sender.span = places_.span(node.source());
    sender.mail_from = "postmaster@" + name.to_string();
    sender.helo = name.to_string();
    const toml::table* table = node.as_table();
    sender.plain = table == nullptr;
    const std::size_t before = faults_.size();
    if (table == nullptr) {
      read_address(node, sender);
    } else {
      read_sender_table(*table, sender);
    }
    if (faults_.size() == before) out.push_back(std::move(sender));
  }

  void read_sender_table(const toml::table& table, Sender& out) {
    check_keys(table, kSenderKeys, "a sender");
    const toml::node* ip = table.get("ip");
    const toml::node* mail_from = table.get("mail_from");
    const toml::node* helo = table.get("helo");
    if (ip != nullptr) read_address(*ip, out);
    if (ip == nullptr) fault(table, "a sender has an `ip`, as in `{ ip = \"192.0.2.10\" }`");
    if (mail_from != nullptr) read_mail_from(*mail_from, out);
    if (helo != nullptr) read_helo(*helo, out);
    if (out.mail_from.empty() && helo == nullptr) {
      fault(*mail_from, "mail without a sender address is checked by its HELO name; add `helo = \"mx.example.com\"`");
    }
  }

  void read_address(const toml::node& node, Sender& out) {
    const auto word = text_of(node, "a sender");
    if (!word) return;
    const auto address = net::Address::parse(*word);
    if (address) {
      out.ip = address->unmapped();
    } else if (word->contains('/')) {
      fault(node, fmt::format("{} is a network; name one of its addresses, since each is a sender", quoted(*word)));
    } else {
      fault(node, fmt::format("{} is no IP address", quoted(*word)));
    }
  }

  // RFC 5321 §4.1.1.2: the empty reverse-path is that of bounces.
  void read_mail_from(const toml::node& node, Sender& out) {
    auto word = text_of(node, "`mail_from`");
    if (!word) return;
    if (word->starts_with('<') && word->ends_with('>')) word = word->substr(1, word->size() - 2);
    const std::size_t at = word->rfind('@');
    const bool whole = at != std::string_view::npos && at > 0 && parse_name(word->substr(at + 1)).has_value();
    if (!word->empty() && !whole) return fault(node, fmt::format("{} is no mail address", quoted(*word)));
    out.mail_from = *word;
  }

  void read_helo(const toml::node& node, Sender& out) {
    const auto word = text_of(node, "`helo`");
    if (!word) return;
    if (!parse_name(*word)) return fault(node, fmt::format("{} is no host name", quoted(*word)));
    out.helo = *word;
  }

  void check_keys(const toml::table& table, Keys known, std::string_view whose) {
    for (const auto& [key, node] : table) {
      if (std::ranges::find(known, key.str()) != known.end()) continue;
      const auto near = text::nearest(key.str(), known, kMistakes);
      fault(key, near ? fmt::format("{} is no key of {}; did you mean `{}`?", quoted(key.str()), whose, *near)
                      : fmt::format("{} is no key of {}, which has `{}`", quoted(key.str()), whose,
                                    fmt::join(known, "`, `")));
    }
  }

  std::vector<const toml::node*> list_of(const toml::table& table, std::string_view key, std::size_t most) {
    const toml::node* node = table.get(key);
    std::vector<const toml::node*> out;
    if (node == nullptr) return out;
    const toml::array* list = node->as_array();
    if (list == nullptr) {
      fault(*node, fmt::format("`{}` is a list, as in `{} = [\"…\"]`; this is {}", key, key, type_in_words(*node)));
    } else if (list->size() > most) {
      fault(*node, fmt::format("`{}` has {} entries; the most are {}", key, list->size(), most));
    } else {
      for (const toml::node& entry : *list) out.push_back(&entry);
    }
    return out;
  }

  std::optional<std::string_view> text_of(const toml::node& node, std::string_view what) {
    if (const toml::value<std::string>* text = node.as_string()) return std::string_view(text->get());
    fault(node, fmt::format("{} is text in quotes; this is {}", what, type_in_words(node)));
    return std::nullopt;
  }

  void fault(const toml::node& node, std::string message) {
    fault_at(places_.offset(node.source().begin), std::move(message));
  }
  void fault(const toml::key& key, std::string message) {
    fault_at(places_.offset(key.source().begin), std::move(message));
  }
  void fault_at(std::size_t offset, std::string message) {
    faults_.push_back({out_.file->position(offset), std::move(message)});
  }

  Expectations out_;
  Places places_;
  std::vector<Fault> faults_;
  std::unordered_map<dns::Name, text::Span> known_;
};

}  // namespace

std::size_t Expectation::count() const noexcept {
  const int single = (policy ? 1 : 0) + (policy_rfc7489 ? 1 : 0) + (max_lookups ? 1 : 0);
  return static_cast<std::size_t>(single) + selectors.size() + pass.size() + fail.size();
}

std::expected<Expectations, std::vector<Fault>> read_expectations(std::string path, std::string content) {
  return Reader(std::make_shared<const text::SourceFile>(std::move(path), std::move(content))).run();
}

}  // namespace envelint::expectation
