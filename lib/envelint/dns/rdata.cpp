#include <envelint/dns/rdata.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace envelint::dns {
namespace {

/// Takes fields off the front of wire data; `good` falls when one is not there.
class Wire {
 public:
  explicit Wire(std::string_view rest) : rest_(rest) {}

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      good_ = false;
      size = rest_.size();
    }
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::uint32_t number(std::size_t octets) {
    std::uint32_t value = 0;
    for (const char c : take(octets)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  Name name() {
    std::optional<Name> name = Name::from_wire(rest_);
    if (!name) {
      good_ = false;
      return {};
    }
    take(name->wire().size() + 1);
    return *std::move(name);
  }
  text::Bytes rest() {
    const std::string_view all = take(rest_.size());
    return {all.begin(), all.end()};
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] bool good() const { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

template <std::size_t Size>
Data address(Wire& wire) {
  std::array<std::uint8_t, Size> octets{};
  const std::string_view bytes = wire.take(Size);
  std::memcpy(octets.data(), bytes.data(), bytes.size());
  return net::Address(octets);
}

Data text(Wire& wire) {
  std::vector<std::string> strings;
  do {
    const std::size_t length = wire.number(1);
    strings.emplace_back(wire.take(length));
  } while (!wire.done());
  return Text(strings);
}

Data decode(Type type, Wire& wire) {
  switch (type) {
    case Type::a: return address<4>(wire);
    case Type::aaaa: return address<16>(wire);
    case Type::ns:
    case Type::cname:
    case Type::ptr:
    case Type::dname: return wire.name();
    case Type::mx: {
      const auto preference = static_cast<std::uint16_t>(wire.number(2));
      return Mx{preference, wire.name()};
    }
    case Type::soa: {
      Soa soa;
      soa.primary = wire.name();
      soa.mailbox = wire.name();
      for (std::uint32_t* field : {&soa.serial, &soa.refresh, &soa.retry, &soa.expire, &soa.minimum}) {
        *field = wire.number(4);
      }
      return soa;
    }
    case Type::tlsa: {
      Tlsa tlsa;
      for (std::uint8_t* field : {&tlsa.usage, &tlsa.selector, &tlsa.matching}) {
        *field = static_cast<std::uint8_t>(wire.number(1));
      }
      tlsa.data = wire.rest();
      return tlsa;
    }
    case Type::txt:
    case Type::spf: return text(wire);
    default: return Raw{wire.rest()};
  }
}

void append_hex(std::string& out, std::string_view bytes) {
  for (const char c : bytes) fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
}

std::string_view view(const text::Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

void append_quoted(std::string& out, std::string_view string) {
  out += '"';
  for (const char c : string) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (text::is_vchar(c) || c == ' ') {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\{:03}", static_cast<unsigned char>(c));
    }
  }
  out += '"';
}

std::string absolute(const Name& name) { return name.is_root() ? "." : name.to_string() + "."; }

struct Print {
  std::string operator()(const Raw& raw) const {
    std::string out = fmt::format("\\# {} ", raw.data.size());
    append_hex(out, view(raw.data));
    return out;
  }
  std::string operator()(const net::Address& address) const { return address.to_string(); }
  std::string operator()(const Text& text) const {
    std::string out;
    for (const std::string& string : text.strings()) {
      if (!out.empty()) out += ' ';
      append_quoted(out, string);
    }
    return out;
  }
  std::string operator()(const Name& name) const { return absolute(name); }
  std::string operator()(const Mx& mx) const { return fmt::format("{} {}", mx.preference, absolute(mx.exchange)); }
  std::string operator()(const Soa& soa) const {
    return fmt::format("{} {} {} {} {} {} {}", absolute(soa.primary), absolute(soa.mailbox), soa.serial, soa.refresh,
                       soa.retry, soa.expire, soa.minimum);
  }
  std::string operator()(const Tlsa& tlsa) const {
    std::string out = fmt::format("{} {} {} ", tlsa.usage, tlsa.selector, tlsa.matching);
    append_hex(out, view(tlsa.data));
    return out;
  }
};

}  // namespace

std::optional<Data> decode_data(Type type, std::string_view bytes) {
  Wire wire(bytes);
  Data data = decode(type, wire);
  if (!wire.good() || !wire.done()) return std::nullopt;
  return data;
}

std::string presentation(const Data& data) { return std::visit(Print{}, data); }

std::string zone_line(const Record& record) {
  return fmt::format("{} {} IN {} {}", absolute(record.owner), record.ttl, to_string(record.type),
                     presentation(record.data));
}

}  // namespace envelint::dns
