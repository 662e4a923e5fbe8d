#include "fuzz.hpp"

#include <envelint/mail/message.hpp>
#include <envelint/mime/content.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/web/disposition.hpp>
#include <envelint/web/header_view.hpp>
#include <envelint/web/html_frame.hpp>

#include <algorithm>
#include <array>
#include <string>

using namespace envelint;

namespace {

bool has_element(const std::string& lower, std::string_view opening) {
  for (std::size_t at = lower.find(opening); at != std::string::npos; at = lower.find(opening, at + 1)) {
    const std::size_t behind = at + opening.size();
    if (behind == lower.size() || !text::is_alpha(lower[behind])) return true;  // `<basefont` is another element
  }
  return false;
}

void check_frame(std::string_view html, std::string_view raw) {
  const std::string out = web::frame_document(html, raw);
  for (const char c : {'<', '>', '"', '\'', ' '}) {
    fuzz_require(std::ranges::count(out, c) == std::ranges::count(html, c), "no markup is made and none is lost");
  }
  const std::string lower = text::lower(out);
  for (const std::string_view opening :
       {"<link", "<meta", "<base", "<script", "<iframe", "<frame", "<embed", "<object"}) {
    fuzz_require(!has_element(lower, opening), "what connects in spite of a policy is gone");
  }
  fuzz_require(web::frame_document(out, raw) == out, "what has been made harmless stays as it is");
}

void check_disposition(std::string_view name) {
  const std::string value = web::attachment_disposition(name);
  fuzz_require(value.size() <= 200 + web::kMaxSavedName * 13, "a name is bounded");
  fuzz_require(std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7F && c != '/' && c != '\\'; }),
               "a name is one line of harmless characters");
  fuzz_require(std::ranges::count(value, '"') == 2, "a name stays in its quotes");
}

void check_header(std::string_view raw) {
  const mail::Message message = mail::Message::split(raw);
  const web::HeaderView view = web::header_view(message);
  fuzz_require(view.fields.size() <= web::kMaxShownFields, "fields have a number");
  fuzz_require(view.cut || view.fields.size() == message.fields().size(), "what is left out is told");
  for (const web::FieldView& field : view.fields) {
    fuzz_require(std::ranges::is_sorted(field.signed_by), "signatures are in order");
    fuzz_require(std::ranges::adjacent_find(field.signed_by) == field.signed_by.end(),
                 "a signature covers a field once");
  }
}

}  // namespace

// The input is a message, and its HTML; where it has none, the input is taken for HTML and for a name, too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw = fuzz_text(data, size);
  check_header(raw);
  check_disposition(raw);
  check_frame(mime::html_body(raw, size * 4).value_or(std::string(raw)), raw);
  return 0;
}
