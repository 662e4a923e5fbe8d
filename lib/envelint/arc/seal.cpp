#include <envelint/arc/seal.hpp>

#include <envelint/dkim/signer.hpp>
#include <envelint/mail/folded_field.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

namespace envelint::arc {
namespace {

using Kind = SealFault::Kind;

constexpr std::string_view kSealHead = "ARC-Seal:";

std::unexpected<SealFault> fault(Kind kind) { return std::unexpected(SealFault{kind}); }
std::unexpected<SealFault> not_signed(dkim::SignFault why) { return std::unexpected(SealFault{Kind::not_signed, why}); }

/// Results in one line; nothing for what may not stand in a header field.
std::optional<std::string> one_line(std::string_view results) {
  if (results.size() > kMaxSealedResults) return std::nullopt;
  std::string out;
  while (!results.empty()) {
    const bool folds = results.size() > 2 && results.starts_with("\r\n") && text::is_wsp(results[2]);
    if (folds) results.remove_prefix(2);
    const text::CodePoint c = text::next_code_point(results);
    const bool blank = text::is_wsp(results.front());
    if (!c.valid || (!blank && text::is_hidden(c.value))) return std::nullopt;
    out += blank ? " " : results.substr(0, c.size);
    results.remove_prefix(c.size);
  }
  const std::string_view words = text::trim(out);
  return words.empty() ? std::nullopt : std::optional(std::string(words));
}

/// Whether no line is longer than mail may have: a single word of the results may be.
bool fits(std::string_view field) {
  while (!field.empty()) {
    const std::size_t end = field.find("\r\n");
    if (end > mail::kMaxLine) return false;
    field.remove_prefix(end + 2);
  }
  return true;
}

ChainStatus status_for(const ChainResult& chain, const Chain& there) {
  if (!there.present) return ChainStatus::none;
  const bool whole = chain.status == ChainStatus::pass && chain.chain.sets.size() == there.highest &&
                     there.sets.size() == there.highest;
  return whole ? ChainStatus::pass : ChainStatus::fail;
}

}  // namespace

ChainStatus seal_status(const mail::Message& message, const ChainResult& chain) {
  return status_for(chain, collect_chain(message));
}

std::string_view to_string(const SealFault& fault) noexcept {
  constexpr std::array<std::string_view, 4> kWords{
      "the chain has failed before, and nothing may follow the seal that says so",
      "the chain has 50 sets, and may not have more",
      "the fields of ARC are too large",
      "the results are no value of a header field",
  };
  return fault.kind == Kind::not_signed ? to_string(fault.signing) : kWords[static_cast<std::size_t>(fault.kind)];
}

struct Sealing::State {
  State(const mail::Message& of, dkim::SignOptions with) : message(&of), options(with), signing(of, std::move(with)) {}

  const mail::Message* message;
  dkim::SignOptions options;
  dkim::Signing signing;

  [[nodiscard]] std::expected<std::string, SealFault> seal_set(const dkim::SigningKey& key, const Chain& chain,
                                                               ChainStatus status, const std::string& set) const;
};

Sealing::Sealing(const mail::Message& message, dkim::SignOptions options)
    : state_(std::make_unique<State>(message, std::move(options))) {}
Sealing::~Sealing() = default;
Sealing::Sealing(Sealing&&) noexcept = default;
Sealing& Sealing::operator=(Sealing&&) noexcept = default;

void Sealing::body(std::string_view chunk) { state_->signing.body(chunk); }

/// The ARC-Seal of a set (§4.1.3).
/// @param set  its other fields: ARC-Message-Signature and ARC-Authentication-Results.
std::expected<std::string, SealFault> Sealing::State::seal_set(const dkim::SigningKey& key, const Chain& chain,
                                                               ChainStatus status, const std::string& set) const {
  const auto signer = dkim::signer_of(options.domain, key, dkim::is_internationalized(*message));
  if (!signer) return not_signed(signer.error());
  mail::FoldedField field(kSealHead);
  field.word(fmt::format("i={};", chain.highest + 1));
  field.word(fmt::format("a={};", signer->algorithm));
  field.word(fmt::format("t={};", options.now));
  field.word(fmt::format("cv={};", to_string(status)));
  field.word(fmt::format("d={};", signer->domain));
  field.word(fmt::format("s={};", signer->selector));
  field.word("b=");

  // The header as it will be, for the seal covers what stands in it; of a chain that fails, this set alone (§5.1.2).
  const bool continues = status == ChainStatus::pass;
  const std::string header = fmt::format("{}\r\n{}{}\r\n", field.text(), set, continues ? message->header() : "");
  const auto sealed = mail::Message::split(header);
  if (sealed.cut()) return not_signed(dkim::SignFault::header_too_long);
  constexpr std::size_t kAdded = 3;
  std::vector<ArcSet> sets;
  if (continues) sets = chain.sets;
  for (ArcSet& one : sets) {
    one.results += kAdded;
    one.message_signature += kAdded;
    one.seal_field += kAdded;
  }
  const std::string_view own = std::string_view(field.text()).substr(kSealHead.size());
  sets.push_back({2, 1, 0, dkim::parse_signature(own, dkim::SignatureField::arc_seal)});
  auto out = dkim::finish_signature(std::move(field), key, sealed_header(sealed, sets, sets.size() - 1));
  if (!out) return not_signed(out.error());
  return *std::move(out);
}

std::expected<std::string, SealFault> Sealing::finish(const ChainResult& chain, std::string_view results,
                                                      const dkim::SigningKey& key) {
  const Chain there = collect_chain(*state_->message);
  if (there.fault == ChainFault::too_large) return fault(Kind::too_large);
  if (there.failed_before) return fault(Kind::failed_before);
  if (there.highest >= dkim::kMaxInstance) return fault(Kind::full);
  const unsigned instance = there.highest + 1;

  const auto words = one_line(results);
  if (!words) return fault(Kind::bad_results);
  mail::FoldedField found("ARC-Authentication-Results:");
  found.word(fmt::format("i={};", instance));
  found.words(*words);
  const std::string found_field = found.text() + "\r\n";
  if (!fits(found_field)) return fault(Kind::bad_results);

  const auto signature = state_->signing.finish_for_arc(key, instance);
  if (!signature) return not_signed(signature.error());
  const std::string set = *signature + found_field;
  const auto seal = state_->seal_set(key, there, status_for(chain, there), set);
  if (!seal) return std::unexpected(seal.error());
  return *seal + set;
}

std::expected<std::string, SealFault> seal(const mail::Message& message, const ChainResult& chain,
                                           std::string_view results, const dkim::SigningKey& key,
                                           dkim::SignOptions options) {
  Sealing sealing(message, std::move(options));
  sealing.body(message.body());
  return sealing.finish(chain, results, key);
}

}  // namespace envelint::arc
