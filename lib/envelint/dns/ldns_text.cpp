#include <envelint/dns/ldns_text.hpp>

#include <envelint/dns/ldns_ptr.hpp>
#include <envelint/dns/rdata.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <utility>

namespace envelint::dns {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

RdfPtr to_rdf(const Name& name) {
  std::string wire(name.wire());
  wire.push_back('\0');
  return RdfPtr(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire.size(), wire.data()));
}

// ldns keeps every field as it goes on the wire.
std::string wire_data(const ldns_rr& rr) {
  std::string out;
  for (std::size_t i = 0; i < ldns_rr_rd_count(&rr); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(&rr, i);
    if (field == nullptr || ldns_rdf_data(field) == nullptr) continue;
    out.append(reinterpret_cast<const char*>(ldns_rdf_data(field)), ldns_rdf_size(field));
  }
  return out;
}

}  // namespace

std::expected<Data, std::string> read_data(Type type, std::string_view words, const Name& origin) {
  if (std::ranges::any_of(words, is_control)) return std::unexpected("it holds a control character");
  const RdfPtr origin_rdf = to_rdf(origin);
  std::string line = ". 0 IN " + to_string(type) + ' ';
  line += words;
  ldns_rr* parsed = nullptr;
  const ldns_status status = ldns_rr_new_frm_str(&parsed, line.c_str(), 0, origin_rdf.get(), nullptr);
  if (status != LDNS_STATUS_OK || parsed == nullptr) {
    const char* reason = ldns_get_errorstr_by_id(status);
    return std::unexpected(reason == nullptr ? "it cannot be read" : reason);
  }
  const RrPtr rr(parsed);
  std::optional<Data> data = decode_data(type, wire_data(*rr));
  if (!data) return std::unexpected("it has not the length that this type has");
  return *std::move(data);
}

std::optional<Type> parse_any_type(std::string_view word) {
  // RFC 6895 §3.1: 128 to 255 are for questions and meta data, 0 is none.
  const auto stands_in_zones = [](auto number) { return number > 0 && (number < 128 || number > 255); };
  if (const auto type = parse_type(word)) {
    return stands_in_zones(static_cast<std::uint16_t>(*type)) ? type : std::nullopt;
  }
  // For TYPEnnn ldns gives numbers that are no type; all that are have been read above.
  constexpr std::size_t kLongest = 16;
  const bool strange = word.size() > kLongest || text::istarts_with(word, "TYPE");
  if (strange || !std::ranges::all_of(word, text::is_alnum)) return std::nullopt;
  const ldns_rr_type type = ldns_get_rr_type_by_name(std::string(word).c_str());
  return stands_in_zones(static_cast<unsigned>(type)) ? std::optional(static_cast<Type>(type)) : std::nullopt;
}

}  // namespace envelint::dns
