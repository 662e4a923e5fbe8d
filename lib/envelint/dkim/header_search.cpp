#include <envelint/dkim/header_search.hpp>

#include <envelint/dkim/field_variants.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace envelint::dkim {
namespace {

constexpr std::size_t kMostOrdered = 4;     // fields of one name whose every order is tried
constexpr std::size_t kMostOneOfMany = 50;  // fields of one name that are left out one after the other
constexpr std::size_t kMaxCandidates = 20'000;
constexpr std::size_t kMaxCandidateOctets = std::size_t{32} << 20;
constexpr std::string_view kCrlf = "\r\n";

/// A name of `h=`, or the signature's own field, as it is hashed.
struct Piece {
  std::size_t at;
  std::string text;
};

/// A change to one field, or to all of one name.
struct Candidate {
  std::vector<Piece> pieces;
  Change change;
  Odds odds = Odds::possible;

  [[nodiscard]] bool touches(const Candidate& other) const {
    return std::ranges::any_of(pieces, [&](const Piece& piece) {
      return std::ranges::find(other.pieces, piece.at, &Piece::at) != other.pieces.end();
    });
  }
};

std::string excerpt(std::string_view text) { return std::string(text.substr(0, kMaxExcerpt)); }

/// Fields of one name: the names in `h=` that ask for it, and those that are there, both from the bottom up.
struct Group {
  std::string name;
  std::vector<std::size_t> entries;
  std::vector<std::size_t> fields;
};

class HeaderSearch {
 public:
  HeaderSearch(const mail::Message& message, const Signature& signature, std::size_t own,
               const std::vector<std::optional<std::size_t>>& covered, const SignatureOracle& oracle,
               const SearchLimits& limits)
      : message_(message),
        signature_(signature),
        own_(own),
        covered_(covered),
        oracle_(oracle),
        limits_(limits),
        kind_(signature.header_canonicalization()) {
    for (const std::optional<std::size_t>& field : covered_) now_.push_back(field ? canonical(kind_, *field) : "");
    now_.push_back(own_field(kind_));
  }

  SearchResult run() {
    if (other_canonicalization()) return std::move(out_);
    gather();
    if (one() || two()) return std::move(out_);
    out_.gave_up = out_.gave_up || spent();
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool spent() const {
    const std::size_t most = oracle_.opened() ? limits_.header_guesses : limits_.public_key_operations;
    return out_.tried >= most || octets_ > limits_.header_octets;
  }

  [[nodiscard]] std::string_view head_of(std::size_t field) const {
    const mail::Field& at = message_.fields()[field];
    return message_.at(text::span_of(at.whole.start, at.value.start));
  }

  [[nodiscard]] std::string canonical(Canonicalization kind, std::size_t field) const {
    std::string out;
    append_canonical_field(kind, head_of(field), message_.value(message_.fields()[field]), out);
    return out.append(kCrlf);
  }

  [[nodiscard]] std::string own_field(Canonicalization kind) const {
    std::string out;
    append_canonical_field(kind, head_of(own_), signature_.without_signature(), out);
    return out;
  }

  /// Whether the header verifies with these changes. It is put together in the order of `h=`.
  bool fits(const Candidate* first, const Candidate* second) {
    ++out_.tried;
    input_.clear();
    for (std::size_t i = 0; i < now_.size(); ++i) input_ += piece_at(i, first, second);
    octets_ += input_.size();
    return oracle_.accepts(input_);
  }

  [[nodiscard]] std::string_view piece_at(std::size_t i, const Candidate* first, const Candidate* second) const {
    for (const Candidate* candidate : {first, second}) {
      if (candidate == nullptr) continue;
      const auto piece = std::ranges::find(candidate->pieces, i, &Piece::at);
      if (piece != candidate->pieces.end()) return piece->text;
    }
    return now_[i];
  }

  bool other_canonicalization() {
    const auto other = kind_ == Canonicalization::simple ? Canonicalization::relaxed : Canonicalization::simple;
    Candidate fields;
    for (std::size_t i = 0; i < covered_.size(); ++i) {
      if (covered_[i]) fields.pieces.push_back({i, canonical(other, *covered_[i])});
    }
    Candidate own;
    own.pieces.push_back({covered_.size(), own_field(other)});
    Candidate unended;  // some signers end the last field, which RFC 6376 §3.7 does not
    unended.pieces.push_back({covered_.size(), own_field(kind_) + "\r\n"});
    const bool named_wrongly = fits(&fields, &own) || fits(&fields, nullptr) || fits(nullptr, &own);
    if (!named_wrongly && !fits(nullptr, &unended)) return false;
    Change change;
    change.cause = named_wrongly ? Cause::other_header_canonicalization : Cause::field_spacing;
    change.place = Place::header;
    if (!named_wrongly) change.field = "DKIM-Signature";
    out_.changes.push_back(std::move(change));
    return true;
  }

  // Candidates

  void gather() {
    copied_fields();
    for (const Group& group : groups()) {
      if (group.fields.empty()) {
        removed(group);
        continue;
      }
      changed(group);
      left_out(group);
      reordered(group);
      if (group.entries.size() > group.fields.size()) removed(group);
    }
    for (FieldVariant& variant : signature_field_variants(head_of(own_), signature_.without_signature())) {
      add_variant(covered_.size(), own_, signature_.without_signature(), std::move(variant));
    }
    std::ranges::stable_sort(candidates_, [](const Candidate& a, const Candidate& b) { return a.odds < b.odds; });
  }

  [[nodiscard]] std::vector<Group> groups() const {
    std::vector<Group> out;
    for (std::size_t i = 0; i < covered_.size(); ++i) {
      const std::string name = text::lower(signature_.slice(signature_.signed_fields()[i]));
      auto group = std::ranges::find(out, name, &Group::name);
      if (group == out.end()) {
        out.push_back({name, {}, {}});
        group = out.end() - 1;
        for (std::size_t field = message_.fields().size(); field-- > 0;) {
          if (field != own_ && message_.is(message_.fields()[field], name)) group->fields.push_back(field);
        }
      }
      group->entries.push_back(i);
    }
    return out;
  }

  void add(Candidate candidate) {
    const bool changes = std::ranges::any_of(candidate.pieces, [&](const Piece& p) { return p.text != now_[p.at]; });
    if (!changes) return;
    for (const Piece& piece : candidate.pieces) candidate_octets_ += piece.text.size();
    if (candidates_.size() >= kMaxCandidates || candidate_octets_ > kMaxCandidateOctets) {
      out_.gave_up = true;
      return;
    }
    if (candidate.pieces.size() == 1 && !seen_.emplace(candidate.pieces[0].at, candidate.pieces[0].text).second) return;
    candidate.change.place = Place::header;
    candidates_.push_back(std::move(candidate));
  }

  void add_variant(std::size_t entry, std::optional<std::size_t> field, std::string_view value, FieldVariant variant) {
    Candidate candidate;
    std::string text;
    append_canonical_field(kind_, variant.head, variant.value, text);
    if (entry < covered_.size()) text += kCrlf;
    candidate.pieces.push_back({entry, std::move(text)});
    candidate.odds = variant.odds;
    candidate.change.cause = variant.cause;
    const std::string_view name(variant.head);
    candidate.change.field =
        std::string(field ? message_.name(message_.fields()[*field]) : name.substr(0, name.find(':')));
    const bool same_words = variant.cause == Cause::field_spacing && kind_ == Canonicalization::relaxed;
    if (variant.cause == Cause::field_name_case) {
      candidate.change.before = excerpt(variant.head);
      candidate.change.after = excerpt(head_of(field.value_or(own_)));
    } else if (!same_words) {
      candidate.change.before = excerpt(shown(variant.cause, variant.value));
      candidate.change.after = excerpt(shown(variant.cause, value));
    }
    add(std::move(candidate));
  }

  static std::string_view shown(Cause cause, std::string_view value) {
    return cause == Cause::field_spacing ? value : text::trim(value);
  }

  /// What `z=` holds of the fields as they were when they were signed (RFC 6376 §3.5).
  void copied_fields() {
    const auto copies = signature_.copied_fields();
    for (std::size_t i = 0; i < covered_.size(); ++i) {
      const std::string_view name = signature_.slice(signature_.signed_fields()[i]);
      for (const auto& [copied, value] : copies) {
        if (!text::iequals(copied, name)) continue;
        const Cause cause = covered_[i] ? Cause::field_changed : Cause::field_removed;
        const std::string_view now = covered_[i] ? message_.value(message_.fields()[*covered_[i]]) : std::string_view();
        for (const std::string& form : {value, " " + value}) {
          add_variant(i, covered_[i], now, {cause, copied + ":", form, Odds::likely});
        }
      }
    }
  }

  void changed(const Group& group) {
    for (const std::size_t entry : group.entries) {
      if (!covered_[entry]) continue;
      const std::size_t field = *covered_[entry];
      const std::string_view value = message_.value(message_.fields()[field]);
      for (FieldVariant& variant : field_variants(head_of(field), value, message_, signature_.timestamp())) {
        add_variant(entry, field, value, std::move(variant));
      }
    }
  }

  void removed(const Group& group) {
    for (const std::size_t entry : group.entries) {
      if (covered_[entry]) continue;
      for (FieldVariant& variant : removed_variants(group.name, message_)) {
        add_variant(entry, std::nullopt, "", std::move(variant));
      }
      return;  // the first that is missing
    }
  }

  /// The group's names in `h=` cover these fields, in this order.
  [[nodiscard]] std::vector<Piece> picked(const Group& group, const std::vector<std::size_t>& fields) const {
    std::vector<Piece> out;
    for (std::size_t i = 0; i < group.entries.size(); ++i) {
      out.push_back({group.entries[i], i < fields.size() ? canonical(kind_, fields[i]) : std::string()});
    }
    return out;
  }

  /// One of the fields came later: those above it move down in what is covered.
  void left_out(const Group& group) {
    for (std::size_t i = 0; i < std::min(group.fields.size(), kMostOneOfMany); ++i) {
      std::vector<std::size_t> fewer = group.fields;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      Candidate candidate;
      candidate.pieces = picked(group, fewer);
      candidate.odds = Odds::likely;
      const mail::Field& field = message_.fields()[group.fields[i]];
      candidate.change.cause = Cause::field_added;
      candidate.change.field = std::string(message_.name(field));
      candidate.change.after = excerpt(text::trim(message_.value(field)));
      candidate.change.offset = field.whole.start;
      add(std::move(candidate));
    }
  }

  void reordered(const Group& group) {
    if (group.fields.size() < 2 || group.fields.size() > kMostOrdered) return;
    std::vector<std::size_t> order = group.fields;
    std::ranges::sort(order);
    do {
      Candidate candidate;
      candidate.pieces = picked(group, order);
      candidate.change.cause = Cause::fields_reordered;
      candidate.change.field = std::string(message_.name(message_.fields()[group.fields.front()]));
      add(std::move(candidate));
    } while (std::ranges::next_permutation(order).found);
  }

  // The search

  bool one() {
    for (const Candidate& candidate : candidates_) {
      if (spent()) return false;
      if (!fits(&candidate, nullptr)) continue;
      out_.changes.push_back(candidate.change);
      out_.gave_up = false;
      return true;
    }
    return false;
  }

  /// At least one of them is likely. Likely ones come first, so that they are tried with each other before a limit is reached.
  bool two() {
    for (std::size_t j = 1; j < candidates_.size(); ++j) {
      if (candidates_[j].odds == Odds::rare) return false;
      for (std::size_t i = 0; i < j && candidates_[i].odds == Odds::likely; ++i) {
        if (spent()) return false;
        if (candidates_[i].touches(candidates_[j]) || !fits(&candidates_[i], &candidates_[j])) continue;
        out_.changes.push_back(candidates_[i].change);
        out_.changes.push_back(candidates_[j].change);
        out_.gave_up = false;
        return true;
      }
    }
    return false;
  }

  const mail::Message& message_;
  const Signature& signature_;
  std::size_t own_;
  const std::vector<std::optional<std::size_t>>& covered_;
  const SignatureOracle& oracle_;
  const SearchLimits& limits_;
  Canonicalization kind_;
  std::vector<std::string> now_;  // for every name of h= what is hashed now; last the signature's own field
  std::vector<Candidate> candidates_;
  std::set<std::pair<std::size_t, std::string>> seen_;
  std::size_t candidate_octets_ = 0;
  std::string input_;
  SearchResult out_;
  std::uint64_t octets_ = 0;
};

}  // namespace

SignatureOracle::SignatureOracle(const VerifyingKey& key, const Signature& signature)
    : key_(&key), signature_(&signature), signed_(key.recover(signature.signature())) {}

std::optional<HashAlgorithm> SignatureOracle::hash() const {
  if (!signed_) return std::nullopt;
  return signed_->hash;
}

bool SignatureOracle::accepts(std::string_view octets) const {
  if (signed_) return digest_of(signed_->hash, octets) == signed_->digest;
  const HashAlgorithm hash = hash_of(*signature_->algorithm());
  return key_->verify(hash, digest_of(hash, octets), signature_->signature());
}

SearchResult search_header(const mail::Message& message, const Signature& signature, std::size_t own,
                           const std::vector<std::optional<std::size_t>>& covered, const SignatureOracle& oracle,
                           const SearchLimits& limits) {
  return HeaderSearch(message, signature, own, covered, oracle, limits).run();
}

}  // namespace envelint::dkim
