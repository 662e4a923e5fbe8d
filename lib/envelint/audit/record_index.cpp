#include <envelint/audit/record_index.hpp>

#include <envelint/audit/judge.hpp>
#include <envelint/dns/rdata.hpp>
#include <envelint/text/ascii.hpp>

#include <iterator>
#include <utility>

namespace envelint::audit {
namespace {

std::string key_of(std::string_view owner, dns::Type type, std::string_view value) {
  std::string key = text::lower(owner);
  key.append(1, '\0').append(dns::to_string(type)).append(1, '\0');
  // Text is told apart to the letter; names in other data are not (RFC 4343).
  return key.append(type == dns::Type::txt ? std::string(value) : text::lower(value));
}

std::string value_of(const dns::Data& data) {
  if (const auto* text = std::get_if<dns::Text>(&data)) return std::string(text->joined());
  return dns::presentation(data);
}

}  // namespace

RecordIndex::RecordIndex(DomainReport& report) : report_(report) {
  for (std::size_t i = 0; i < report.records.size(); ++i) {
    const RecordReport& record = report.records[i];
    index_.try_emplace(key_of(record.owner, record.type, record.data.empty() ? record.value.joined() : record.data),
                       static_cast<int>(i));
  }
}

int RecordIndex::of(const dns::Record& record, Kind kind) {
  std::string value = value_of(record.data);
  std::string key = key_of(record.owner.to_string(), record.type, value);
  const auto [found, is_new] = index_.try_emplace(std::move(key), static_cast<int>(report_.records.size()));
  if (is_new) add(record, kind, std::move(value));
  return found->second;
}

int RecordIndex::add(const dns::Record& record, Kind kind, std::string value) {
  const int index = static_cast<int>(report_.records.size());
  RecordReport entry;
  entry.owner = record.owner.to_string();
  entry.type = record.type;
  entry.kind = kind;
  entry.ttl = record.ttl;
  const auto* text = std::get_if<dns::Text>(&record.data);
  entry.value = text != nullptr ? *text : dns::Text(std::move(value));
  // MX records are judged together, with what is known of their hosts.
  Judgement judgement = kind == Kind::mx ? Judgement{} : judge_value(kind, entry.value, entry.owner);
  entry.valid = judgement.valid;
  report_.records.push_back(std::move(entry));
  for (finding::Finding& finding : judgement.findings) finding.record = index;
  std::ranges::move(judgement.findings, std::back_inserter(report_.findings));
  return index;
}

}  // namespace envelint::audit
