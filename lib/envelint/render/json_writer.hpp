#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace envelint::render {

/// Writes JSON (RFC 8259) into a string, member by member, without building a tree first. Whoever uses it sees to it
/// that objects and arrays are closed and that members of an object have keys.
///
/// Strings may be any bytes: those that are not UTF-8 become `\xNN`, and characters that could mislead a terminal
/// (control, bidirectional, invisible ones) are written as `\uNNNN`, which a reader of JSON turns back.
class JsonWriter {
 public:
  /// @param out     appended to
  /// @param pretty  a member a line, indented by two; otherwise all on one line
  JsonWriter(std::string& out, bool pretty) : out_(out), pretty_(pretty) {}

  void open_object() { open('{'); }
  void open_object(std::string_view key) { open(key, '{'); }
  void close_object() { close('}'); }
  void open_array(std::string_view key) { open(key, '['); }
  void close_array() { close(']'); }

  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(std::uint64_t number);
  void member(std::string_view key, std::string_view text);
  void member(std::string_view key, const char* text) { member(key, std::string_view(text)); }
  void member(std::string_view key, bool yes);
  void member(std::string_view key, std::uint64_t number);
  void member(std::string_view key, std::uint32_t number) { member(key, std::uint64_t{number}); }
  /// `json` is a whole value in JSON already.
  void raw_member(std::string_view key, std::string_view json);
  /// Only if there is something to say.
  void member_unless_empty(std::string_view key, std::string_view text) {
    if (!text.empty()) member(key, text);
  }

 private:
  void separate();
  void add_key(std::string_view key);
  void add_string(std::string_view text);
  void add_number(std::uint64_t number);
  void open(char bracket);
  void open(std::string_view key, char bracket);
  void close(char bracket);

  std::string& out_;
  bool pretty_;
  bool first_ = true;
  std::size_t depth_ = 0;
};

}  // namespace envelint::render
