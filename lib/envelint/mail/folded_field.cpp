#include <envelint/mail/folded_field.hpp>

#include <algorithm>

namespace envelint::mail {
namespace {

/// Where the first blank is at which a text may be broken, or its size.
std::size_t break_in(std::string_view text) {
  for (std::size_t at = text.find(' ', 1); at < text.size(); at = text.find(' ', at + 1)) {
    const char before = text[at - 1];
    const bool last = at + 1 == text.size();
    if (before != ' ' && before != '\\' && !last && text[at + 1] != ' ') return at;
  }
  return text.size();
}

}  // namespace

void FoldedField::on_new_line(std::string_view word) {
  text_.append("\r\n ").append(word);
  column_ = 1 + word.size();
}

void FoldedField::word(std::string_view word) {
  if (column_ + 1 + word.size() > kColumns) return on_new_line(word);
  text_.append(" ").append(word);
  column_ += 1 + word.size();
}

void FoldedField::glue(std::string_view word) {
  if (column_ + word.size() > kColumns) return on_new_line(word);
  text_.append(word);
  column_ += word.size();
}

void FoldedField::stream(std::string_view text) {
  while (!text.empty()) {
    if (column_ >= kColumns) on_new_line("");
    const std::size_t some = std::min(text.size(), kColumns - column_);
    text_.append(text.substr(0, some));
    column_ += some;
    text.remove_prefix(some);
  }
}

void FoldedField::words(std::string_view text) {
  while (true) {
    const std::size_t end = break_in(text);
    word(text.substr(0, end));
    if (end == text.size()) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace envelint::mail
