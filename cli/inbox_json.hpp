#pragma once

#include <envelint/inbox/store.hpp>
#include <envelint/render/json_writer.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// The members of a message in a list (docs/schema/inbox-1.json).
void add_members(envelint::render::JsonWriter& json, const envelint::inbox::Entry& entry);

/// All members of a message but its octets.
/// @param session  the one it came in, if it is still kept
void add_members(envelint::render::JsonWriter& json, const envelint::inbox::Message& message,
                 const std::optional<envelint::inbox::Session>& session);

/// The members of a session; its transcript if there is one.
void add_members(envelint::render::JsonWriter& json, const envelint::inbox::Session& session);

/// A list on standard output, written as it grows: one document, or a line for each item.
class InboxJson {
 public:
  /// @param name      of the list in the document
  /// @param document  false: lines (ndjson)
  InboxJson(std::string_view name, bool document);

  template <class... Item>
  void add(const Item&... item) {
    if (document_) {
      json_.open_object();
      add_members(json_, item...);
      json_.close_object();
    } else {
      envelint::render::JsonWriter line(out_, false);
      line.open_object();
      line.member("schema", kSchema);
      add_members(line, item...);
      line.close_object();
      out_ += '\n';
    }
    print();
  }
  void end();

 private:
  static constexpr std::string_view kSchema = "envelint/inbox/1";

  void print();

  bool document_;
  std::string out_;
  envelint::render::JsonWriter json_;
};

}  // namespace cli
