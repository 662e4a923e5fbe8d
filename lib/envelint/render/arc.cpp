#include <envelint/render/arc.hpp>

#include <envelint/render/paint.hpp>
#include <envelint/render/prose.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace envelint::render {
namespace {

using arc::ChainResult;
using arc::ChainStatus;

constexpr std::size_t kIndent = 2;
constexpr std::size_t kLabel = 18;  // columns of the words before a row, as for signatures of DKIM

std::string reason_of(const ChainResult& result) {
  std::string out(to_string(result.fault));
  if (result.instance != 0) out += fmt::format(" (i={})", result.instance);
  if (!result.detail.empty()) out += ": " + result.detail;
  return out;
}

std::string_view word(const dkim::Result result) {
  return result == dkim::Result::none ? "not looked at" : to_string(result);
}

std::string row_of(const ChainResult& result, std::size_t index) {
  const dkim::Signature& seal = result.chain.sets[index].seal;
  const dkim::Result signature = result.message_signatures[index].result;
  const dkim::Result seal_result = index < result.seals.size() ? result.seals[index].result : dkim::Result::none;
  return fmt::format("{}, selector {}: message signature {}, seal {}", seal.domain(), seal.selector(), word(signature),
                     word(seal_result));
}

}  // namespace

std::string arc_text(const ChainResult& result, const TerminalOptions& options) {
  if (result.status == ChainStatus::none) return {};
  const Painter paint(options.colour);
  const std::size_t width = std::max(options.width, TerminalOptions::kMinWidth);
  std::string out;
  constexpr std::string_view kWord = "arc: ";
  out += kWord;
  const bool passes = result.status == ChainStatus::pass;
  const std::string conclusion = passes ? "pass" : "fail: " + reason_of(result);
  append_prose(out, paint, passes ? Style::info : Style::warning, conclusion,
               {width, kWord.size(), kIndent, LongWord::shorten});
  for (std::size_t i = result.message_signatures.size(); i-- > 0;) {
    const std::string label = fmt::format("i={}", i + 1);
    out.append(kIndent, ' ').append(label).append(kLabel - label.size(), ' ');
    append_prose(out, paint, Style::plain, row_of(result, i),
                 {width, kIndent + kLabel, kIndent + kLabel, LongWord::shorten});
  }
  out.append(kIndent, ' ');
  append_prose(
      out, paint, Style::plain,
      "ARC (RFC 8617) is an experiment that is being ended: a chain counts only where a receiver trusts all who "
      "sealed it",
      {width, kIndent, kIndent});
  return out;
}

void add_arc(JsonWriter& json, const ChainResult& result) {
  json.open_object("arc");
  json.member("result", to_string(result.status));
  json.member("instances", std::uint64_t{result.chain.sets.size()});
  if (result.fault != arc::ChainFault::none) json.member("reason", reason_of(result));
  if (result.unknown) json.member("unknown", true);
  if (result.status == ChainStatus::pass) json.member("oldest_pass", std::uint64_t{result.oldest_pass});
  json.open_array("sets");
  for (std::size_t i = 0; i < result.message_signatures.size(); ++i) {
    json.open_object();
    json.member("instance", std::uint64_t{i + 1});
    json.member_unless_empty("domain", result.chain.sets[i].seal.domain());
    json.member_unless_empty("selector", result.chain.sets[i].seal.selector());
    json.member("message_signature", to_string(result.message_signatures[i].result));
    if (i < result.seals.size()) json.member("seal", to_string(result.seals[i].result));
    json.close_object();
  }
  json.close_array();
  json.close_object();
}

}  // namespace envelint::render
