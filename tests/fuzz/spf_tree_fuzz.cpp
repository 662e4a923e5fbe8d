#include "fuzz.hpp"
#include "fuzz_answers.hpp"

#include <envelint/spf/check_host.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/spf/tree.hpp>
#include <envelint/spf/tree_rules.hpp>
#include <envelint/task/sync_wait.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace envelint;
using namespace envelint::spf;

namespace {

void check_shape(const Tree& tree) {
  fuzz_require(tree.terms.size() <= kMaxTreeTerms, "trees are bounded");
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < tree.terms.size(); ++i) {
    const TreeTerm& term = tree.terms[i];
    fuzz_require(term.number >= number && term.number <= tree.lookups(), "counts only rise");
    fuzz_require(term.cost >= 1 && term.number + term.cost <= tree.lookups() + 1, "no term costs more than all");
    fuzz_require(term.parent.has_value() == (term.depth > 0), "only the terms of the record itself hang on none");
    fuzz_require(!term.parent || (*term.parent < i && tree.terms[*term.parent].depth + 1 == term.depth), "a tree");
    fuzz_require(term.top <= i && tree.terms[term.top].depth == 0, "every term hangs on one of the record");
    number = term.number;
  }
  fuzz_require(!tree.best || tree.best->lookups <= tree.lookups(), "the best is not worse than the worst");
}

void check_findings(const Tree& tree) {
  finding::Findings out;
  check_tree(tree, {}, out);
  for (const finding::Finding& finding : out.items()) {
    fuzz_require(finding.span.start <= finding.span.end && finding.span.end <= tree.record.size(),
                 "spans are in the record");
    fuzz_require(!finding.message.empty(), "a finding says what is wrong");
    if (!finding.fix) continue;
    for (const finding::Edit& edit : finding.fix->edits) {
      fuzz_require(edit.span.start <= edit.span.end && edit.span.end <= tree.record.size(), "edits are in the record");
    }
  }
}

}  // namespace

// The input: the client's address and its domain on two lines, then lines of a name and its record.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz_text(data, size);
  const auto ip = net::Address::parse(take_line(rest));
  const std::string domain(take_line(rest));
  const auto name = dns::Name::parse(domain);
  const std::string_view first = rest.substr(0, rest.find('\n'));
  if (!ip || !name || !first.starts_with(domain + " ")) return 0;
  const std::string record(first.substr(domain.size() + 1));
  Answers dns(rest);
  const Tree tree = task::sync_wait(explore(dns, *name, record));
  fuzz_require(dns.questions <= 600, "questions are bounded");
  check_shape(tree);
  check_findings(tree);
  if (tree.mend) {
    const Tree after = task::sync_wait(explore(dns, *name, tree.mend->record));
    fuzz_require(!tree.exact || !after.exact || after.lookups() == tree.mend->lookups,
                 "a mended record costs what is said");
    fuzz_require(!tree.mend->same_result || after.authorised == tree.authorised, "nobody's result changes");
  }
  CheckRequest request(*ip, "a@" + domain, "h.example");
  request.limits = {1000, 1000};
  const CheckResult result = task::sync_wait(check_host(dns, request));
  const bool loops = std::ranges::any_of(tree.terms, [](const TreeTerm& term) { return term.fate == TermFate::loop; });
  // check_host reads the record that DNS has, where the text of the first line is none.
  const dns::Answer published = task::sync_wait(dns.query(dns::Query(*name, dns::Type::txt)));
  const dns::Text* read = select_record(published).first;
  const bool whole = tree.exact && !loops && read != nullptr && read->joined() == record;
  fuzz_require(!whole || result.lookups <= tree.lookups(), "no sender costs more than the tree says");
  return 0;
}
