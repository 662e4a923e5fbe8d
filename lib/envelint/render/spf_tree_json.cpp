#include <envelint/render/spf_tree_json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::render {
namespace {

class TreeWriter {
 public:
  TreeWriter(JsonWriter& json, const spf::Tree& tree) : json_(json), tree_(tree) {}

  void write() {
    json_.open_object("spf");
    json_.member("lookups", std::uint64_t{tree_.lookups()});
    json_.member("void_lookups", std::uint64_t{tree_.v4.void_lookups});
    json_.member("void_lookups_ipv6", std::uint64_t{tree_.v6.void_lookups});
    if (tree_.best) {
      json_.member("lookups_best", std::uint64_t{tree_.best->lookups});
      json_.member("best_term", tree_.best->terms.back());
      add_path("best_path", tree_.best->terms);
    }
    if (tree_.dearest) {
      json_.member("lookups_dearest", std::uint64_t{tree_.dearest->lookups});
      add_path("dearest_path", tree_.dearest->terms);
    }
    json_.member("lookups_worst", std::uint64_t{tree_.lookups()});
    json_.member("exact", tree_.exact);
    json_.open_object("authorised");
    json_.member("ipv4_addresses", tree_.authorised.count_v4());
    json_.member("ipv6_networks", tree_.authorised.count_v6_networks());
    json_.close_object();
    json_.open_array("tree");
    add_terms(0, 0);
    json_.close_array();
    if (tree_.mend) add_mend(*tree_.mend);
    json_.close_object();
  }

 private:
  void add_path(std::string_view name, const std::vector<std::string>& terms) {
    json_.open_array(name);
    for (const std::string& term : terms) json_.value(term);
    json_.close_array();
  }

  /// The terms from `at` on that are of one depth, and in each those it leads to. Where the next one is.
  std::size_t add_terms(std::size_t at, std::uint32_t depth) {
    while (at < tree_.terms.size() && tree_.terms[at].depth == depth) at = add_term(at);
    return at;
  }

  std::size_t add_term(std::size_t at) {
    const spf::TreeTerm& term = tree_.terms[at];
    json_.open_object();
    json_.member("term", term.term);
    json_.member("number", std::uint64_t{term.number});
    json_.member("lookups", std::uint64_t{term.cost});
    json_.member_unless_empty("target", term.target);
    json_.member("result", to_string(term.fate));
    json_.member_unless_empty("answer", term.answer);
    if (term.void4 || term.void6)
      json_.member("void", term.void4 && term.void6 ? "both" : term.void4 ? "ipv4" : "ipv6");
    if (term.ipv4 > 0) json_.member("ipv4_addresses", term.ipv4);
    if (term.ipv6_networks > 0) json_.member("ipv6_networks", term.ipv6_networks);
    if (term.adds_nothing || term.redundant) json_.member("adds_nothing", true);
    if (term.depth == 0) {
      json_.member("start", std::uint64_t{term.span.start});
      json_.member("end", std::uint64_t{term.span.end});
    }
    std::size_t next = at + 1;
    if (next < tree_.terms.size() && tree_.terms[next].depth > term.depth) {
      json_.open_array("terms");
      next = add_terms(next, term.depth + 1);
      json_.close_array();
    }
    json_.close_object();
    return next;
  }

  void add_mend(const spf::Mend& mend) {
    json_.open_object("mend");
    json_.member("record", mend.record);
    json_.member("lookups", std::uint64_t{mend.lookups});
    json_.member("same_result", mend.same_result);
    json_.open_array("steps");
    for (const spf::MendStep& step : mend.steps) {
      json_.open_object();
      json_.member("kind", to_string(step.kind));
      json_.member("term", tree_.terms[step.term].term);
      json_.member_unless_empty("replacement", step.text);
      json_.close_object();
    }
    json_.close_array();
    json_.close_object();
  }

  JsonWriter& json_;
  const spf::Tree& tree_;
};

}  // namespace

void add_spf(JsonWriter& json, const spf::Tree& tree) { TreeWriter(json, tree).write(); }

}  // namespace envelint::render
