#include <envelint/render/secrets.hpp>

namespace envelint::render {

Secrets::Secrets(const audit::DomainReport& domain) : domain_(&domain) {
  for (const finding::Finding& finding : domain.findings) {
    if (finding.secret) findings_.push_back(&finding);
  }
}

std::vector<text::Span> Secrets::of_record(int record) const {
  std::vector<text::Span> out;
  for (const finding::Finding* finding : findings_) {
    if (finding->record == record) out.push_back(finding->span);
  }
  return out;
}

std::vector<text::Span> Secrets::of_file(std::uint32_t file) const {
  std::vector<text::Span> out;
  for (const finding::Finding* finding : findings_) {
    if (finding->place && finding->place->file == file) out.push_back(finding->place->span);
    if (finding->record < 0) continue;
    const auto& source = domain_->records[static_cast<std::size_t>(finding->record)].source;
    if (source && source->file == file) out.push_back(source->to_file(finding->span));
  }
  return out;
}

}  // namespace envelint::render
