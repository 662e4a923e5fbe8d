#include <envelint/render/corrected.hpp>

#include <algorithm>
#include <utility>

namespace envelint::render {
namespace {

/// Writes the corrected value piece by piece and carries the secrets over.
class Correction {
 public:
  Correction(std::string_view value, std::span<const text::Span> secrets) : value_(value), secrets_(secrets) {}

  /// Takes over the value up to `end` as it is.
  void keep(std::size_t end) {
    if (done_ >= end) return;
    const text::Span kept = text::span_of(done_, end);
    for (const text::Span secret : secrets_) {
      if (!secret.overlaps(kept)) continue;
      const auto to_new = [&](std::uint32_t offset) {
        return out_.value.size() + std::clamp(offset, kept.start, kept.end) - kept.start;
      };
      out_.secrets.push_back(text::span_of(to_new(secret.start), to_new(secret.end)));
    }
    out_.value.append(value_.substr(kept.start, kept.size()));
    done_ = end;
  }

  void change(const finding::Edit& edit) {
    keep(edit.span.start);
    const std::string_view old = value_.substr(edit.span.start, edit.span.size());
    const text::Span added = text::span_of(out_.value.size(), out_.value.size() + edit.text.size());
    const auto is_touched = [&](text::Span secret) { return secret.overlaps(edit.span); };
    if (std::ranges::any_of(secrets_, is_touched) && !added.empty()) out_.secrets.push_back(added);
    out_.value += edit.text;
    out_.changes.push_back(difference(old, added));
    done_ = edit.span.end;
  }

  [[nodiscard]] Corrected take() && {
    keep(value_.size());
    return std::move(out_);
  }

 private:
  /// What of the added text is new: the two texts may share a beginning and an end. Only what takes the place of
  /// something is shown as whole words.
  [[nodiscard]] Change difference(std::string_view old, text::Span added) const {
    const std::string_view text = std::string_view(out_.value).substr(added.start);
    const auto head = static_cast<std::size_t>(std::ranges::mismatch(old, text).in1 - old.begin());
    const auto most = static_cast<std::ptrdiff_t>(std::min(old.size(), text.size()) - head);
    const auto tail =
        static_cast<std::size_t>(std::mismatch(old.rbegin(), old.rbegin() + most, text.rbegin()).first - old.rbegin());
    std::size_t start = head;
    std::size_t end = text.size() - tail;
    const auto in_word = [&](std::size_t i) { return i < text.size() && text[i] != ' ' && text[i] != ';'; };
    const bool inserts = head + tail == old.size() && start < end;
    if (inserts) return {text::span_of(added.start + start, added.start + end), false};
    if (start < end || (start > 0 && in_word(start - 1) && in_word(start))) {
      while (start > 0 && in_word(start - 1)) --start;
      while (in_word(end)) ++end;
    }
    return {text::span_of(added.start + start, added.start + end), old.size() > head + tail};
  }

  std::string_view value_;
  std::span<const text::Span> secrets_;
  std::size_t done_ = 0;
  Corrected out_;
};

}  // namespace

Corrected correct(std::string_view value, const finding::Fix& fix, std::span<const text::Span> secrets) {
  std::vector<finding::Edit> edits = fix.edits;
  std::ranges::stable_sort(edits, {}, [](const finding::Edit& edit) { return edit.span.start; });
  Correction correction(value, secrets);
  for (const finding::Edit& edit : edits) correction.change(edit);
  return std::move(correction).take();
}

}  // namespace envelint::render
