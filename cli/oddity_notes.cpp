#include "oddity_notes.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace cli {

using namespace envelint;
using Kind = mail::Oddity::Kind;

namespace {

/// What comes of it.
std::string_view consequence_of(Kind kind) {
  switch (kind) {
    case Kind::mbox_from: return "it is no part of the message";
    case Kind::no_header_end: return "nothing of the body is there";
    case Kind::header_too_long: return "fields from there on are not looked at";
    case Kind::more: return "not all are counted";
    default: return "mail servers on the way may change it, which breaks signatures";
  }
}

std::string places(std::size_t first, std::ptrdiff_t others) {
  if (others == 0) return fmt::format("at octet {}", first);
  return fmt::format("at octet {} and {} other place{}", first, others, others == 1 ? "" : "s");
}

}  // namespace

std::vector<OddityNote> oddity_notes(const std::vector<mail::Oddity>& oddities) {
  std::vector<OddityNote> out;
  for (const mail::Oddity& oddity : oddities) {
    if (std::ranges::find(out, oddity.kind, &OddityNote::kind) != out.end()) continue;
    const auto others = std::ranges::count(oddities, oddity.kind, &mail::Oddity::kind) - 1;
    out.push_back({oddity.kind, fmt::format("{} {}: {}", to_string(oddity.kind), places(oddity.offset, others),
                                            consequence_of(oddity.kind))});
  }
  return out;
}

}  // namespace cli
