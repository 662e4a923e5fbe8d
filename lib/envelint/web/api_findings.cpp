#include <envelint/web/api_findings.hpp>

#include <envelint/finding/catalogue.hpp>
#include <envelint/web/api_document.hpp>

namespace envelint::web {

Reply get_finding(Api&, const Call& call) {
  const finding::CatalogueEntry* entry = finding::find_entry(call.captured.front());
  if (entry == nullptr) return error_reply(404, "There is no finding of this code.");
  return document([&](render::JsonWriter& json) {
    json.member("code", entry->id);
    json.member("name", entry->name);
    json.member("severity", to_string(entry->severity));
    json.member("summary", entry->summary);
    if (entry->reference != "-") json.member("reference", entry->reference);
    json.member("page", entry->body);
  });
}

}  // namespace envelint::web
