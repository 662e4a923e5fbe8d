#include <envelint/dns/wire.hpp>

#include <envelint/dns/rdata.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::dns {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kMaxRecords = 512;
constexpr std::size_t kMaxStrings = 64;
constexpr int kMaxPointers = 16;
// More than any server says; it is one line of a report.
constexpr std::size_t kMaxErrorText = 200;

constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kOpt = 41;
constexpr std::uint16_t kTsig = 250;
constexpr std::uint16_t kExtendedErrorOption = 15;

constexpr unsigned kResponse = 0x8000;
constexpr unsigned kOpcode = 0x7800;
constexpr unsigned kAuthoritative = 0x0400;
constexpr unsigned kTruncated = 0x0200;
constexpr unsigned kRecursionDesired = 0x0100;
constexpr unsigned kRecursionAvailable = 0x0080;
constexpr unsigned kAuthenticated = 0x0020;
constexpr unsigned kCheckingDisabled = 0x0010;
constexpr unsigned kRcode = 0x000f;

unsigned octet(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }
unsigned number16(std::string_view bytes, std::size_t at) { return octet(bytes, at) << 8 | octet(bytes, at + 1); }

char* put16(char* at, unsigned value) {
  *at++ = static_cast<char>(value >> 8 & 0xff);
  *at++ = static_cast<char>(value & 0xff);
  return at;
}

/// Reads a message from front to back and stops at the first fault.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::expected<Message, WireFault> read();

 private:
  enum class Section : std::uint8_t { answer, authority, additional };

  bool fail(WireFault fault) {
    fault_ = fault;
    return false;
  }
  [[nodiscard]] bool has(std::size_t octets) const { return bytes_.size() - at_ >= octets; }

  unsigned take16() {
    const unsigned value = number16(bytes_, at_);
    at_ += 2;
    return value;
  }

  bool read_header(unsigned& flags);
  bool append_name(std::string& out);
  bool read_section(Section section, std::size_t count);
  bool read_record(Section section);
  bool read_options(std::size_t size, std::uint32_t ttl);
  void read_option(unsigned code, std::string_view data);
  std::optional<std::string_view> uncompressed_data(Type type, std::size_t end);
  [[nodiscard]] bool strings_bounded(std::string_view data) const;
  std::vector<Record>& records_of(Section section);

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::array<std::size_t, 4> counts_{};
  WireFault fault_ = WireFault::header;
  Message message_;
  // For the name and the data of one record after the other.
  std::string name_;
  std::string data_;
};

/// Appends the name at the current place, without compression and with the root's zero, and goes behind it.
bool Reader::append_name(std::string& out) {
  std::size_t place = at_;
  std::size_t lowest = at_;  // a pointer must lead before everything read of this name so far
  std::size_t size = 0;
  int pointers = 0;
  while (true) {
    if (place >= bytes_.size()) return fail(WireFault::name);
    const unsigned length = octet(bytes_, place);
    if (length >= 0xc0) {
      if (place + 2 > bytes_.size() || ++pointers > kMaxPointers) return fail(WireFault::name);
      if (pointers == 1) at_ = place + 2;
      place = number16(bytes_, place) & 0x3fff;
      if (place >= lowest) return fail(WireFault::name);
      lowest = place;
      continue;
    }
    size += length + 1;
    if (length > Name::kMaxLabel || size > Name::kMaxWire || bytes_.size() - place <= length) {
      return fail(WireFault::name);
    }
    out.append(bytes_, place, length + 1);
    place += length + 1;
    if (length == 0) break;
  }
  if (pointers == 0) at_ = place;
  return true;
}

bool Reader::read_header(unsigned& flags) {
  if (bytes_.size() < kHeader) return fail(WireFault::header);
  flags = number16(bytes_, 2);
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] = number16(bytes_, 4 + 2 * i);
  if (counts_[0] != 1) return fail(WireFault::header);
  if (counts_[1] + counts_[2] + counts_[3] > kMaxRecords) return fail(WireFault::too_many_records);
  at_ = kHeader;
  if (!append_name(name_)) return false;
  if (!has(4)) return fail(WireFault::header);
  at_ += 4;
  return true;
}

std::vector<Record>& Reader::records_of(Section section) {
  if (section == Section::answer) return message_.answer;
  return section == Section::authority ? message_.authority : message_.additional;
}

bool Reader::read_section(Section section, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (!read_record(section)) return false;
  }
  return true;
}

bool Reader::read_record(Section section) {
  name_.clear();
  if (!append_name(name_)) return false;
  if (!has(10)) return fail(WireFault::record_data);
  const unsigned type = take16();
  const unsigned record_class = take16();
  std::uint32_t ttl = take16() << 16;
  ttl |= take16();
  const std::size_t size = take16();
  if (!has(size)) return fail(WireFault::record_data);
  const std::size_t end = at_ + size;
  if (type == kTsig) return fail(WireFault::signature);
  if (type == kOpt) {
    if (section != Section::additional || name_.size() != 1) return fail(WireFault::options);
    return read_options(size, ttl);
  }
  const auto data = uncompressed_data(static_cast<Type>(type), end);
  if (!data) return false;
  if (at_ != end) return fail(WireFault::record_data);
  auto decoded = decode_data(static_cast<Type>(type), *data);
  if (!decoded) return fail(WireFault::record_data);
  if (record_class != kClassIn) return true;
  // RFC 2181 §8: a TTL with the highest bit set is zero.
  records_of(section).emplace_back(*Name::from_wire(name_), static_cast<Type>(type), ttl >> 31 != 0 ? 0 : ttl,
                                   *std::move(decoded));
  return true;
}

/// The data of a record with the names in it uncompressed, good until that of the next. Only the types that may have
/// compressed ones are looked into (RFC 3597 §4). Nothing after a fault.
std::optional<std::string_view> Reader::uncompressed_data(Type type, std::size_t end) {
  std::size_t before = 0;
  std::size_t names = 0;
  if (type == Type::ns || type == Type::cname || type == Type::ptr || type == Type::dname) names = 1;
  if (type == Type::soa) names = 2;
  if (type == Type::mx || type == Type::srv) {
    names = 1;
    before = type == Type::mx ? 2 : 6;
  }
  const std::string_view whole = bytes_.substr(at_, end - at_);
  if (names == 0) {
    at_ = end;
    const bool is_text = type == Type::txt || type == Type::spf;
    if (!is_text || strings_bounded(whole)) return whole;
    fault_ = WireFault::too_many_strings;
    return std::nullopt;
  }
  fault_ = WireFault::record_data;
  if (whole.size() < before) return std::nullopt;
  data_ = whole.substr(0, before);
  at_ += before;
  for (; names > 0; --names) {
    if (!append_name(data_)) return std::nullopt;
    fault_ = WireFault::record_data;
    if (at_ > end) return std::nullopt;
  }
  data_.append(bytes_, at_, end - at_);
  at_ = end;
  return data_;
}

bool Reader::strings_bounded(std::string_view data) const {
  std::size_t strings = 0;
  for (std::size_t i = 0; i < data.size(); i += octet(data, i) + 1) ++strings;
  return strings <= kMaxStrings;
}

bool Reader::read_options(std::size_t size, std::uint32_t ttl) {
  if (std::exchange(message_.edns, true)) return fail(WireFault::options);
  const unsigned high = ttl >> 24;
  message_.rcode = static_cast<Rcode>(static_cast<unsigned>(message_.rcode) | high << 4);
  const std::size_t end = at_ + size;
  while (at_ < end) {
    if (end - at_ < 4) return fail(WireFault::options);
    const unsigned code = take16();
    const std::size_t length = take16();
    if (end - at_ < length) return fail(WireFault::options);
    read_option(code, bytes_.substr(at_, length));
    at_ += length;
  }
  return true;
}

void Reader::read_option(unsigned code, std::string_view data) {
  if (code != kExtendedErrorOption || data.size() < 2 || message_.extended_error) return;
  ExtendedError error;
  error.code = static_cast<std::uint16_t>(number16(data, 0));
  std::string_view text = data.substr(2);
  while (text.ends_with('\0')) text.remove_suffix(1);  // RFC 8914 §2: some end it so
  error.text = text::visible(text.substr(0, kMaxErrorText));
  message_.extended_error = std::move(error);
}

std::expected<Message, WireFault> Reader::read() {
  unsigned flags = 0;
  if (!read_header(flags)) return std::unexpected(fault_);
  message_.rcode = static_cast<Rcode>(flags & kRcode);
  message_.authoritative = (flags & kAuthoritative) != 0;
  message_.recursion_available = (flags & kRecursionAvailable) != 0;
  message_.authenticated = (flags & kAuthenticated) != 0;
  const bool good = read_section(Section::answer, counts_[1]) && read_section(Section::authority, counts_[2]) &&
                    read_section(Section::additional, counts_[3]);
  if (!good) return std::unexpected(fault_);
  if (at_ != bytes_.size()) return std::unexpected(WireFault::trailing);
  return std::move(message_);
}

}  // namespace

std::string to_string(Rcode rcode) {
  constexpr std::array<std::string_view, 6> kWords{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
  const auto number = static_cast<std::size_t>(rcode);
  if (number < kWords.size()) return std::string(kWords[number]);
  return rcode == Rcode::badvers ? "BADVERS" : "RCODE " + std::to_string(number);
}

std::string_view to_string(WireFault fault) noexcept {
  constexpr std::array<std::string_view, 8> kTexts{"a broken header",
                                                   "a broken name",
                                                   "a record with broken data",
                                                   "more than 512 records",
                                                   "a TXT record with more than 64 strings",
                                                   "broken options",
                                                   "a signature nobody asked for",
                                                   "bytes behind its end"};
  return kTexts[static_cast<std::size_t>(fault)];
}

std::uint16_t EncodedQuery::id() const noexcept { return static_cast<std::uint16_t>(number16(bytes, 0)); }

void EncodedQuery::set_id(std::uint16_t id) noexcept {
  bytes[0] = static_cast<char>(id >> 8);
  bytes[1] = static_cast<char>(id & 0xff);
}

std::string_view EncodedQuery::question() const noexcept {
  return std::string_view(bytes).substr(kHeader, question_size);
}

EncodedQuery encode_query(std::uint16_t id, const Query& query, const QueryFlags& flags) {
  const unsigned asked = kAuthenticated | (flags.recursion_desired ? kRecursionDesired : 0) |
                         (flags.checking_disabled ? kCheckingDisabled : 0);
  const std::string_view name = query.name.wire();
  EncodedQuery out;
  out.question_size = name.size() + 1 + 4;
  out.bytes.resize(kHeader + out.question_size + (flags.edns ? 1 + 10 : 0));
  char* at = out.bytes.data();
  for (const unsigned field : {unsigned{id}, asked, 1U, 0U, 0U, flags.edns ? 1U : 0U}) at = put16(at, field);
  at = std::ranges::copy(name, at).out + 1;  // the root's octet is zero already
  at = put16(at, static_cast<unsigned>(query.type));
  at = put16(at, kClassIn);
  if (!flags.edns) return out;
  ++at;
  for (const unsigned field : {unsigned{kOpt}, unsigned{kUdpPayload}, 0U, flags.dnssec_ok ? 0x8000U : 0U, 0U}) {
    at = put16(at, field);
  }
  return out;
}

void set_case(EncodedQuery& query, std::string_view bits) noexcept {
  // A length octet is at most 63 and thus no letter: only labels change.
  const std::size_t name_size = std::min(query.question_size - 4, bits.size() * 8);
  for (std::size_t i = 0; i < name_size; ++i) {
    char& c = query.bytes[kHeader + i];
    if (text::is_alpha(c) && (octet(bits, i / 8) >> i % 8 & 1) != 0) c = static_cast<char>(c ^ 0x20);
  }
}

Match match_reply(const EncodedQuery& query, std::string_view reply) noexcept {
  if (reply.size() < kHeader || reply.substr(0, 2) != std::string_view(query.bytes).substr(0, 2)) return Match::no;
  const unsigned flags = number16(reply, 2);
  if ((flags & kResponse) == 0 || (flags & kOpcode) != 0) return Match::no;
  const auto rcode = static_cast<Rcode>(flags & kRcode);
  if (number16(reply, 4) == 0 && (rcode == Rcode::formerr || rcode == Rcode::notimp)) return Match::headless;
  if (number16(reply, 4) != 1) return Match::no;
  const std::string_view question = reply.substr(kHeader, query.question_size);
  if (question == query.question()) return Match::yes;
  if (question.size() != query.question_size) return Match::no;
  const std::size_t name_size = query.question_size - 4;
  const bool same = question.substr(name_size) == query.question().substr(name_size) &&
                    text::iequals(question.substr(0, name_size), query.question().substr(0, name_size));
  return same ? Match::wrong_case : Match::no;
}

bool is_truncated(std::string_view reply) noexcept {
  return reply.size() >= kHeader && (number16(reply, 2) & kTruncated) != 0;
}

std::expected<Message, WireFault> decode_message(std::string_view bytes) { return Reader(bytes).read(); }

void restore_case(std::string& reply, const Name& name) noexcept {
  const std::string_view spelled = name.wire();
  const std::string_view question = std::string_view(reply).substr(kHeader < reply.size() ? kHeader : reply.size());
  const std::string_view found = question.substr(0, spelled.size());
  if (found == spelled || !text::iequals(found, spelled)) return;
  std::ranges::copy(spelled, reply.begin() + kHeader);
}

}  // namespace envelint::dns
