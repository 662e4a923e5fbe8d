#include <envelint/dns/type.hpp>

#include <envelint/text/ascii.hpp>

#include <array>
#include <charconv>

namespace envelint::dns {
namespace {

struct Mnemonic {
  Type type;
  std::string_view word;
};

constexpr std::array<Mnemonic, 19> kMnemonics{{
    {Type::a, "A"},         {Type::ns, "NS"},       {Type::cname, "CNAME"},   {Type::soa, "SOA"},
    {Type::ptr, "PTR"},     {Type::mx, "MX"},       {Type::txt, "TXT"},       {Type::aaaa, "AAAA"},
    {Type::srv, "SRV"},     {Type::naptr, "NAPTR"}, {Type::dname, "DNAME"},   {Type::ds, "DS"},
    {Type::rrsig, "RRSIG"}, {Type::nsec, "NSEC"},   {Type::dnskey, "DNSKEY"}, {Type::tlsa, "TLSA"},
    {Type::https, "HTTPS"}, {Type::spf, "SPF"},     {Type::caa, "CAA"},
}};

}  // namespace

std::string to_string(Type type) {
  for (const Mnemonic& mnemonic : kMnemonics) {
    if (mnemonic.type == type) return std::string(mnemonic.word);
  }
  return "TYPE" + std::to_string(static_cast<unsigned>(type));
}

std::optional<Type> parse_type(std::string_view word) noexcept {
  for (const Mnemonic& mnemonic : kMnemonics) {
    if (text::iequals(mnemonic.word, word)) return mnemonic.type;
  }
  if (!text::istarts_with(word, "TYPE")) return std::nullopt;
  const std::string_view digits = word.substr(4);
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<Type>(number);
}

}  // namespace envelint::dns
