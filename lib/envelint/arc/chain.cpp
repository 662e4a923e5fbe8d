#include <envelint/arc/chain.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace envelint::arc {
namespace {

using dkim::kMaxInstance;
using dkim::SignatureField;

constexpr std::string_view kResults = "arc-authentication-results";

/// Reads folding white space and comments (CFWS, RFC 5322 §3.2.2) and what stands between them.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  /// @return false for a comment that does not end.
  bool skip_space() {
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '(') {
        ++depth;
      } else if (depth > 0 && c == ')') {
        --depth;
      } else if (depth > 0 && c == '\\') {
        ++at_;
      } else if (depth == 0 && !text::is_space(c)) {
        break;
      }
    }
    return depth == 0;
  }
  bool take(char c) {
    if (at_ >= text_.size() || text::to_lower(text_[at_]) != c) return false;
    ++at_;
    return true;
  }
  std::string_view take_digits() {
    const std::size_t start = at_;
    while (at_ < text_.size() && text::is_digit(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }
  [[nodiscard]] std::size_t at() const noexcept { return std::min(at_, text_.size()); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// The three fields of a set while they are looked for.
struct Fields {
  std::optional<std::size_t> results;
  std::optional<std::size_t> message_signature;
  std::optional<std::size_t> seal_field;
  dkim::Signature seal;
  bool failed = false;  ///< a seal says so, be there one or more

  [[nodiscard]] bool any() const noexcept { return results || message_signature || seal_field; }
};

class Collector {
 public:
  explicit Collector(const mail::Message& message) : message_(message) {}

  Chain run() {
    for (std::size_t i = 0; i < message_.fields().size() && out_.fault != ChainFault::too_large; ++i) read(i);
    out_.failed_before = out_.highest > 0 && found_[out_.highest - 1].failed;
    if (!out_.present || out_.fault != ChainFault::none) return std::move(out_);
    check_structure();
    if (out_.fault != ChainFault::none) return std::move(out_);
    for (std::size_t i = 0; i < out_.highest; ++i) {
      Fields& one = found_[i];
      out_.sets.push_back({*one.results, *one.message_signature, *one.seal_field, std::move(one.seal)});
    }
    return std::move(out_);
  }

 private:
  void fail(ChainFault fault, std::string detail) {
    if (out_.fault != ChainFault::none) return;
    out_.fault = fault;
    out_.detail = std::move(detail);
  }

  void read(std::size_t index) {
    const mail::Field& field = message_.fields()[index];
    if (message_.is(field, kResults)) {
      read_field(index, kResults, results_instance(message_.value(field)), &Fields::results);
      return;
    }
    for (const auto kind : {SignatureField::arc_message_signature, SignatureField::arc_seal}) {
      if (message_.is(field, name_of(kind))) return read_signature(index, kind);
    }
  }

  void read_signature(std::size_t index, SignatureField kind) {
    dkim::Signature signature = dkim::parse_signature(message_.value(message_.fields()[index]), kind);
    const unsigned instance = signature.instance();
    const bool is_seal = kind == SignatureField::arc_seal;
    read_field(index, name_of(kind), instance, is_seal ? &Fields::seal_field : &Fields::message_signature);
    if (!is_seal || instance == 0) return;
    Fields& its = found_[instance - 1];
    its.failed = its.failed || signature.value(dkim::SignatureTagId::chain_status) == "fail";
    its.seal = std::move(signature);
  }

  void read_field(std::size_t index, std::string_view name, unsigned instance,
                  std::optional<std::size_t> Fields::* slot) {
    out_.present = true;
    octets_ += message_.fields()[index].whole.size();
    if (octets_ > kMaxChainOctets) {
      return fail(ChainFault::too_large, fmt::format("they have more than {} octets", kMaxChainOctets));
    }
    if (instance == 0) return fail(ChainFault::bad_field, fmt::format("{} has no i= from 1 to {}", name, kMaxInstance));
    out_.highest = std::max(out_.highest, instance);
    auto& place = found_[instance - 1].*slot;
    if (place) return fail(ChainFault::repeated_field, fmt::format("{} with i={}", name, instance));
    place = index;
  }

  // §5.2 steps 2 and 3.
  void check_structure() {
    const std::size_t count = out_.highest;
    if (out_.failed_before) return fail(ChainFault::failed_before, fmt::format("cv=fail at i={}", count));
    for (std::size_t i = 0; i < count; ++i) check_set(i);
    for (std::size_t i = 0; i < count; ++i) check_status(i);
  }

  void check_set(std::size_t i) {
    const Fields& one = found_[i];
    if (!one.any()) return fail(ChainFault::gap, fmt::format("i={} of {}", i + 1, out_.highest));
    const auto missing = [&](std::string_view name) {
      fail(ChainFault::missing_field, fmt::format("{} with i={}", name, i + 1));
    };
    if (!one.results) missing(kResults);
    if (!one.message_signature) missing(name_of(SignatureField::arc_message_signature));
    if (!one.seal_field) missing(name_of(SignatureField::arc_seal));
  }

  void check_status(std::size_t i) {
    const std::string_view due = i == 0 ? "none" : "pass";
    if (status_of(i) == due) return;
    fail(ChainFault::wrong_status, fmt::format("cv= of i={} must be {}", i + 1, due));
  }

  [[nodiscard]] std::string_view status_of(std::size_t i) const {
    return found_[i].seal.value(dkim::SignatureTagId::chain_status).value_or("");
  }

  const mail::Message& message_;
  Chain out_;
  std::array<Fields, kMaxInstance> found_;
  std::size_t octets_ = 0;
};

}  // namespace

std::string_view to_string(ChainStatus status) noexcept {
  constexpr std::array<std::string_view, 3> kWords{"none", "fail", "pass"};
  return kWords[static_cast<std::size_t>(status)];
}

std::string_view to_string(ChainFault fault) noexcept {
  constexpr std::array<std::string_view, 10> kWords{"",
                                                    "the fields of ARC are too large",
                                                    "a field of ARC cannot be read",
                                                    "the chain had failed before",
                                                    "a field of a set is missing",
                                                    "a field of a set is there twice",
                                                    "a set is missing",
                                                    "a seal has the wrong cv=",
                                                    "the newest message signature did not verify",
                                                    "a seal did not verify"};
  return kWords[static_cast<std::size_t>(fault)];
}

unsigned results_instance(std::string_view value, std::size_t* payload) {
  constexpr std::size_t kMostDigits = 2;
  Scanner scanner(value);
  if (!scanner.skip_space() || !scanner.take('i')) return 0;
  if (!scanner.skip_space() || !scanner.take('=') || !scanner.skip_space()) return 0;
  const std::string_view digits = scanner.take_digits();
  if (digits.empty() || digits.size() > kMostDigits || !scanner.skip_space() || !scanner.take(';')) return 0;
  if (payload != nullptr) *payload = scanner.at();
  if (text::trim(value.substr(scanner.at())).empty()) return 0;
  unsigned instance = 0;
  for (const char c : digits) instance = instance * 10 + static_cast<unsigned>(c - '0');
  return instance > kMaxInstance ? 0 : instance;
}

Chain collect_chain(const mail::Message& message) { return Collector(message).run(); }

}  // namespace envelint::arc
