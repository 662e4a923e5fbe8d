#include <envelint/smtp/data_reader.hpp>

namespace envelint::smtp {

std::size_t DataReader::read(std::string_view bytes, Content& content) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !done() && !content.flooded()) taken += step(bytes.substr(taken), content);
  return taken;
}

/// Takes at least one octet, or goes to another place without taking any.
std::size_t DataReader::step(std::string_view bytes, Content& content) {
  const char c = bytes.front();
  switch (place_) {
    case Place::line_start: place_ = c == '.' ? Place::dot : Place::text; return c == '.' ? 1 : 0;
    case Place::dot:
      if (c == '\r') {
        place_ = Place::dot_cr;
        return 1;
      }
      if (c != '.') content.note_lost_dot();
      place_ = Place::text;
      return 0;
    case Place::dot_cr:
      if (c == '\n') {
        place_ = Place::end;
        return 1;
      }
      content.note_lost_dot();
      content.add("\r");
      place_ = Place::text;
      return 0;
    case Place::text: return read_text(bytes, content);
    case Place::text_cr:
      if (c != '\n') {
        place_ = Place::text;
        return 0;
      }
      content.add("\n");
      place_ = Place::line_start;
      return 1;
    case Place::end: break;
  }
  return bytes.size();
}

/// Takes octets up to and with the next CR, and with its CRLFs as long as no dot follows: most lines need no step.
std::size_t DataReader::read_text(std::string_view bytes, Content& content) {
  std::size_t end = 0;
  place_ = Place::text;
  while (place_ == Place::text && end < bytes.size()) {
    const std::size_t cr = bytes.find('\r', end);
    if (cr == std::string_view::npos) {
      end = bytes.size();
    } else if (cr + 1 == bytes.size()) {
      end = cr + 1;
      place_ = Place::text_cr;
    } else if (bytes[cr + 1] != '\n') {
      end = cr + 1;
    } else {
      end = cr + 2;
      if (end == bytes.size() || bytes[end] == '.') place_ = Place::line_start;
    }
  }
  content.add(bytes.substr(0, end));
  return end;
}

}  // namespace envelint::smtp
