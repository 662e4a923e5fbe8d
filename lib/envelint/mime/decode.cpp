#include <envelint/mime/decode.hpp>

#include <envelint/mime/gmime.hpp>
#include <envelint/text/ascii.hpp>

#include <iconv.h>
#include <unistr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

namespace envelint::mime {
namespace {

constexpr std::size_t kChunk = 8192;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Hands the content of a body out piece by piece, until `take` says that it has enough.
template <typename Take>
void decode_to(std::string_view body, GMimeContentEncoding encoding, const Take& take) {
  GMimeEncoding state;
  g_mime_encoding_init_decode(&state, encoding);
  std::vector<char> out;
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, kChunk);
    out.resize(std::max(out.size(), g_mime_encoding_outlen(&state, piece.size())));
    const std::size_t size = g_mime_encoding_step(&state, piece.data(), piece.size(), out.data());
    if (!take(std::string_view(out.data(), size))) return;
    body.remove_prefix(piece.size());
  }
  // Padding that many leave out; where it is there, one more changes nothing.
  const std::string_view tail = encoding == GMIME_CONTENT_ENCODING_BASE64 ? "=" : "";
  out.resize(std::max(out.size(), g_mime_encoding_outlen(&state, tail.size())));
  take(std::string_view(out.data(), g_mime_encoding_flush(&state, tail.data(), tail.size(), out.data())));
}

/// The lines between `begin` and `end` of a uuencoded file; what has no `begin` is not uuencoded.
std::string_view uu_lines(std::string_view body) {
  std::size_t begin = body.starts_with("begin ") ? 0 : body.find("\nbegin ");
  if (begin == std::string_view::npos) return {};
  begin = body.find('\n', begin + 1);
  return begin == std::string_view::npos ? std::string_view() : body.substr(begin + 1);
}

struct Encoded {
  std::string_view body;
  GMimeContentEncoding encoding;  // GMIME_CONTENT_ENCODING_DEFAULT: it is as it stands
};

Encoded encoded(std::string_view body, std::string_view name) {
  const GMimeContentEncoding encoding = g_mime_content_encoding_from_string(std::string(name).c_str());
  switch (encoding) {
    case GMIME_CONTENT_ENCODING_BASE64:
    case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE: return {body, encoding};
    case GMIME_CONTENT_ENCODING_UUENCODE: {
      const std::string_view lines = uu_lines(body);
      if (!lines.empty()) return {lines, encoding};
      break;
    }
    default: break;
  }
  return {body, GMIME_CONTENT_ENCODING_DEFAULT};
}

/// What iconv calls a charset of mail, which may be a larger one that holds it.
struct Charset {
  std::string_view name;
  const char* iconv;
};
constexpr auto kCharsets = std::to_array<Charset>({
    {"big5", "BIG5-HKSCS"},
    {"big5-hkscs", "BIG5-HKSCS"},
    {"cp1250", "CP1250"},
    {"cp1251", "CP1251"},
    {"cp1252", "CP1252"},
    {"cp1253", "CP1253"},
    {"cp1254", "CP1254"},
    {"cp1255", "CP1255"},
    {"cp1256", "CP1256"},
    {"cp1257", "CP1257"},
    {"cp1258", "CP1258"},
    {"cp437", "CP437"},
    {"cp850", "CP850"},
    {"cp866", "CP866"},
    {"cp932", "CP932"},
    {"cp936", "GB18030"},
    {"cp949", "CP949"},
    {"euc-jp", "EUC-JP"},
    {"euc-kr", "CP949"},
    {"gb18030", "GB18030"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"ibm850", "CP850"},
    {"ibm866", "CP866"},
    {"iso-2022-jp", "ISO-2022-JP"},
    {"iso-8859-1", "CP1252"},
    {"iso-8859-10", "ISO-8859-10"},
    {"iso-8859-11", "CP874"},
    {"iso-8859-13", "ISO-8859-13"},
    {"iso-8859-14", "ISO-8859-14"},
    {"iso-8859-15", "ISO-8859-15"},
    {"iso-8859-16", "ISO-8859-16"},
    {"iso-8859-2", "ISO-8859-2"},
    {"iso-8859-3", "ISO-8859-3"},
    {"iso-8859-4", "ISO-8859-4"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-6", "ISO-8859-6"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-8", "ISO-8859-8"},
    {"iso-8859-8-i", "ISO-8859-8"},
    {"iso-8859-9", "CP1254"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"ks-c-5601-1987", "CP949"},
    {"latin1", "CP1252"},
    {"macintosh", "MACINTOSH"},
    {"shift-jis", "CP932"},
    {"sjis", "CP932"},
    {"tis-620", "CP874"},
    {"utf-16", "UTF-16"},
    {"utf-16be", "UTF-16BE"},
    {"utf-16le", "UTF-16LE"},
    {"windows-1250", "CP1250"},
    {"windows-1251", "CP1251"},
    {"windows-1252", "CP1252"},
    {"windows-1253", "CP1253"},
    {"windows-1254", "CP1254"},
    {"windows-1255", "CP1255"},
    {"windows-1256", "CP1256"},
    {"windows-1257", "CP1257"},
    {"windows-1258", "CP1258"},
    {"windows-31j", "CP932"},
    {"windows-874", "CP874"},
});
static_assert(std::ranges::is_sorted(kCharsets, {}, &Charset::name));
constexpr const char* kWindows = "CP1252";

/// In lower case, and with hyphens for the underscores that some write.
std::string canonical(std::string_view charset) {
  std::string name = text::lower(text::trim(charset));
  std::ranges::replace(name, '_', '-');
  return name;
}

bool is_utf8(std::string_view name) { return name == "utf-8" || name == "utf8"; }

/// nullptr where it is none that is converted.
const char* iconv_name(std::string_view name) {
  const auto known = std::ranges::lower_bound(kCharsets, name, {}, &Charset::name);
  return known != kCharsets.end() && known->name == name ? known->iconv : nullptr;
}

class Converter {
 public:
  explicit Converter(const char* charset) : state_(iconv_open("UTF-8", charset)) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (is_open()) iconv_close(state_);
  }

  [[nodiscard]] bool is_open() const noexcept { return state_ != iconv_t(-1); }

  std::string convert(std::string_view text, std::size_t most) {
    std::string out;
    std::array<char, kChunk> buffer;
    char* in = const_cast<char*>(text.data());  // iconv's parameter; it writes nothing there
    std::size_t left = text.size();
    while (left > 0 && out.size() < most) {
      char* end = buffer.data();
      std::size_t room = buffer.size();
      const bool ended = iconv(state_, &in, &left, &end, &room) != std::size_t(-1);
      const int fault = ended ? 0 : errno;
      out.append(buffer.data(), end);
      if (ended || fault == E2BIG) continue;
      out += kReplacement;
      if (fault != EILSEQ) break;  // the text ends within a character
      ++in;
      --left;
    }
    return out;
  }

 private:
  iconv_t state_;
};

/// How much of a text is UTF-8, from its beginning.
std::size_t valid_utf8(std::string_view text) {
  const auto* const data = reinterpret_cast<const std::uint8_t*>(text.data());
  const std::uint8_t* const fault = u8_check(data, text.size());
  return fault == nullptr ? text.size() : static_cast<std::size_t>(fault - data);
}

/// Whether these are the first octets of a character that goes on behind the end: a text may have been cut.
bool is_begun_character(std::string_view tail) {
  if (tail.empty() || tail.size() > 3) return false;
  ucs4_t c = 0;
  return u8_mbtoucr(&c, reinterpret_cast<const std::uint8_t*>(tail.data()), tail.size()) == -2;
}

void cut(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  text.resize(end);
}

std::string repaired(std::string_view text, std::size_t most) {
  std::string out;
  while (out.size() < most) {
    const std::size_t valid = valid_utf8(text);
    out.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (text.empty() || is_begun_character(text)) break;
    out += kReplacement;
    text.remove_prefix(1);
  }
  return out;
}

/// In a charset other than UTF-8; in none that is known where `charset` is nullptr.
std::string converted(std::string_view text, const char* charset, std::size_t most) {
  if (charset == nullptr) {
    const std::string_view rest = text.substr(valid_utf8(text));
    if (rest.empty() || is_begun_character(rest)) return std::string(text.substr(0, text.size() - rest.size()));
  }
  Converter converter(charset == nullptr ? kWindows : charset);
  return converter.is_open() ? converter.convert(text, most) : repaired(text, most);
}

}  // namespace

std::string decode(std::string_view body, std::string_view encoding, std::size_t most) {
  const Encoded source = encoded(body, encoding);
  if (source.encoding == GMIME_CONTENT_ENCODING_DEFAULT) return std::string(body.substr(0, most));
  std::string out;
  decode_to(source.body, source.encoding, [&](std::string_view piece) {
    out.append(piece.substr(0, most - out.size()));
    return out.size() < most;
  });
  return out;
}

std::uint64_t decoded_size(std::string_view body, std::string_view encoding) {
  const Encoded source = encoded(body, encoding);
  if (source.encoding == GMIME_CONTENT_ENCODING_DEFAULT) return body.size();
  std::uint64_t size = 0;
  decode_to(source.body, source.encoding, [&](std::string_view piece) {
    size += piece.size();
    return true;
  });
  return size;
}

std::string to_utf8(std::string_view text, std::string_view charset, std::size_t most) {
  const std::string name = canonical(charset);
  // Four octets are the longest character; what lies behind cannot come out.
  text = text.substr(0, most > text.size() / 4 ? text.size() : most * 4);
  std::string out = is_utf8(name) ? repaired(text, most) : converted(text, iconv_name(name), most);
  cut(out, most);
  return out;
}

bool is_known_charset(std::string_view charset) {
  const std::string name = canonical(charset);
  return is_utf8(name) || name == "us-ascii" || iconv_name(name) != nullptr;
}

}  // namespace envelint::mime
