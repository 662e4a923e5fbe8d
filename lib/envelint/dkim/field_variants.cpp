#include <envelint/dkim/field_variants.hpp>

#include <envelint/dkim/date_variants.hpp>
#include <envelint/mail/mime.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/base64.hpp>
#include <envelint/text/replaced.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace envelint::dkim {
namespace {

constexpr std::size_t kLongestField = 16'384;
constexpr std::size_t kSubjectWords = 12;   // places at which a tag may begin or end
constexpr std::size_t kLikelyTagWords = 3;  // `[team] `, `[EXTERNAL] `, `** possible spam ** `
constexpr std::size_t kAddresses = 50;      // a longer list is taken as a whole
constexpr std::size_t kKeptOriginals = 20;
constexpr std::size_t kFoldedAddresses = 200;
constexpr std::int64_t kSecondsAround = 300;  // a Date that is written anew is often that of the signature

std::string collapsed(std::string_view value) {
  std::string out;
  for (const char c : text::trim(value)) {
    const bool space = text::is_space(c);
    if (!space || !out.ends_with(' ')) out.push_back(space ? ' ' : c);
  }
  return out;
}

/// As a field name is usually spelled: `Message-ID`.
std::string capitalised(std::string_view name) {
  std::string out;
  for (const char c : name) out.push_back(out.empty() || out.back() == '-' ? text::to_upper(c) : text::to_lower(c));
  if (out.starts_with("Mime-")) out.replace(0, 4, "MIME");
  if (out.ends_with("-Id")) out.back() = 'D';
  return out;
}

std::vector<std::string> split_list(std::string_view text, char separator, std::size_t most) {
  std::vector<std::string> out;
  std::string item;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
    if (text[i] != separator || quoted) {
      item.push_back(text[i]);
      continue;
    }
    out.emplace_back(text::trim(item));
    item.clear();
    if (out.size() > most) return {};
  }
  out.emplace_back(text::trim(item));
  return out;
}

std::string joined(const std::vector<std::string>& items, std::string_view separator) {
  std::string out;
  for (const std::string& item : items) {
    if (!out.empty()) out += separator;
    out += item;
  }
  return out;
}

/// Folded before words so that lines have at most `columns`.
std::string folded(std::string_view head, std::string_view words, std::size_t columns, std::string_view fold) {
  std::string out;
  std::size_t column = head.size();
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const bool breaks = column + 1 + end > columns && column > 1;
    out.append(breaks ? fold : " ").append(words.substr(0, end));
    column = (breaks ? 1 : column + 1) + end;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out;
}

// Encoded words (RFC 2047)

std::string decoded_word(std::string_view word) {
  // =?charset?Q?text?=
  const std::size_t encoding = word.find('?', 2);
  if (encoding == std::string_view::npos || encoding + 3 > word.size()) return std::string(word);
  const std::string text(word.substr(encoding + 3, word.size() - encoding - 5));
  if (text::to_lower(word[encoding + 1]) == 'q') return mail::decode_quoted_printable(text::replaced(text, "_", " "));
  const auto octets = text::base64_decode(text);
  return octets ? std::string(octets->begin(), octets->end()) : std::string(word);
}

std::size_t word_end(std::string_view text) {
  std::size_t at = 2;
  for (int marks = 0; marks < 2; ++marks) {
    at = text.find('?', at);
    if (at == std::string_view::npos) return at;
    ++at;
  }
  const std::size_t end = text.find("?=", at);
  return end == std::string_view::npos ? end : end + 2;
}

std::string decoded_words(std::string_view text) {
  std::string out;
  bool after_word = false;
  while (!text.empty()) {
    const std::size_t at = text.find("=?");
    const std::string_view plain = text.substr(0, at);
    if (!after_word || !text::trim(plain).empty() || at == std::string_view::npos) out += plain;
    if (at == std::string_view::npos) break;
    text.remove_prefix(at);
    const std::size_t end = word_end(text);
    if (end == std::string_view::npos) return out.append(text);
    out += decoded_word(text.substr(0, end));
    text.remove_prefix(end);
    after_word = true;
  }
  return out;
}

std::string q_encoded(std::string_view charset, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out = "=?" + std::string(charset) + "?q?";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == ' ') {
      out += '_';
    } else if (text::is_alnum(c) || c == '-' || c == '!' || c == '*' || c == '+' || c == '/') {
      out += c;
    } else {
      out.append({'=', kHex[octet >> 4U], kHex[octet & 15U]});
    }
  }
  return out + "?=";
}

std::string b_encoded(std::string_view charset, std::string_view text) {
  const std::string encoded = text::base64_encode({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return "=?" + std::string(charset) + "?B?" + encoded + "?=";
}

// Addresses

struct Mailbox {
  std::string display;  // with its quotes
  std::string address;
};

Mailbox read_mailbox(const std::string& text) {
  const std::size_t open = text.rfind('<');
  if (open == std::string::npos) return {"", text};
  const std::size_t close = std::min(text.find('>', open), text.size());
  return {std::string(text::trim(std::string_view(text).substr(0, open))), text.substr(open + 1, close - open - 1)};
}

std::string unquoted(std::string_view display) {
  if (display.size() < 2 || display.front() != '"' || display.back() != '"') return std::string(display);
  return std::string(display.substr(1, display.size() - 2));
}

std::string with_domain_in(std::string address, char (*change)(char)) {
  const std::size_t at = address.rfind('@');
  if (at == std::string::npos) return address;
  std::ranges::transform(address.begin() + static_cast<std::ptrdiff_t>(at), address.end(),
                         address.begin() + static_cast<std::ptrdiff_t>(at), change);
  return address;
}

std::string angled(const std::string& display, const std::string& address) {
  return display.empty() ? "<" + address + ">" : display + " <" + address + ">";
}

/// Gathers the variants of one field.
class Variants {
 public:
  Variants(std::string_view head, std::string_view value, const mail::Message& message,
           std::optional<std::uint64_t> timestamp)
      : head_(head), value_(value), message_(message), timestamp_(timestamp), words_(collapsed(value)) {
    name_ = text::lower(text::trim(head.substr(0, head.size() - std::min<std::size_t>(1, head.size()))));
  }

  std::vector<FieldVariant> take() {
    if (value_.size() > kLongestField) return {};
    spacing();
    if (name_ == "subject") subject();
    if (name_ == "date" || name_ == "resent-date") dates();
    if (name_ == "message-id" || name_ == "in-reply-to" || name_ == "references") identifiers();
    constexpr std::array<std::string_view, 6> kAddressFields{"from", "to", "cc", "reply-to", "sender", "bcc"};
    if (std::ranges::find(kAddressFields, name_) != kAddressFields.end()) addresses();
    if (name_ == "content-type") content_type();
    if (name_ == "content-transfer-encoding")
      words({"8bit", "7bit", "quoted-printable", "base64", "binary", "8BIT", "7BIT", "Quoted-Printable", "BASE64"});
    if (name_ == "mime-version") words({"1.0"});
    if (name_.ends_with("version")) add(words_.substr(0, words_.find(" (")));
    kept_originals();
    encoded_words();
    if (name_ == "date" && timestamp_) near_signature();
    return std::move(out_);
  }

 private:
  void put(Cause cause, std::string head, std::string value, Odds odds) {
    if (out_.size() < kMaxVariants) out_.push_back({cause, std::move(head), std::move(value), odds});
  }

  void add(std::string_view words, Odds odds = Odds::likely, Cause cause = Cause::field_changed) {
    if (words == words_) return;
    put(cause, std::string(head_), " " + std::string(words), odds);
  }

  void words(std::initializer_list<std::string_view> all) {
    for (const std::string_view word : all) add(word);
  }

  /// For `simple`; most are the same to `relaxed`.
  void spacing() {
    const auto value = [&](const std::string& text) {
      put(Cause::field_spacing, std::string(head_), text, Odds::possible);
    };
    value(" " + words_);
    value(words_);
    value("  " + words_);
    value("\t" + words_);
    value(" " + words_ + " ");
    value("\r\n " + words_);
    value("\r\n\t" + words_);
    value(" " + std::string(text::trim(value_)));
    value(text::replaced(value_, "\r\n", ""));
    value(text::replaced(value_, "\r\n\t", "\r\n "));
    value(text::replaced(value_, "\r\n ", "\r\n\t"));
    value(text::replaced(value_, "\r\n ", " \r\n "));
    value(text::replaced(value_, " \r\n ", "\r\n "));
    for (const std::string_view indent : {" ", "  ", "    ", "      ", "        ", "\t"}) {
      value(text::replaced(text::replaced(text::replaced(value_, "\r\n\t", "\r\n "), "\r\n        ", "\r\n "), "\r\n ",
                           "\r\n" + std::string(indent)));
      for (const std::string_view mark : {",", ";"}) {
        value(" " + text::replaced(words_, std::string(mark) + " ", std::string(mark) + "\r\n" + std::string(indent)));
      }
    }
    for (const std::size_t columns :
         {std::size_t{78}, std::size_t{76}, std::size_t{72}, std::size_t{75}, std::size_t{77}, std::size_t{998}}) {
      for (const std::string_view fold : {"\r\n ", "\r\n\t"}) value(folded(head_, words_, columns, fold));
    }
    for (const std::string& spelled : {text::lower(name_), capitalised(name_)}) {
      put(Cause::field_name_case, spelled + ":", std::string(value_), Odds::possible);
      put(Cause::field_name_case, spelled + " :", std::string(value_), Odds::possible);
    }
    // `Message-Id` and `Mime-Version`, as some programs have it
    std::string plain = capitalised(name_);
    if (plain.starts_with("MIME-")) plain.replace(0, 4, "Mime");
    if (plain.ends_with("-ID")) plain.back() = 'd';
    put(Cause::field_name_case, plain + ":", std::string(value_), Odds::possible);
    std::string upper(name_);
    std::ranges::transform(upper, upper.begin(), text::to_upper);
    put(Cause::field_name_case, upper + ":", std::string(value_), Odds::possible);
  }

  void subject() {
    // Tags begin and end at words. The rest keeps its folds.
    std::vector<std::size_t> places{0};
    const std::string_view text = text::trim(value_);
    for (std::size_t i = 1; i < text.size() && places.size() < kSubjectWords; ++i) {
      if (text::is_space(text[i - 1]) && !text::is_space(text[i])) places.push_back(i);
      if (text[i - 1] == ']' && !text::is_space(text[i])) places.push_back(i);
    }
    const std::string lead(value_.substr(0, static_cast<std::size_t>(text.data() - value_.data())));
    const std::size_t answer = text::istarts_with(text, "re:") ? 1 : 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t j = i + 1; j < places.size(); ++j) {
        const Odds odds = i <= answer && j <= i + kLikelyTagWords ? Odds::likely : Odds::possible;
        const std::string rest = std::string(text.substr(0, places[i])) + std::string(text.substr(places[j]));
        put(Cause::subject_tag, std::string(head_), lead + rest, odds);
        put(Cause::subject_tag, std::string(head_), " " + collapsed(rest), odds);
      }
    }
    for (std::size_t end = text.rfind(' '), n = 0; end != std::string_view::npos && end > 0 && n < kSubjectWords; ++n) {
      put(Cause::subject_tag, std::string(head_), lead + std::string(text::trim(text.substr(0, end))),
          n == 0 ? Odds::likely : Odds::possible);
      end = text.rfind(' ', end - 1);
    }
    for (const std::string_view prefix : {"Re: ", "RE: ", "Fwd: ", "FW: "}) {
      add(std::string(prefix) + words_);
      if (text::istarts_with(words_, prefix)) add(words_.substr(prefix.size()));
    }
    add("");
  }

  void dates() {
    for (const std::string& spelling : date_spellings(words_)) add(spelling, Odds::possible);
  }

  void near_signature() {
    for (const std::string& date : dates_near(words_, *timestamp_, kSecondsAround)) add(date, Odds::rare);
  }

  void identifiers() {
    const std::string bare =
        words_.starts_with('<') && words_.ends_with('>') ? words_.substr(1, words_.size() - 2) : words_;
    add(bare);
    add("<" + words_ + ">");
    add("<" + with_domain_in(bare, text::to_lower) + ">");
    add("<" + text::lower(bare) + ">");
    add(text::replaced(words_, "> <", "><"));
    add(text::replaced(words_, "><", "> <"));
    if (const std::size_t last = words_.rfind('<'); last != std::string::npos && last > 0) {
      add(text::trim(std::string_view(words_).substr(0, last)));  // a reference was added
      add(std::string_view(words_).substr(last));
      add(std::string_view(words_).substr(std::min(words_.find('>') + 1, words_.size() - 1)));
    }
  }

  void addresses() {
    const std::vector<std::string> items = split_list(words_, ',', kFoldedAddresses);
    if (items.empty()) return;
    each_address(items, [](const Mailbox& box) { return box.address; });
    each_address(items, [](const Mailbox& box) { return angled("", box.address); });
    each_address(items, [](const Mailbox& box) {
      return box.display.empty() ? box.address : angled(unquoted(box.display), box.address);
    });
    each_address(items, [](const Mailbox& box) {
      return box.display.empty() ? box.address : angled("\"" + unquoted(box.display) + "\"", box.address);
    });
    each_address(items, [](const Mailbox& box) { return angled("\"" + box.address + "\"", box.address); });
    each_address(items, [](const Mailbox& box) { return angled(box.address, box.address); });
    each_address(items,
                 [](const Mailbox& box) { return angled(box.display, with_domain_in(box.address, text::to_lower)); });
    each_address(items, [](const Mailbox& box) { return angled(box.display, text::lower(box.address)); });
    each_address(items, [](const Mailbox& box) {
      return box.display.empty() ? with_domain_in(box.address, text::to_lower)
                                 : angled(box.display, with_domain_in(box.address, text::to_lower));
    });
    add(joined(items, ","), Odds::possible);
    add(joined(items, ", "), Odds::possible);
    add(joined(items, " , "), Odds::possible);
    add(joined(std::vector<std::string>(items.rbegin(), items.rend()), ", "), Odds::possible);
    if (items.size() > 1 && items.size() <= kAddresses) {
      for (std::size_t i = 0; i < items.size(); ++i) {
        std::vector<std::string> fewer = items;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        add(joined(fewer, ", "), Odds::possible);
      }
    }
    if (name_ == "to" || name_ == "cc")
      words({"undisclosed-recipients:;", "undisclosed-recipients: ;", "Undisclosed recipients:;",
             "undisclosed recipients:;"});
    if (name_ == "from") munged_from(items);
  }

  template <typename Spell>
  void each_address(const std::vector<std::string>& items, Spell spell) {
    std::vector<std::string> all;
    for (const std::string& item : items) all.push_back(spell(read_mailbox(item)));
    add(joined(all, ", "), Odds::possible);
    // One of several
    for (std::size_t i = 0; i < items.size() && items.size() > 1 && items.size() <= kAddresses; ++i) {
      std::vector<std::string> one = items;
      one[i] = all[i];
      add(joined(one, ", "), Odds::possible);
    }
  }

  /// Lists write themselves into From and keep the author in Reply-To (`Ann via List <list@…>`).
  void munged_from(const std::vector<std::string>& items) {
    const std::string display = unquoted(read_mailbox(items.front()).display);
    const std::string name = display.substr(0, display.find(" via "));
    for (const std::string_view other : {"reply-to", "cc", "sender", "return-path", "x-original-sender"}) {
      const mail::Field* field = message_.find(other);
      if (field == nullptr || message_.value(*field).size() > kLongestField) continue;
      for (const std::string& item : split_list(collapsed(message_.value(*field)), ',', kAddresses)) {
        const Mailbox box = read_mailbox(item);
        add(item);
        add(box.address);
        add(angled(name, box.address));
        add(angled("\"" + name + "\"", box.address));
      }
    }
  }

  void content_type() {
    const std::vector<std::string> items = split_list(words_, ';', kAddresses);
    if (items.empty()) return;
    const auto each = [&](const auto& spell, std::string_view separator) {
      std::vector<std::string> all{items.front()};
      for (std::size_t i = 1; i < items.size(); ++i) {
        if (!items[i].empty()) all.push_back(spell(items[i]));
      }
      add(joined(all, separator));
    };
    const auto quote = [](const std::string& item) {
      const std::size_t at = item.find('=');
      const std::string value = at == std::string::npos ? "" : item.substr(at + 1);
      return value.empty() || value.front() == '"' ? item : item.substr(0, at + 1) + '"' + value + '"';
    };
    const auto unquote = [](const std::string& item) {
      const std::size_t at = item.find('=');
      return at == std::string::npos ? item : item.substr(0, at + 1) + unquoted(item.substr(at + 1));
    };
    const auto as_is = [](const std::string& item) { return item; };
    for (const std::string_view separator : {"; ", ";", " ; "}) {
      each(as_is, separator);
      each(quote, separator);
      each(unquote, separator);
    }
    add(words_ + ";");
    add(text::lower(words_));
    for (std::size_t i = 1; i < items.size(); ++i) without_parameter(items, i);
    for (const std::string_view charset :
         {"utf-8", "UTF-8", "us-ascii", "US-ASCII", "iso-8859-1", "ISO-8859-1", "iso-8859-15", "windows-1252"}) {
      with_charset(items, charset);
    }
    add(words_ + "; format=flowed");
    add(words_ + "; format=flowed; delsp=yes");
    add("text/plain");
    inner_types();
  }

  void without_parameter(std::vector<std::string> items, std::size_t i) {
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
    add(joined(items, "; "));
  }

  void with_charset(std::vector<std::string> items, std::string_view charset) {
    const auto is_charset = [](const std::string& item) { return text::istarts_with(item, "charset"); };
    auto at = std::find_if(items.begin() + 1, items.end(), is_charset);
    if (at == items.end()) at = items.insert(items.begin() + 1, "");
    for (const std::string_view quote : {"", "\""}) {
      *at = "charset=" + std::string(quote) + std::string(charset) + std::string(quote);
      add(joined(items, "; "));
    }
  }

  /// The body may have become a part of a new multipart, which then has the type that the message had.
  void inner_types() {
    constexpr std::size_t kLookedAt = std::size_t{1} << 20;
    const mail::Parts parts = mail::find_parts(message_.body().substr(0, kLookedAt), value_);
    for (std::size_t i = 0; i < std::min<std::size_t>(parts.parts.size(), 4); ++i) {
      if (!parts.parts[i].content_type.empty()) add(collapsed(parts.parts[i].content_type));
    }
  }

  /// `X-Original-Subject`, `Old-Date`, `Delivered-To`: where relays keep what they have changed.
  void kept_originals() {
    std::size_t kept = 0;
    for (const mail::Field& field : message_.fields()) {
      const std::string_view name = message_.name(field);
      if (name.size() <= name_.size() + 1 || !text::iends_with(name, name_)) continue;
      if (name[name.size() - name_.size() - 1] != '-' || message_.value(field).size() > kLongestField) continue;
      if (++kept > kKeptOriginals) return;
      put(Cause::field_changed, std::string(head_), std::string(message_.value(field)), Odds::likely);
      add(collapsed(message_.value(field)));
    }
  }

  void encoded_words() {
    const std::string plain = decoded_words(words_);
    add(plain, Odds::possible);
    if (name_ != "subject") return;
    for (const std::string_view charset : {"utf-8", "UTF-8"}) {
      add(q_encoded(charset, plain), Odds::possible);
      add(text::replaced(q_encoded(charset, plain), "?q?", "?Q?"), Odds::possible);
      add(b_encoded(charset, plain), Odds::possible);
      add(text::replaced(b_encoded(charset, plain), "?B?", "?b?"), Odds::possible);
    }
  }

  std::string_view head_;
  std::string_view value_;
  const mail::Message& message_;
  std::optional<std::uint64_t> timestamp_;
  std::string words_;
  std::string name_;
  std::vector<FieldVariant> out_;
};

}  // namespace

std::vector<FieldVariant> field_variants(std::string_view head, std::string_view value, const mail::Message& message,
                                         std::optional<std::uint64_t> timestamp) {
  return Variants(head, value, message, timestamp).take();
}

std::vector<FieldVariant> removed_variants(std::string_view name, const mail::Message& message) {
  std::vector<FieldVariant> out;
  const std::string head = capitalised(name) + ":";
  const auto add = [&](std::string_view value) {
    if (value.size() <= kLongestField)
      out.push_back({Cause::field_removed, head, " " + collapsed(value), Odds::likely});
  };
  const auto copy = [&](std::string_view other) {
    if (const mail::Field* field = message.find(other)) add(message.value(*field));
  };
  if (text::iequals(name, "mime-version")) add("1.0");
  if (text::iequals(name, "content-transfer-encoding")) {
    for (const std::string_view word : {"7bit", "8bit", "quoted-printable", "base64", "binary", "7BIT", "8BIT"})
      add(word);
  }
  if (text::iequals(name, "content-type")) {
    for (const std::string_view type :
         {"text/plain", "text/plain; charset=us-ascii", "text/plain; charset=utf-8", "text/plain; charset=\"utf-8\"",
          "text/plain; charset=UTF-8", "text/plain; charset=\"us-ascii\""}) {
      add(type);
    }
  }
  for (const std::string_view sender : {"sender", "reply-to", "return-path", "errors-to"}) {
    if (!text::iequals(name, sender)) continue;
    copy("from");
    if (const mail::Field* from = message.find("from");
        from != nullptr && message.value(*from).size() < kLongestField) {
      const std::string address = read_mailbox(collapsed(message.value(*from))).address;
      add(address);
      add("<" + address + ">");
    }
  }
  for (const mail::Field& field : message.fields()) {
    const std::string_view other = message.name(field);
    if (other.size() > name.size() + 1 && text::iends_with(other, name) &&
        other[other.size() - name.size() - 1] == '-') {
      add(message.value(field));
    }
  }
  constexpr std::size_t kMost = 100;
  if (out.size() > kMost) out.resize(kMost);
  return out;
}

std::vector<FieldVariant> signature_field_variants(std::string_view head, std::string_view value) {
  std::vector<FieldVariant> out;
  if (value.size() > kLongestField) return out;
  const auto put = [&](std::string text) {
    out.push_back({Cause::field_spacing, std::string(head), std::move(text), Odds::possible});
  };
  const std::vector<std::string> tags = split_list(collapsed(value), ';', 100);
  const auto respelled = [&](std::string_view between, std::string_view colon, bool tight) {
    std::vector<std::string> all;
    for (const std::string& tag : tags) {
      std::string text = tag;
      if (tight) text = text::replaced(text, " ", "");
      if (!colon.empty() && text.starts_with("h=")) text = text::replaced(text::replaced(text, " ", ""), ":", colon);
      all.push_back(std::move(text));
    }
    return " " + joined(all, between);
  };
  for (const std::string_view between : {"; ", ";", ";\r\n ", ";\r\n\t", ";\r\n    "}) {
    for (const std::string_view colon : {"", ":", ": ", " : ", " :"}) {
      for (const bool tight : {false, true}) {
        std::string text = respelled(between, colon, tight);
        put(text + ";");
        put(std::move(text));
      }
    }
  }
  put(text::replaced(value, "\r\n\t", "\r\n "));
  put(text::replaced(value, "\r\n ", "\r\n\t"));
  put(text::replaced(value, "\r\n ", "\r\n        "));
  put(text::replaced(value, "\r\n", ""));
  put(text::replaced(text::replaced(value, "\r\n\t", ""), "\r\n ", ""));
  put(" " + collapsed(value));
  put("\r\n " + collapsed(value));
  put("\r\n\t" + collapsed(value));
  for (const std::string_view name : {"DKIM-Signature:", "Dkim-Signature:", "dkim-signature:"}) {
    out.push_back({Cause::field_name_case, std::string(name), std::string(value), Odds::possible});
  }
  return out;
}

}  // namespace envelint::dkim
