#include "fuzz.hpp"

#include <envelint/mime/content.hpp>
#include <envelint/mime/encoded_words.hpp>
#include <envelint/mime/structure.hpp>

#include <unistr.h>

#include <algorithm>
#include <string>

using namespace envelint::mime;

namespace {

constexpr std::size_t kMost = 4096;

bool is_utf8(std::string_view text) {
  return u8_check(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()) == nullptr;
}

bool is_safe(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '<' && c != '\\'; });
}

std::size_t check_part(std::string_view raw, const Part& part, std::size_t depth) {
  fuzz_require(depth <= kMaxDepth, "the tree has a depth");
  fuzz_require(is_safe(part.id) && is_safe(part.type) && is_safe(part.encoding), "what is safe to print is so");
  fuzz_require(part.type.contains('/'), "a type has two halves");
  for (const std::string* text : {&part.charset, &part.disposition, &part.filename, &part.content_id}) {
    fuzz_require(is_utf8(*text), "texts of a part are UTF-8");
  }
  const auto whole = content(raw, part.id, raw.size() * 2);
  fuzz_require(whole.has_value(), "a part is found by its place");
  fuzz_require(whole->octets.size() == part.size && !whole->cut, "the size is that of the content");
  const auto half = content(raw, part.id, part.size / 2);
  fuzz_require(half->octets == whole->octets.substr(0, part.size / 2), "a piece is the beginning");
  fuzz_require(half->cut == (part.size > 0), "what is cut says so");
  std::size_t count = 1;
  for (const Part& child : part.children) count += check_part(raw, child, depth + 1);
  return count;
}

}  // namespace

// The input is a message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw = fuzz_text(data, size);
  const Structure read = structure(raw);
  fuzz_require(check_part(raw, read.root, 1) <= kMaxParts, "parts have a number");

  const Digest found = digest(raw, kMost);
  fuzz_require(found.attachments == attachments(read), "attachments are counted alike");
  fuzz_require(found.searchable == searchable_text(raw, kMost), "texts are found alike");
  for (const std::string& text : {found.searchable, text_body(raw, kMost), html_body(raw, kMost).value_or("")}) {
    fuzz_require(text.size() <= kMost, "texts are bounded");
    fuzz_require(is_utf8(text), "texts are UTF-8");
  }
  static_cast<void>(decoded(raw));
  return 0;
}
