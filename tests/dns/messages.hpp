#pragma once

#include <envelint/dns/record.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/dns/wire.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Messages as a server would make them, and as none should.
namespace test {

inline void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8 & 0xff);
  out += static_cast<char>(value & 0xff);
}

inline void put32(std::string& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}

inline std::string wire_name(const envelint::dns::Name& name) { return std::string(name.wire()) + '\0'; }
inline std::string wire_name(std::string_view name) { return wire_name(*envelint::dns::Name::parse(name)); }

/// TXT data of these strings.
inline std::string wire_strings(const std::vector<std::string>& strings) {
  std::string out;
  for (const std::string& string : strings) (out += static_cast<char>(string.size())) += string;
  return out;
}

/// The data of a record, names uncompressed.
inline std::string wire_data(const envelint::dns::Data& data) {
  namespace dns = envelint::dns;
  namespace net = envelint::net;
  struct Encode {
    std::string operator()(const dns::Raw& raw) const { return {raw.data.begin(), raw.data.end()}; }
    std::string operator()(const net::Address& address) const {
      return {address.octets().begin(), address.octets().begin() + address.bits() / 8};
    }
    std::string operator()(const dns::Text& text) const { return wire_strings(text.strings()); }
    std::string operator()(const dns::Name& name) const { return wire_name(name); }
    std::string operator()(const dns::Mx& mx) const {
      std::string out;
      put16(out, mx.preference);
      return out + wire_name(mx.exchange);
    }
    std::string operator()(const dns::Soa& soa) const {
      std::string out = wire_name(soa.primary) + wire_name(soa.mailbox);
      for (const std::uint32_t field : {soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum}) put32(out, field);
      return out;
    }
    std::string operator()(const dns::Tlsa& tlsa) const {
      std::string out{static_cast<char>(tlsa.usage), static_cast<char>(tlsa.selector),
                      static_cast<char>(tlsa.matching)};
      return out.append(tlsa.data.begin(), tlsa.data.end());
    }
  };
  return std::visit(Encode{}, data);
}

/// A record with any data.
inline std::string wire_record(const std::string& owner, unsigned type, const std::string& data,
                               std::uint32_t ttl = 300, unsigned record_class = 1) {
  std::string out = owner;
  put16(out, type);
  put16(out, record_class);
  put32(out, ttl);
  put16(out, static_cast<unsigned>(data.size()));
  return out + data;
}
inline std::string wire_record(const envelint::dns::Record& record) {
  return wire_record(wire_name(record.owner), static_cast<unsigned>(record.type), wire_data(record.data), record.ttl);
}

/// An OPT record with options already encoded.
inline std::string wire_opt(const std::string& options = {}) {
  return wire_record(std::string(1, '\0'), 41, options, 0, 1232);
}

/// An Extended DNS Error option.
inline std::string wire_extended_error(unsigned code, std::string_view text) {
  std::string out;
  put16(out, 15);
  put16(out, static_cast<unsigned>(2 + text.size()));
  put16(out, code);
  return out += text;
}

/// A message put together piece by piece; its counts follow.
struct Draft {
  std::uint16_t id = 0;
  unsigned flags = 0x8180;  // an answer of a resolver
  std::string question;     // with type and class
  std::vector<std::string> answer;
  std::vector<std::string> authority;
  std::vector<std::string> additional;
  unsigned questions = 1;

  [[nodiscard]] std::string bytes() const {
    std::string out;
    put16(out, id);
    put16(out, flags);
    put16(out, questions);
    for (const auto* section : {&answer, &authority, &additional}) put16(out, static_cast<unsigned>(section->size()));
    out += question;
    for (const auto* section : {&answer, &authority, &additional}) {
      for (const std::string& record : *section) out += record;
    }
    return out;
  }
};

/// A question as it stands in a message.
inline std::string wire_question(std::string_view name, unsigned type) {
  std::string out = wire_name(name);
  put16(out, type);
  put16(out, 1);
  return out;
}

}  // namespace test
