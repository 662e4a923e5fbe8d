#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/finding/catalogue.hpp>
#include <envelint/render/json_writer.hpp>

#include <span>
#include <string>

/// Reports as JSON: the schema `envelint/lint/1` of docs/schema/lint-1.json. What is absent is omitted, never null.
///
/// Offsets are bytes of the record's value; lines and columns count from 1, columns in bytes. The bytes of secrets are
/// replaced by `*`, one for one, so that offsets stay right. A `replacement` that would hold one is left out.
namespace envelint::render {

/// The whole report as one document, indented, ended by a line feed.
[[nodiscard]] std::string json(const audit::Report& report);

/// One document a domain, each of the same schema and on a line of its own.
[[nodiscard]] std::string ndjson(const audit::Report& report);

/// The same, appended to what the caller collects: for bulk runs, which write many reports.
void append_ndjson(std::string& out, const audit::Report& report);

/// Adds the array `findings` of all domains of a report to an object that is open, each as in the documents above.
void add_findings(JsonWriter& json, const audit::Report& report);

/// Entries of the catalogue as one document of the schema `envelint/explain/1`, ended by a line feed.
[[nodiscard]] std::string catalogue_json(std::span<const finding::CatalogueEntry> entries);

}  // namespace envelint::render
