#include <envelint/dkim/autopsy_change.hpp>

#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <array>

namespace envelint::dkim {
namespace {

struct Words {
  std::string_view word;
  std::string_view clause;  // what is said before the place and the texts
};

constexpr std::array<Words, 37> kWords{{
    {"unknown", "no change is known that makes it verify"},
    {"other_body_canonicalization", "`bh=` was made with the other canonicalization than `c=` names for the body"},
    {"length_not_applied", "`bh=` was made over the whole body, in spite of `l=`"},
    {"other_body_hash", "`bh=` was made with another hash than `a=` names"},
    {"empty_body_signed", "`bh=` is the hash of an empty body: the signer saw none, or all of it was added later"},
    {"final_newline", "the signer hashed the line ends at the end of the body otherwise than RFC 6376 wants"},
    {"line_ends", "line ends of the body were converted between CRLF, LF and CR after signing"},
    {"trailing_space_added", "white space was added at the end of lines after signing"},
    {"trailing_space_removed", "white space at the end of lines was removed after signing"},
    {"leading_space", "white space at the beginning of lines was changed after signing"},
    {"tabs", "tabs and spaces in the body were converted after signing"},
    {"spaces", "runs of white space in the body were changed after signing"},
    {"empty_lines", "empty lines inside the body were added or removed after signing"},
    {"dot_stuffing", "dots at the beginning of lines were doubled or lost (dot-stuffing, RFC 5321 §4.5.2)"},
    {"from_quoting", "lines that begin with `From ` were quoted with `>`, or no longer are"},
    {"footer_added", "appended to the body after signing"},
    {"banner_added", "put before the body after signing"},
    {"lines_added", "added inside the body after signing"},
    {"part_added", "a MIME part was added after signing"},
    {"wrapped_in_part", "the body was made a part of a new multipart after signing"},
    {"transfer_encoding", "the transfer encoding of the body was changed after signing"},
    {"base64_wrapped", "base64 lines were wrapped at another length after signing"},
    {"quoted_printable_wrapped", "soft line breaks of quoted-printable were moved after signing"},
    {"lines_wrapped", "lines of the body were broken or joined after signing"},
    {"charset", "the body was converted to another character set after signing"},
    {"links_rewritten", "links in the body were rewritten after signing"},
    {"other_header_canonicalization",
     "the signature was made with the other canonicalization than `c=` names for the header"},
    {"subject_tag", "text was added to the Subject after signing"},
    {"field_spacing", "was folded or spaced anew after signing"},
    {"field_name_case", "the name of the field is spelled otherwise than when it was signed"},
    {"fields_reordered", "fields of the same name stand in another order than when they were signed"},
    {"field_added", "was added after signing"},
    {"field_removed", "was removed after signing"},
    {"field_changed", "was changed after signing"},
    {"other_selector", "the signature was made with the key of another selector"},
    {"other_domain", "the signature was made with the key of another domain"},
    {"other_record", "the selector has several key records, and the signature was made with one of them"},
}};

bool adds_lines(Cause cause) {
  return cause == Cause::footer_added || cause == Cause::banner_added || cause == Cause::lines_added;
}

std::string count_of(std::uint64_t lines) { return lines == 1 ? "1 line was" : fmt::format("{} lines were", lines); }

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 100;  // a sentence is to be read; the data has more
  return fmt::format("`{}{}`", text::visible(text.substr(0, kShown)), text.size() > kShown ? "…" : "");
}

std::string opening(const Change& change) {
  const std::string_view clause = kWords[static_cast<std::size_t>(change.cause)].clause;
  const bool of_field = change.cause == Cause::field_added || change.cause == Cause::field_removed ||
                        change.cause == Cause::field_changed || change.cause == Cause::field_spacing;
  if (of_field) return fmt::format("the field {} {}", text::visible(change.field), clause);
  if (change.place == Place::header && !change.field.empty() && change.cause != Cause::subject_tag)
    return fmt::format("{} ({})", clause, text::visible(change.field));
  if (adds_lines(change.cause) && change.lines) return fmt::format("{} {}", count_of(*change.lines), clause);
  if (adds_lines(change.cause)) return fmt::format("text was {}", clause);
  return std::string(clause);
}

}  // namespace

std::string_view to_string(Cause cause) noexcept { return kWords[static_cast<std::size_t>(cause)].word; }

std::string_view to_string(Place place) noexcept {
  constexpr std::array<std::string_view, 3> kPlaces{"body", "header", "key"};
  return kPlaces[static_cast<std::size_t>(place)];
}

std::string describe(const Change& change) {
  std::string out = opening(change);
  if (change.line) out += fmt::format(", from line {} of the body on", *change.line);
  if (!change.selector.empty()) out += fmt::format(": {}._domainkey.{}", change.selector, change.domain);
  if (!change.before.empty()) out += fmt::format("; signed was {}", quoted(change.before));
  if (!change.after.empty())
    out += fmt::format("{} now it is {}", change.before.empty() ? ";" : ",", quoted(change.after));
  return out;
}

}  // namespace envelint::dkim
