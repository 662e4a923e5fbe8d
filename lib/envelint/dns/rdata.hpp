#pragma once

#include <envelint/dns/record.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace envelint::dns {

/// Reads the data of a record from its wire form, names uncompressed. The whole of `wire` must be used up; types that
/// are not read further become `Raw`. Nothing when it is not the data of such a record. Any bytes are taken.
[[nodiscard]] std::optional<Data> decode_data(Type type, std::string_view wire);

/// The data in the presentation form of a zone file: names end in a dot, text is quoted. `Raw` data is shown in the
/// form for unknown types (RFC 3597 §5).
[[nodiscard]] std::string presentation(const Data& data);

/// The record as a line of a zone file, without line end. Read again under any origin it gives the same record.
[[nodiscard]] std::string zone_line(const Record& record);

}  // namespace envelint::dns
