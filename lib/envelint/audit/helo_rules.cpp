#include <envelint/audit/helo_rules.hpp>

#include <envelint/audit/zone_lines.hpp>
#include <envelint/spf/record_selection.hpp>

#include <fmt/format.h>

#include <string>

namespace envelint::audit {

// RFC 7208 §2.3, §10.1.3: with an empty MAIL FROM, the HELO name is all there is to check.
void check_helo_names(const DomainFacts& facts, finding::Findings& out) {
  std::string names;
  std::string first;
  for (const TextFacts& one : facts.helo_texts) {
    if (one.txt.unknown() || !one.txt.chain.empty() || !spf::select_records(one.txt).empty()) continue;
    const std::string name = one.name.to_string();
    if (first.empty()) first = name;
    names += fmt::format("{}`{}`", names.empty() ? "" : ", ", name);
  }
  if (names.empty()) return;
  out.add(finding::Code::spf_helo_without_record, {})
      .owner(first)
      .message("a sender's own name has no SPF record: {}", names)
      .note(
          "bounces have no sender's address, so receivers check the name that the host gives in HELO, and find nothing")
      .help("publish `{}`, if that is the name it says HELO with", txt_line(first, "v=spf1 a -all"));
}

}  // namespace envelint::audit
