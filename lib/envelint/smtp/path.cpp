#include <envelint/smtp/path.hpp>

#include <envelint/net/address.hpp>
#include <envelint/smtp/reply.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace envelint::smtp {
namespace {

constexpr std::size_t kMaxLabel = 63;  // RFC 1035 §2.3.4
constexpr text::CharSet kAtomSigns("!#$%&'*+-/=?^_`{|}~");

bool is_atext(char c) { return text::is_alnum(c) || kAtomSigns.contains(c) || !text::is_ascii(c); }

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const text::CodePoint point = text::next_code_point(text);
    if (!point.valid) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

std::optional<std::string> label_fault(std::string_view label) {
  if (label.empty()) return "an empty label in the domain: two dots in a row, or one at an end";
  if (label.size() > kMaxLabel) return fmt::format("a label of the domain has more than {} octets", kMaxLabel);
  if (label.front() == '-' || label.back() == '-') return "a label of the domain begins or ends with a hyphen";
  const auto* const bad =
      std::ranges::find_if_not(label, [](char c) { return text::is_alnum(c) || c == '-' || !text::is_ascii(c); });
  if (bad == label.end()) return std::nullopt;
  return fmt::format("'{}' cannot be in a domain", shown(std::string_view(bad, 1)));
}

class PathReader {
 public:
  using Fault = std::optional<std::string>;

  PathReader(std::string_view text, PathKind kind) : text_(text), kind_(kind) {}

  std::expected<ReadPath, std::string> read() {
    if (!take('<')) return std::unexpected(std::string("the address has to stand in < and >"));
    if (kind_ == PathKind::reverse && take('>')) return ReadPath{{}, rest()};
    if (Fault fault = read_inside()) return std::unexpected(*std::move(fault));
    if (!take('>')) return std::unexpected(missing_end());
    if (place_ > kMaxPath) return std::unexpected(fmt::format("the path has more than {} octets", kMaxPath));
    if (!is_utf8(path_.written)) return std::unexpected(std::string("the address is not UTF-8"));
    path_.ascii = text::all_ascii(path_.written);
    return ReadPath{std::move(path_), rest()};
  }

 private:
  [[nodiscard]] std::string_view rest() const { return text_.substr(place_); }
  [[nodiscard]] bool at(char c) const { return place_ < text_.size() && text_[place_] == c; }
  bool take(char c) {
    if (!at(c)) return false;
    ++place_;
    return true;
  }

  [[nodiscard]] std::string missing_end() const {
    if (place_ == text_.size()) return "the > at the end of the address is missing";
    return fmt::format("'{}' cannot be there in an address", shown(text_.substr(place_, 1)));
  }

  Fault read_inside() {
    if (at('@'))
      if (Fault fault = read_route()) return fault;
    const std::size_t start = place_;
    Fault fault = at('"') ? read_quoted() : read_dot_string();
    if (fault) return fault;
    if (path_.local_part.size() > kMaxLocalPart)
      return fmt::format("the local part has more than {} octets", kMaxLocalPart);
    if (!is_postmaster()) fault = read_at_domain();
    path_.written = text_.substr(start, place_ - start);
    return fault;
  }

  /// `@one.example,@two.example:` (RFC 5321 §4.1.2, A-d-l).
  Fault read_route() {
    do {
      if (!take('@')) return "a host in the source route has no @";
      const std::string_view domain = until(",:>");
      if (Fault fault = domain_fault(domain)) return fault;
      path_.route.emplace_back(domain);
    } while (take(','));
    if (!take(':')) return "the source route has no : at its end";
    return std::nullopt;
  }

  /// RFC 5321 §4.1.1.3: without a domain, in any case of letters.
  [[nodiscard]] bool is_postmaster() const {
    return kind_ == PathKind::forward && at('>') && text::iequals(path_.local_part, "postmaster");
  }

  Fault read_dot_string() {
    const std::size_t start = place_;
    while (place_ < text_.size() && (is_atext(text_[place_]) || text_[place_] == '.')) ++place_;
    const std::string_view local = text_.substr(start, place_ - start);
    if (local.empty()) return at('>') ? "the address is empty" : "the local part is empty";
    if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
      return "a dot in the local part stands at an end or beside another; quote the local part";
    path_.local_part = local;
    return std::nullopt;
  }

  Fault read_quoted() {
    for (++place_; place_ < text_.size() && text_[place_] != '"'; ++place_) {
      if (text_[place_] == '\\' && place_ + 1 < text_.size()) ++place_;
      if (text::is_ascii(text_[place_]) && text_[place_] != ' ' && !text::is_vchar(text_[place_]))
        return "a control character in the quoted local part";
      path_.local_part += text_[place_];
    }
    if (!take('"')) return "the quoted local part has no \" at its end";
    return std::nullopt;
  }

  Fault read_at_domain() {
    if (!take('@')) {
      if (at('>')) return "the address has no @ and domain";
      return missing_end();
    }
    const std::size_t start = place_;
    if (at('[')) {
      place_ = std::min(text_.find(']', place_), text_.size() - 1) + 1;
      path_.domain = text_.substr(start, place_ - start);
      return literal_fault(path_.domain);
    }
    path_.domain = until("> ");
    return domain_fault(path_.domain);
  }

  /// All up to one of these, which is not taken, or to the end.
  std::string_view until(std::string_view ends) {
    const std::size_t start = place_;
    place_ = std::min(text_.find_first_of(ends, place_), text_.size());
    return text_.substr(start, place_ - start);
  }

  std::string_view text_;
  PathKind kind_;
  std::size_t place_ = 0;
  Path path_;
};

}  // namespace

std::expected<ReadPath, std::string> read_path(std::string_view text, PathKind kind) {
  return PathReader(text, kind).read();
}

std::optional<std::string> domain_fault(std::string_view domain) {
  if (domain.empty()) return "the domain is empty";
  if (domain.size() > kMaxDomain) return fmt::format("the domain has more than {} octets", kMaxDomain);
  if (!is_utf8(domain)) return "the domain is not UTF-8";
  while (true) {
    const std::size_t dot = domain.find('.');
    if (std::optional<std::string> fault = label_fault(domain.substr(0, dot))) return fault;
    if (dot == std::string_view::npos) return std::nullopt;
    domain.remove_prefix(dot + 1);
  }
}

std::optional<std::string> literal_fault(std::string_view literal) {
  constexpr std::string_view kTag = "IPv6:";
  if (!literal.starts_with('[') || !literal.ends_with(']') || literal.size() < 2)
    return "the ] of the literal is missing";
  const std::string_view inside = literal.substr(1, literal.size() - 2);
  if (text::istarts_with(inside, kTag)) {
    if (net::Address::parse_v6(inside.substr(kTag.size()))) return std::nullopt;
  } else if (net::Address::parse_v4(inside)) {
    return std::nullopt;
  }
  if (net::Address::parse_v6(inside)) return fmt::format("an IPv6 literal needs its tag: [IPv6:{}]", inside);
  return "the literal is no address: write [192.0.2.1] or [IPv6:2001:db8::1]";
}

}  // namespace envelint::smtp
