#include <envelint/smtp/line_reader.hpp>

#include <envelint/smtp/session.hpp>

#include <openssl/crypto.h>

namespace envelint::smtp {

// All room at once: a buffer that grew would leave a part of a password behind.
LineReader::LineReader(bool lf_ends_line) : lf_ends_line_(lf_ends_line) { text_.reserve(kMaxAuthLine); }

std::size_t LineReader::read(std::string_view bytes) {
  const std::size_t lf = bytes.find('\n');
  const std::size_t taken = lf == std::string_view::npos ? bytes.size() : lf + 1;
  const std::string_view part = bytes.substr(0, taken);
  size_ += taken;
  text_ += part.substr(0, kMaxAuthLine - text_.size());
  if (size_ > kMaxDiscardedLine) {
    state_ = State::flood;
  } else if (lf != std::string_view::npos) {
    after_cr_ = taken > 1 ? part[taken - 2] == '\r' : after_cr_;
    end_line();
  } else if (taken > 0) {
    after_cr_ = part.back() == '\r';
  }
  return taken;
}

void LineReader::end_line() {
  state_ = after_cr_ || lf_ends_line_ ? State::line : State::bare_lf;
  if (size_ > text_.size()) return;
  const std::size_t end = after_cr_ ? 2 : 1;
  text_.resize(text_.size() - end);
}

void LineReader::clear() noexcept {
  OPENSSL_cleanse(text_.data(), text_.size());
  text_.clear();
  state_ = State::open;
  after_cr_ = false;
  size_ = 0;
}

}  // namespace envelint::smtp
