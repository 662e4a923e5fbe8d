#include <envelint/tls_rpt/record.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/extension_field.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>

namespace envelint::tls_rpt {
namespace {

using text::Field;
using text::slice;
using text::Span;
using text::span_of;
using Kind = RecordFault::Kind;

Uri::Scheme scheme_of(std::string_view uri) {
  const std::size_t colon = uri.find_first_of(":@/");
  if (colon == std::string_view::npos || uri[colon] != ':') return Uri::Scheme::none;
  const std::string_view scheme = text::trim(uri.substr(0, colon));
  if (text::iequals(scheme, "mailto")) return Uri::Scheme::mailto;
  if (text::iequals(scheme, "https")) return Uri::Scheme::https;
  if (text::iequals(scheme, "http")) return Uri::Scheme::http;
  return Uri::Scheme::unknown;
}

// Labels of letters, digits, `-` and `_`, with an optional port behind them.
bool is_host(std::string_view host) {
  const std::size_t colon = host.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view port = host.substr(colon + 1);
    if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, text::is_digit)) return false;
    host = host.substr(0, colon);
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  return host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains("..") &&
         std::ranges::all_of(host, [](char c) { return text::is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_address(std::string_view address) {
  address = address.substr(0, address.find('?'));
  const std::size_t at = address.find('@');
  return at != std::string_view::npos && at > 0 && is_host(address.substr(at + 1)) && !address.substr(at).contains(':');
}

bool is_https_target(std::string_view rest) {
  if (!rest.starts_with("//")) return false;
  rest.remove_prefix(2);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  return is_host(host) || (host.starts_with('[') && host.contains(']'));
}

Uri with_fault(Uri uri, Uri::Fault fault, Span place) {
  uri.fault = fault;
  uri.place = place;
  return uri;
}

Uri read_uri(std::string_view value, Span span) {
  using Fault = Uri::Fault;
  const std::string_view body = slice(value, span);
  Uri uri{span, scheme_of(body)};
  if (!text::all_ascii(body)) return with_fault(uri, Fault::foreign_octet, span);
  if (const std::size_t space = body.find_first_of(" \t\r\n"); space != std::string_view::npos) {
    const std::size_t end = body.find_first_not_of(" \t\r\n", space);
    return with_fault(uri, Fault::white_space, span_of(span.start + space, span.start + end));
  }
  const std::size_t colon = std::min(body.find(':'), body.size());
  const Span scheme = span_of(span.start, span.start + colon);
  if (uri.scheme == Uri::Scheme::none) return with_fault(uri, Fault::scheme, span);
  if (uri.scheme == Uri::Scheme::unknown || uri.scheme == Uri::Scheme::http) {
    return with_fault(uri, Fault::scheme, scheme);
  }
  const std::string_view rest = body.substr(colon + 1);
  if (const std::size_t mark = rest.find('!'); mark != std::string_view::npos) {
    const std::size_t place = span.start + colon + 1 + mark;
    return with_fault(uri, Fault::unencoded, span_of(place, place + 1));
  }
  const Span behind = span_of(scheme.end + 1, span.end);
  if (uri.scheme == Uri::Scheme::https) {
    return is_https_target(rest) ? uri : with_fault(uri, Fault::host, behind.empty() ? span : behind);
  }
  if (rest.starts_with("//")) return with_fault(uri, Fault::slashes, span_of(behind.start, behind.start + 2));
  return is_address(rest) ? uri : with_fault(uri, Fault::address, behind.empty() ? span : behind);
}

// The list `uri *(*WSP "," *WSP uri)` (RFC 8460 §3).
void read_uris(std::string_view value, const Field& field, std::uint32_t index, Record& record) {
  std::size_t start = field.value.start;
  while (start <= field.value.end) {
    const std::size_t end = std::min<std::size_t>(value.find(',', start), field.value.end);
    if (record.uris.size() == kMaxUris) {
      record.faults.push_back({Kind::too_many_uris, span_of(start, field.value.end), index});
      return;
    }
    std::size_t first = start;
    std::size_t last = end;
    while (first < last && text::is_space(value[first])) ++first;
    while (first < last && text::is_space(value[last - 1])) --last;
    if (first == last) {
      const std::size_t comma = end == field.value.end ? start - 1 : end;
      record.uris.push_back(with_fault({span_of(first, first)}, Uri::Fault::empty, span_of(comma, comma + 1)));
    } else {
      if (first != start) record.gaps.push_back(span_of(start, first));
      if (last != end) record.gaps.push_back(span_of(last, end));
      record.uris.push_back(read_uri(value, span_of(first, last)));
    }
    start = end + 1;
  }
}

void read_rua(std::string_view value, std::uint32_t index, Record& record) {
  const Field& field = record.list.fields[index];
  if (record.rua) {
    record.faults.push_back({Kind::rua_repeated, field.span, index});
    return;
  }
  record.rua = index;
  if (field.value.empty()) {
    record.faults.push_back({Kind::rua_empty, field.span, index});
    return;
  }
  read_uris(value, field, index, record);
}

// A piece without `=` that was meant as `rua`: an address on its own, or `rua:mailto:…`. It has a fault already.
bool stands_for_rua(std::string_view value, const Field& field) {
  if (!field.name.empty()) return false;
  const std::string_view piece = slice(value, field.span);
  return !piece.contains('=') && (text::istarts_with(piece, "rua") || piece.contains('@') || piece.contains("://"));
}

void check_missing_rua(std::string_view value, Record& record) {
  if (record.rua) return;
  const auto& fields = record.list.fields;
  const auto other_case =
      std::ranges::find_if(fields, [&](const Field& field) { return text::iequals(slice(value, field.name), "rua"); });
  if (other_case != fields.end()) {
    record.faults.push_back(
        {Kind::rua_letter_case, other_case->name, static_cast<std::uint32_t>(other_case - fields.begin())});
  } else if (std::ranges::none_of(fields, [&](const Field& field) { return stands_for_rua(value, field); })) {
    const std::size_t end = fields.empty() ? record.list.version.end : fields.back().span.end;
    record.faults.push_back({Kind::rua_missing, span_of(end, end)});
  }
}

}  // namespace

bool Record::valid() const noexcept {
  return list.valid() && !uris.empty() &&
         std::ranges::all_of(uris, [](const Uri& uri) { return uri.fault == Uri::Fault::none; }) &&
         std::ranges::all_of(faults, [](const RecordFault& fault) { return fault.kind == Kind::rua_repeated; });
}

Record parse(std::string_view value) {
  Record record{.list = text::parse_field_list(value, kRecordKind)};
  for (std::uint32_t i = 0; i < record.list.fields.size(); ++i) {
    const Field& field = record.list.fields[i];
    const std::string_view name = slice(value, field.name);
    if (field.name.empty() && !slice(value, field.span).contains('=')) continue;  // FieldFault::no_equals
    if (name == "rua") {
      read_rua(value, i, record);
    } else if (name == "v") {
      record.faults.push_back({Kind::version_repeated, field.span, i});
    } else if (!text::iequals(name, "rua")) {
      text::append_extension_fault(value, record.list, i, record.faults);
    }
  }
  check_missing_rua(value, record);
  return record;
}

std::string print(std::string_view value, const Record& record) {
  std::string out(kRecordKind.version);
  for (std::uint32_t i = 0; i < record.list.fields.size(); ++i) {
    const Field& field = record.list.fields[i];
    if (field.name.empty()) continue;
    out.append("; ").append(slice(value, field.name)).append("=");
    if (record.rua != i) {
      out.append(slice(value, field.value));
      continue;
    }
    for (const Uri& uri : record.uris) {
      out.append(slice(value, uri.span)).append(&uri == &record.uris.back() ? "" : ",");
    }
  }
  return out;
}

}  // namespace envelint::tls_rpt
