#include <envelint/inbox/codec.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

namespace envelint::inbox {
namespace {

/// More of anything is in nothing that was written here.
constexpr std::size_t kMaxElements = 100'000;

template <class T, class Of>
concept Like = std::same_as<std::remove_const_t<T>, Of>;

struct Oddities {
  std::vector<smtp::WireOddity> all;
};

struct Lines {
  std::vector<smtp::TranscriptEntry> all;
};

// The fields of each type, for reading as for writing. A number is for good: what is no longer kept leaves a gap.

template <class Fields, Like<smtp::Parameter> T>
void list(Fields& field, T& parameter) {
  field(1, parameter.keyword);
  field(2, parameter.value);
}

template <class Fields, Like<smtp::Path> T>
void list(Fields& field, T& path) {
  field(1, path.local_part);
  field(2, path.domain);
  field(3, path.written);
  field(4, path.route);
  field(5, path.ascii);
}

template <class Fields, Like<smtp::Sender> T>
void list(Fields& field, T& from) {
  field(1, from.path);
  field(2, from.size);
  field(3, from.body);
  field(4, from.smtputf8);
  field(5, from.requiretls);
  field(6, from.ret);
  field(7, from.envid);
  field(8, from.auth);
  field(9, from.parameters);
}

template <class Fields, Like<smtp::Notify> T>
void list(Fields& field, T& notify) {
  field(1, notify.never);
  field(2, notify.success);
  field(3, notify.failure);
  field(4, notify.delay);
}

template <class Fields, Like<smtp::OriginalRecipient> T>
void list(Fields& field, T& original) {
  field(1, original.type);
  field(2, original.address);
}

template <class Fields, Like<smtp::Recipient> T>
void list(Fields& field, T& to) {
  field(1, to.path);
  field(2, to.notify);
  field(3, to.original);
  field(4, to.parameters);
}

template <class Fields, Like<smtp::Client> T>
void list(Fields& field, T& client) {
  field(1, client.address);
  field(2, client.port);
  field(3, client.name);
  field(4, client.hello);
  field(5, client.source);
}

template <class Fields, Like<smtp::TlsInfo> T>
void list(Fields& field, T& tls) {
  field(1, tls.version);
  field(2, tls.cipher);
  field(3, tls.server_name);
  field(4, tls.client_certificate);
}

template <class Fields, Like<smtp::Identity> T>
void list(Fields& field, T& identity) {
  field(1, identity.mechanism);
  field(2, identity.user);
  field(3, identity.authorization);
  field(4, identity.secret);
}

template <class Fields, Like<smtp::Envelope> T>
void list(Fields& field, T& envelope) {
  field(1, envelope.peer);
  field(2, envelope.client);
  field(3, envelope.hello);
  field(4, envelope.hello_name);
  field(5, envelope.hello_valid);
  field(6, envelope.from);
  field(7, envelope.to);
  field(8, envelope.identity);
  field(9, envelope.tls);
  field(10, envelope.by_chunks);
}

template <class Fields, Like<smtp::WireOddity> T>
void list(Fields& field, T& oddity) {
  field(1, oddity.kind);
  field(2, oddity.offset);
}

template <class Fields, Like<Oddities> T>
void list(Fields& field, T& oddities) {
  field(1, oddities.all);
}

template <class Fields, Like<Session> T>
void list(Fields& field, T& session) {
  field(1, session.id);
  field(2, session.started_ms);
  field(3, session.ended_ms);
  field(4, session.peer);
  field(5, session.port);
  field(6, session.client);
  field(7, session.hello);
  field(8, session.hello_name);
  field(9, session.tls);
  field(10, session.ended);
  field(11, session.messages);
}

template <class Fields, Like<smtp::TranscriptEntry> T>
void list(Fields& field, T& entry) {
  field(1, entry.who);
  field(2, entry.text);
}

template <class Fields, Like<Lines> T>
void list(Fields& field, T& lines) {
  field(1, lines.all);
}

// The last value of each enumeration: what is above it was not written here.
constexpr smtp::Body last_of(smtp::Body) { return smtp::Body::binary_mime; }
constexpr smtp::Ret last_of(smtp::Ret) { return smtp::Ret::headers; }
constexpr smtp::Hello last_of(smtp::Hello) { return smtp::Hello::lhlo; }
constexpr smtp::Client::Source last_of(smtp::Client::Source) { return smtp::Client::Source::xclient; }
constexpr smtp::WireOddity::Kind last_of(smtp::WireOddity::Kind) { return smtp::WireOddity::Kind::more; }
constexpr smtp::TranscriptEntry::Who last_of(smtp::TranscriptEntry::Who) { return smtp::TranscriptEntry::Who::note; }

/// A field is its number and whether it is a text, then the value or the text's length, then the text. All numbers have
/// seven bits an octet, the lowest first, and the eighth says that there are more.
void put_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
  out.push_back(static_cast<char>(number));
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void operator()(unsigned number, const std::string& text) {
    put_number(out_, number * 2 + 1);
    put_number(out_, text.size());
    out_ += text;
  }

  template <class T>
    requires(std::integral<T> || std::is_enum_v<T>)
  void operator()(unsigned number, T value) {
    put_number(out_, number * 2);
    put_number(out_, static_cast<std::uint64_t>(value));
  }

  void operator()(unsigned number, const net::Address& address) {
    const auto& octets = address.octets();
    (*this)(number, std::string(octets.begin(), octets.begin() + address.bits() / 8));
  }

  template <class T>
  void operator()(unsigned number, const std::optional<T>& value) {
    if (value) (*this)(number, *value);
  }

  template <class T>
  void operator()(unsigned number, const std::vector<T>& values) {
    for (const T& value : values) (*this)(number, value);
  }

  template <class T>
    requires std::is_class_v<T>
  void operator()(unsigned number, const T& value) {
    std::string inner;
    Writer writer(inner);
    list(writer, value);
    (*this)(number, inner);
  }

 private:
  std::string& out_;
};

template <class T>
bool read(std::string_view octets, T& out);

/// One field that was read, offered to the members that it may be for.
class Reader {
 public:
  /// Takes a field off the front.
  /// @return false when there is none that can be read
  bool next(std::string_view& octets) {
    std::uint64_t head = 0;
    if (!take_number(octets, head) || !take_number(octets, value_)) return false;
    number_ = head / 2;
    is_text_ = head % 2 == 1;
    if (!is_text_) return true;
    if (value_ > octets.size()) return false;
    text_ = octets.substr(0, value_);
    octets.remove_prefix(value_);
    return true;
  }

  [[nodiscard]] bool good() const { return good_; }

  void operator()(unsigned number, std::string& out) {
    if (number != number_) return;
    good_ = good_ && is_text_;
    if (good_) out = text_;
  }

  template <std::integral T>
  void operator()(unsigned number, T& out) {
    if (number != number_) return;
    // Times before 1970 are kept as what they are modulo 2^64.
    const std::uint64_t most =
        std::same_as<T, bool> ? 1 : std::uint64_t{std::numeric_limits<std::make_unsigned_t<Wide<T>>>::max()};
    good_ = good_ && !is_text_ && value_ <= most;
    if (good_) out = static_cast<T>(value_);
  }

  template <class T>
    requires std::is_enum_v<T>
  void operator()(unsigned number, T& out) {
    if (number != number_) return;
    good_ = good_ && !is_text_ && value_ <= static_cast<std::uint64_t>(last_of(T{}));
    if (good_) out = static_cast<T>(value_);
  }

  void operator()(unsigned number, net::Address& out) {
    if (number != number_) return;
    good_ = good_ && is_text_ && (text_.size() == 4 || text_.size() == 16);
    if (good_) out = text_.size() == 4 ? net::Address(octets<4>()) : net::Address(octets<16>());
  }

  template <class T>
  void operator()(unsigned number, std::optional<T>& out) {
    if (number == number_) (*this)(number, out.emplace());
  }

  template <class T>
  void operator()(unsigned number, std::vector<T>& out) {
    if (number != number_) return;
    good_ = good_ && out.size() < kMaxElements;
    if (good_) (*this)(number, out.emplace_back());
  }

  template <class T>
    requires std::is_class_v<T>
  void operator()(unsigned number, T& out) {
    if (number != number_) return;
    good_ = good_ && is_text_ && read(text_, out);
  }

 private:
  template <class T>
  using Wide = std::conditional_t<std::same_as<T, bool>, std::uint8_t, T>;

  static bool take_number(std::string_view& octets, std::uint64_t& out) {
    out = 0;
    for (unsigned shift = 0; shift < 64 && !octets.empty(); shift += 7) {
      const auto octet = static_cast<std::uint8_t>(octets.front());
      octets.remove_prefix(1);
      out |= std::uint64_t{octet & 0x7FU} << shift;
      if (octet < 0x80) return true;
    }
    return false;
  }

  template <std::size_t N>
  [[nodiscard]] std::array<std::uint8_t, N> octets() const {
    std::array<std::uint8_t, N> out{};
    std::ranges::copy(text_, out.begin());
    return out;
  }

  std::uint64_t number_ = 0;
  std::uint64_t value_ = 0;
  std::string_view text_;
  bool is_text_ = false;
  bool good_ = true;
};

template <class T>
bool read(std::string_view octets, T& out) {
  Reader reader;
  while (!octets.empty()) {
    if (!reader.next(octets)) return false;
    list(reader, out);
    if (!reader.good()) return false;
  }
  return true;
}

template <class T>
std::optional<T> decoded(std::string_view octets) {
  T out;
  if (!read(octets, out)) return std::nullopt;
  return out;
}

template <class T>
std::string encoded(const T& value) {
  std::string out;
  Writer writer(out);
  list(writer, value);
  return out;
}

}  // namespace

std::string encode(const smtp::Envelope& envelope) { return encoded(envelope); }

std::string encode(const std::vector<smtp::WireOddity>& oddities) { return encoded(Oddities{oddities}); }

std::string encode(const Session& session) { return encoded(session); }

std::string encode(const std::vector<smtp::TranscriptEntry>& transcript) { return encoded(Lines{transcript}); }

std::optional<smtp::Envelope> decode_envelope(std::string_view octets) { return decoded<smtp::Envelope>(octets); }

std::optional<std::vector<smtp::WireOddity>> decode_oddities(std::string_view octets) {
  auto out = decoded<Oddities>(octets);
  return out ? std::optional(std::move(out->all)) : std::nullopt;
}

std::optional<Session> decode_session(std::string_view octets) { return decoded<Session>(octets); }

std::optional<std::vector<smtp::TranscriptEntry>> decode_transcript(std::string_view octets) {
  auto out = decoded<Lines>(octets);
  return out ? std::optional(std::move(out->all)) : std::nullopt;
}

}  // namespace envelint::inbox
