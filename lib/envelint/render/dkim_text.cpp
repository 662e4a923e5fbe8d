#include <envelint/render/dkim_text.hpp>

#include <envelint/render/paint.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace envelint::render {
namespace {

using dkim::Result;
using dkim::SignatureResult;

constexpr std::size_t kIndent = 2;
constexpr std::size_t kLabel = 18;  // columns of the words before a fact

Style style_of(Result result) {
  switch (result) {
    case Result::pass: return Style::info;
    case Result::fail:
    case Result::permerror: return Style::error;
    case Result::policy:
    case Result::neutral:
    case Result::temperror: return Style::warning;
    case Result::none: return Style::strong;
  }
  return Style::plain;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

class Layout {
 public:
  Layout(const mail::Message& message, const TerminalOptions& options)
      : message_(message), paint_(options.colour), width_(std::max(options.width, TerminalOptions::kMinWidth)) {}

  /// @param autopsy  may be nullptr.
  void add(const SignatureResult& result, const dkim::Autopsy* autopsy) {
    add_heading(result);
    if (result.skipped() || nothing_known(result)) return;
    add_fact("body hash", result.body_hash_ok, result.body_hash_ok == false ? body_words(result) : std::string());
    add_fact("header signature", result.header_signature_ok, "");
    add_fact("key acceptable", result.key_ok, key_words(result));
    if (autopsy != nullptr && autopsy->needed()) add_autopsy(*autopsy);
    if (result.signature.length()) add_row("unsigned", length_words(result));
    if (result.testing) add_row("test mode", "the key has `t=y`; verifiers treat the signature as any other");
    if (result.in_future) add_row("time", "`t=` lies in the future");
    if (result.covered.empty()) return;
    const dkim::Coverage coverage = dkim::coverage(message_, result);
    if (!coverage.unsigned_names.empty()) add_row("fields unsigned", joined(coverage.unsigned_names));
    if (!coverage.duplicated_names.empty()) {
      add_row("not all signed", joined(coverage.duplicated_names) + ": there is another field of this name");
    }
  }

  void add_none() {
    paint_.append(out_, Style::strong, "none");
    out_ += message_.cut() ? ": there is no DKIM signature in the part of the header that is looked at\n"
                           : ": the message has no DKIM signature\n";
  }

  /// Many at the end are told of once, so that thousands of signatures do not fill the screen.
  void add_skipped(const SignatureResult& first, std::size_t count) {
    add_heading(first);
    if (count == 1) return;
    out_.append(kIndent, ' ');
    append_prose(out_, paint_, Style::plain, fmt::format("nor are the {} signatures below it", count - 1),
                 {width_, kIndent, kIndent, LongWord::shorten});
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void add_heading(const SignatureResult& result) {
    const dkim::Signature& signature = result.signature;
    const std::string word(to_string(result.result));
    paint_.append(out_, style_of(result.result), word);
    std::string text = ": ";
    if (signature.domain().empty())
      text += "a signature without a domain";
    else
      text += signature.domain();
    if (!signature.selector().empty()) text += fmt::format(", selector {}", signature.selector());
    if (signature.algorithm()) {
      text += fmt::format(" ({}, {}/{})", to_string(*signature.algorithm()),
                          to_string(signature.header_canonicalization()), to_string(signature.body_canonicalization()));
    }
    append_prose(out_, paint_, Style::plain, text, {width_, word.size(), kIndent, LongWord::shorten});
    if (result.reason == dkim::Reason::verified) return;
    std::string why(to_string(result.reason));
    if (!result.detail.empty()) why += ": " + result.detail;
    out_.append(kIndent, ' ');
    append_prose(out_, paint_, Style::strong, why, {width_, kIndent, kIndent, LongWord::shorten});
  }

  static bool nothing_known(const SignatureResult& result) {
    return !result.body_hash_ok && !result.header_signature_ok && !result.key_ok && !result.signature.key_name();
  }

  void add_fact(std::string_view label, const std::optional<bool>& fact, const std::string& more) {
    std::string text = !fact ? "not known" : *fact ? "ok" : "no";
    if (!more.empty()) text += ", " + more;
    add_row(label, text);
  }

  void add_autopsy(const dkim::Autopsy& autopsy) {
    add_row("autopsy", autopsy.summary);
    for (const std::string& fact : autopsy.known) add_row("known", fact);
    if (!autopsy.original) return;
    add_row("original", original_words(*autopsy.original));
    for (const dkim::Difference& difference : autopsy.original->differences) add_row("", describe(difference));
  }

  void add_row(std::string_view label, std::string_view text) {
    out_.append(kIndent, ' ').append(label).append(kLabel - label.size(), ' ');
    append_prose(out_, paint_, Style::plain, text, {width_, kIndent + kLabel, kIndent + kLabel, LongWord::shorten});
  }

  static std::string body_words(const SignatureResult& result) {
    return fmt::format("it is {} over {} octets", text::base64_encode(result.body_hash), result.body_octets);
  }

  static std::string key_words(const SignatureResult& result) {
    std::string out;
    if (result.key_bits() != 0) out = fmt::format("{} bits", result.key_bits());
    if (result.signature.key_name()) {
      const std::string_view before = result.reason == dkim::Reason::no_key ? "nothing is published " : "";
      out += fmt::format("{}{}at {}", out.empty() ? "" : " ", before, result.signature.key_name()->to_string());
    }
    return out;
  }

  static std::string original_words(const dkim::OriginalComparison& original) {
    const std::string_view body =
        original.body_hash_ok ? "its body is the one that was signed" : "its body is not the one that was signed";
    if (!original.header_signature_ok) return std::string(body);
    return fmt::format("{}; its header is {}the one that was signed", body,
                       *original.header_signature_ok ? "" : "not ");
  }

  static std::string length_words(const SignatureResult& result) {
    if (result.unsigned_octets == 0) return "nothing yet, but `l=` lets text be added to the body";
    return fmt::format("{} of {} octets of the body, by `l=`", result.unsigned_octets, result.body_octets);
  }

  const mail::Message& message_;
  Painter paint_;
  std::size_t width_;
  std::string out_;
};

/// How many results stand before those at the end that are all skipped.
std::size_t before_skipped(const std::vector<SignatureResult>& results) {
  std::size_t count = results.size();
  while (count > 0 && results[count - 1].skipped()) --count;
  return count;
}

}  // namespace

std::string dkim_text(const mail::Message& message, const std::vector<SignatureResult>& results,
                      const TerminalOptions& options, std::span<const dkim::Autopsy> autopsies) {
  Layout layout(message, options);
  if (results.empty()) layout.add_none();
  const std::size_t shown = before_skipped(results);
  for (std::size_t i = 0; i < shown; ++i) layout.add(results[i], i < autopsies.size() ? &autopsies[i] : nullptr);
  if (shown < results.size()) layout.add_skipped(results[shown], message.count("DKIM-Signature") - shown);
  return layout.take();
}

}  // namespace envelint::render
