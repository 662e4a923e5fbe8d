#include <envelint/dns/describe.hpp>

#include <fmt/format.h>

namespace envelint::dns {
namespace {

constexpr std::size_t kMaxShown = 10;

}  // namespace

std::string describe(const Answer& answer) {
  if (answer.unknown()) return answer.detail.empty() ? std::string(to_string(answer.trouble)) : answer.detail;
  if (answer.state == Answer::State::nxdomain) return "does not exist";
  if (answer.nothing()) return "no such record";
  std::string out;
  for (std::size_t i = 0; i < answer.records.size(); ++i) {
    if (i == kMaxShown) return out + fmt::format(", and {} more", answer.records.size() - i);
    const Data& data = answer.records[i].data;
    if (i > 0) out += ", ";
    if (const auto* address = std::get_if<net::Address>(&data)) out += address->to_string();
    if (const auto* mx = std::get_if<Mx>(&data)) out += mx->exchange.to_string();
    if (const auto* name = std::get_if<Name>(&data)) out += name->to_string();
    if (const auto* text = std::get_if<Text>(&data)) out += text->joined();
  }
  return out;
}

}  // namespace envelint::dns
