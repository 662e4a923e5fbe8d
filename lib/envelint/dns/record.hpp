#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/dns/text.hpp>
#include <envelint/dns/type.hpp>
#include <envelint/net/address.hpp>
#include <envelint/text/base64.hpp>

#include <cstdint>
#include <variant>

namespace envelint::dns {

struct Mx {
  std::uint16_t preference = 0;
  Name exchange;

  friend bool operator==(const Mx&, const Mx&) = default;
};

struct Soa {
  Name primary;
  Name mailbox;
  std::uint32_t serial = 0;
  std::uint32_t refresh = 0;
  std::uint32_t retry = 0;
  std::uint32_t expire = 0;
  std::uint32_t minimum = 0;

  friend bool operator==(const Soa&, const Soa&) = default;
};

struct Tlsa {
  std::uint8_t usage = 0;
  std::uint8_t selector = 0;
  std::uint8_t matching = 0;
  text::Bytes data;

  friend bool operator==(const Tlsa&, const Tlsa&) = default;
};

/// The data of a record whose type is not read further: its wire form.
struct Raw {
  text::Bytes data;

  friend bool operator==(const Raw&, const Raw&) = default;
};

/// What a record says: an address for A and AAAA, text for TXT and SPF, a name for NS, CNAME, PTR and DNAME.
using Data = std::variant<Raw, net::Address, Text, Name, Mx, Soa, Tlsa>;

/// One resource record.
struct Record {
  Record() = default;
  Record(Name owner_name, Type record_type, std::uint32_t seconds, Data contents)
      : owner(std::move(owner_name)), type(record_type), ttl(seconds), data(std::move(contents)) {}

  Name owner;
  Type type = Type::txt;
  std::uint32_t ttl = 0;  ///< seconds
  Data data;

  friend bool operator==(const Record&, const Record&) = default;
};

}  // namespace envelint::dns
