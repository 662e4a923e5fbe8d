#include <envelint/spf/rules.hpp>

#include <envelint/spf/sense_rules.hpp>
#include <envelint/spf/syntax_rules.hpp>

namespace envelint::spf {

void check(const Record& record, finding::Findings& out) {
  check_version(record, out);
  check_syntax(record, out);
  check_sense(record, out);
}

}  // namespace envelint::spf
