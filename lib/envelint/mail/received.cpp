#include <envelint/mail/received.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace envelint::mail {
namespace {

constexpr std::size_t kMaxReceived = std::size_t{8} << 10;

/// A word, a comment without its outer parentheses, or a semicolon.
struct Item {
  enum class Kind : std::uint8_t { word, comment, semicolon };
  Kind kind;
  std::string_view text;

  [[nodiscard]] bool is(std::string_view word) const noexcept {
    return kind == Kind::word && text::iequals(text, word);
  }
};

/// Where the comment that begins the text ends: behind its `)`, or at the end of the text.
std::size_t comment_size(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i + 1;
  }
  return text.size();
}

std::size_t word_size(std::string_view text) {
  const auto ends_word = [](char c) { return text::is_space(c) || c == '(' || c == ';'; };
  return static_cast<std::size_t>(std::ranges::find_if(text, ends_word) - text.begin());
}

std::vector<Item> items_of(std::string_view text) {
  std::vector<Item> out;
  while (!(text = text::trim(text)).empty()) {
    std::size_t size = 1;
    if (text.front() == '(') {
      size = comment_size(text);
      std::string_view inside = text.substr(1, size - 1);
      if (inside.ends_with(')')) inside.remove_suffix(1);
      out.push_back({Item::Kind::comment, inside});
    } else if (text.front() == ';') {
      out.push_back({Item::Kind::semicolon, text.substr(0, 1)});
    } else {
      size = word_size(text);
      out.push_back({Item::Kind::word, text.substr(0, size)});
    }
    text.remove_prefix(size);
  }
  return out;
}

// RFC 5321 §4.4: the clauses of a Received field.
bool is_clause(const Item& item) {
  constexpr std::array<std::string_view, 6> kClauses{"from", "by", "via", "with", "id", "for"};
  return std::ranges::any_of(kClauses, [&](std::string_view clause) { return item.is(clause); });
}

std::optional<net::Address> address_in(std::string_view word) {
  constexpr std::string_view kTag = "IPv6:";  // RFC 5321 §4.1.3
  if (text::istarts_with(word, kTag)) word.remove_prefix(kTag.size());
  return net::Address::parse(word);
}

/// `[192.0.2.1]`, `[IPv6:2001:db8::1]`, `[192.0.2.1]:25`, `192.0.2.1`, and `user@` before them, as qmail writes it.
std::optional<net::Address> client_address(std::string_view word) {
  if (const std::size_t at = word.rfind('@'); at != std::string_view::npos) word.remove_prefix(at + 1);
  if (!word.starts_with('[')) return address_in(word);
  return address_in(word.substr(1, std::min(word.find(']'), word.size()) - 1));
}

/// A host name as the host found it: without the user that identd gave, and nothing for `unknown`.
std::string client_name(std::string_view word) {
  if (const std::size_t at = word.rfind('@'); at != std::string_view::npos) word.remove_prefix(at + 1);
  if (word.ends_with('.')) word.remove_suffix(1);
  if (text::iequals(word, "unknown") || client_address(word)) return {};
  return std::string(word);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!(text = text::trim(text)).empty()) {
    const auto* const end = std::ranges::find_if(text, text::is_space);
    out.push_back(text.substr(0, static_cast<std::size_t>(end - text.begin())));
    text.remove_prefix(out.back().size());
  }
  return out;
}

/// Text without folds.
std::string unfolded(std::string_view text) {
  std::string out(text::trim(text));
  std::erase_if(out, [](char c) { return c == '\r' || c == '\n'; });
  return out;
}

class ReceivedReader {
 public:
  explicit ReceivedReader(std::string_view value) : value_(value.substr(0, kMaxReceived)), items_(items_of(value_)) {}

  Received take() {
    cut_date();
    for (std::size_t i = 0; i < items_.size();) {
      if (items_[i].kind == Item::Kind::comment) read_envelope_from(items_[i].text);
      i = is_clause(items_[i]) ? read_clause(i) : i + 1;
    }
    return std::move(out_);
  }

 private:
  void cut_date() {
    const auto last = std::ranges::find(items_.rbegin(), items_.rend(), Item::Kind::semicolon, &Item::kind);
    if (last == items_.rend()) return;
    out_.date = unfolded(value_.substr(static_cast<std::size_t>(last->text.data() - value_.data()) + 1));
    items_.erase(last.base() - 1, items_.end());
  }

  /// @return the item behind the clause.
  std::size_t read_clause(std::size_t clause) {
    const Item& key = items_[clause];
    if (key.is("from")) return read_from(clause + 1);
    if (key.is("with")) return read_words(clause + 1);
    const std::size_t value = clause + 1;
    if (value == items_.size() || items_[value].kind != Item::Kind::word || is_clause(items_[value])) return value;
    if (key.is("by")) set(out_.by, items_[value].text);
    if (key.is("id")) set(out_.id, items_[value].text);
    return value + 1;
  }

  /// The first of a kind counts: hosts write theirs before they repeat what a client has said.
  static void set(std::string& to, std::string_view text) {
    if (to.empty()) to = std::string(text);
  }

  // `with Microsoft SMTP Server (…)` has more than one word.
  std::size_t read_words(std::size_t i) {
    std::string words;
    for (; i < items_.size() && items_[i].kind == Item::Kind::word && !is_clause(items_[i]); ++i) {
      if (!words.empty()) words += ' ';
      words += items_[i].text;
    }
    set(out_.protocol, words);
    return i;
  }

  // All up to `by`. Any word may stand behind `from`, `by` too: a client chooses it.
  std::size_t read_from(std::size_t i) {
    if (std::exchange(has_from_, true)) return i;
    std::string_view word;
    if (i < items_.size() && items_[i].kind == Item::Kind::word) word = items_[i++].text;
    bool named = false;
    for (; i < items_.size() && !items_[i].is("by"); ++i) {
      if (items_[i].kind != Item::Kind::comment) continue;
      named = read_client(items_[i].text, word) || named;
      read_envelope_from(items_[i].text);
    }
    if (!named) {
      out_.helo = std::string(word);
    } else if (out_.client_name.empty()) {
      out_.client_name = client_name(word);
    }
    return i;
  }

  /// Reads a comment about the client, behind the word that follows `from`.
  /// @return whether it gives the name of HELO, so that the word is the name that the host found.
  bool read_client(std::string_view comment, std::string_view word) {
    constexpr std::string_view kHelo = "helo=";
    constexpr std::string_view kPort = "port=";
    const std::vector<std::string_view> parts = words_of(comment);
    if (parts.size() > 1 && (text::iequals(parts[0], "HELO") || text::iequals(parts[0], "EHLO"))) {
      out_.helo = std::string(parts[1]);
      return true;
    }
    read_client_address(parts);
    bool named = false;
    for (const std::string_view part : parts) {
      const bool helo = text::istarts_with(part, kHelo) && part.size() > kHelo.size();
      if (helo) out_.helo = std::string(part.substr(kHelo.size()));
      // Exim has the address of a client without a name before the comment: `from [192.0.2.1] (port=2525 helo=host)`.
      const bool exim = helo || text::istarts_with(part, kPort);
      if (exim && word.starts_with('[') && !out_.client) out_.client = client_address(word);
      named = named || helo;
    }
    return named;
  }

  // The owner of an address chooses its name, which may look like another address; not so what stands in brackets.
  void read_client_address(const std::vector<std::string_view>& parts) {
    if (out_.client) return;
    const auto is_address = [](std::string_view part) { return client_address(part).has_value(); };
    auto found =
        std::ranges::find_if(parts, [&](std::string_view part) { return part.starts_with('[') && is_address(part); });
    if (found == parts.end()) found = std::ranges::find_if(parts, is_address);
    if (found == parts.end()) return;
    out_.client = client_address(*found);
    if (found != parts.begin()) out_.client_name = client_name(*(found - 1));
  }

  void read_envelope_from(std::string_view comment) {
    constexpr std::string_view kKey = "envelope-from";
    if (!text::istarts_with(comment, kKey)) return;
    std::string_view sender = text::trim(comment.substr(kKey.size()));
    if (sender.starts_with('<')) sender = sender.substr(1, std::min(sender.find('>'), sender.size()) - 1);
    set(out_.envelope_from, sender.substr(0, sender.find_first_of(" \t\r\n")));
  }

  std::string_view value_;
  std::vector<Item> items_;
  Received out_;
  bool has_from_ = false;
};

}  // namespace

bool Received::tls() const noexcept {
  // IANA "Mail Transmission Types": RFC 3848, RFC 6531 §4.3, and SMTPS as Exim writes it.
  constexpr std::array<std::string_view, 9> kWithTls{"ESMTPS",    "ESMTPSA",    "LMTPS",     "LMTPSA",    "SMTPS",
                                                     "UTF8SMTPS", "UTF8SMTPSA", "UTF8LMTPS", "UTF8LMTPSA"};
  return std::ranges::any_of(kWithTls, [&](std::string_view with) { return text::iequals(protocol, with); });
}

Received parse_received(std::string_view value) { return ReceivedReader(value).take(); }

}  // namespace envelint::mail
