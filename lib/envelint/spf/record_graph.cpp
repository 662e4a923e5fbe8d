#include <envelint/spf/record_graph.hpp>

#include <envelint/dns/describe.hpp>
#include <envelint/spf/macro.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/task/gather.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace envelint::spf {
namespace {

using dns::Answer;
using dns::Query;
using dns::Type;

/// Far more than any evaluation reads (§4.6.4: 10), so that a count is exact also where it is much too high.
constexpr std::size_t kMaxRecords = 100;
constexpr std::size_t kMaxQuestions = 600;
/// §4.6.4: an mx term with more hosts is a permerror, and their addresses are no matter.
constexpr std::size_t kMaxHosts = 10;

bool needs_record(const Term& term) { return term.is(Mechanism::include) || term.is(Modifier::redirect); }

bool is_network(const Term& term) { return term.is(Mechanism::ip4) || term.is(Mechanism::ip6); }

// `d` and `o` are the same for every sender of the domain (§7.2); what the others stand for comes with the message.
bool depends_on_message(const Record& record, const Term& term) {
  for (std::uint32_t i = 0; i < term.macro_count; ++i) {
    const MacroPart& part = record.macros[term.first_macro + i];
    if (part.kind != MacroPart::Kind::expand) continue;
    const char letter = text::to_lower(part.letter);
    if (letter != 'd' && letter != 'o') return true;
  }
  return false;
}

void add_addresses(const Answer& answer, const Term& term, std::vector<net::Prefix>& out) {
  for (const dns::Record& record : answer.records) {
    const auto* address = std::get_if<net::Address>(&record.data);
    if (address != nullptr) out.emplace_back(*address, address->is_v4() ? term.prefix4 : term.prefix6);
  }
}

std::string list_of(const std::vector<net::Prefix>& addresses) {
  constexpr std::size_t kMostShown = 10;
  std::string out;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (i == kMostShown) return out + fmt::format(", and {} more", addresses.size() - i);
    if (i > 0) out += ", ";
    out += addresses[i].to_string();
  }
  return out;
}

net::PrefixSet every_address() {
  constexpr net::Address kV6(std::array<std::uint8_t, 16>{});
  const std::array<net::Prefix, 2> all{net::Prefix(net::Address(), 0), net::Prefix(kV6, 0)};
  return net::PrefixSet(all);
}

/// Lives in the frame of read_graph().
class Reader {
 public:
  Reader(dns::Resolver& resolver, dns::Name domain) : dns_(resolver), domain_text_(domain.to_string()) {
    index_.emplace(domain, 0);
    graph_.records.emplace_back();
    graph_.records.front().name = std::move(domain);
  }

  task::Task<RecordGraph> run(std::string own) {
    RecordFacts& first = graph_.records.front();
    first.state = RecordState::usable;
    first.record = parse(own);
    plan_explanation(first);
    // Records of one distance from the domain's own are read together.
    for (std::size_t done = 0; done < graph_.records.size();) {
      const std::size_t end = graph_.records.size();
      std::vector<task::Task<void>> work;
      for (std::size_t i = done; i < end; ++i) work.push_back(read(&graph_.records[i], i > 0));
      if (done == 0 && graph_.explanation && !graph_.explanation->depends) work.push_back(ask_explanation());
      co_await task::gather(std::move(work));
      for (std::size_t i = done; i < end; ++i) link(graph_.records[i]);
      done = end;
    }
    co_return std::move(graph_);
  }

 private:
  task::Task<void> ask(Query query, Answer* out) {
    if (questions_ >= kMaxQuestions) {
      graph_.cut = true;
      *out = Answer(dns::Trouble::limit, "too many questions for one record");
      co_return;
    }
    ++questions_;
    *out = co_await dns_.query(std::move(query));
  }

  task::Task<void> read(RecordFacts* facts, bool fetch) {
    if (fetch) co_await fetch_record(facts);
    if (facts->state != RecordState::usable) co_return;
    plan_terms(*facts);
    std::vector<task::Task<void>> work;
    for (std::size_t i = 0; i < facts->terms.size(); ++i) {
      TermFacts& term = facts->terms[i];
      if (!term.live || term.depends || !term.target) continue;
      const Term& written = facts->record.terms[i];
      if (written.is(Mechanism::a)) work.push_back(ask_a(&written, &term));
      if (written.is(Mechanism::mx)) work.push_back(ask_mx(&written, &term));
      if (written.is(Mechanism::exists)) work.push_back(ask_exists(&term));
    }
    co_await task::gather(std::move(work));
  }

  task::Task<void> fetch_record(RecordFacts* facts) {
    Answer answer;
    Query query(facts->name, Type::txt);
    co_await ask(std::move(query), &answer);
    if (answer.unknown()) {
      facts->state = RecordState::unknown;
      facts->outside = is_outside(answer);
      facts->detail = fmt::format("{} TXT: {}", facts->name.to_string(), dns::describe(answer));
      co_return;
    }
    facts->is_void = answer.nothing();
    const auto texts = select_records(answer);
    if (texts.size() == 1) {
      facts->record = parse(texts.front()->joined());
      facts->state = facts->record.valid() ? RecordState::usable : RecordState::faulty;
      if (!facts->record.valid()) facts->detail = first_fault(facts->record);
    } else if (!texts.empty()) {
      facts->state = RecordState::several;
    } else {
      facts->state = answer.state == Answer::State::nxdomain ? RecordState::missing : RecordState::none;
    }
  }

  static std::string first_fault(const Record& record) {
    const Fault& fault = record.faults.front();
    const bool in_term = fault.term < record.terms.size();
    return std::string(record.at(in_term ? record.terms[fault.term].span : fault.span));
  }

  /// Which terms an evaluation can come to: mechanisms up to the first `all`, and `redirect` where there is no `all`
  /// anywhere (§5.1, §6.1).
  void plan_terms(RecordFacts& facts) {
    facts.terms.resize(facts.record.terms.size());
    const bool has_all = std::ranges::any_of(facts.record.terms, [](const Term& t) { return t.is(Mechanism::all); });
    bool behind_all = false;
    for (std::size_t i = 0; i < facts.terms.size(); ++i) {
      const Term& term = facts.record.terms[i];
      const bool can_be_met = term.kind == TermKind::mechanism ? !behind_all : term.is(Modifier::redirect) && !has_all;
      if (can_be_met && !term.faulty) plan_term(facts, term, facts.terms[i]);
      behind_all = behind_all || term.is(Mechanism::all);
    }
  }

  void plan_term(const RecordFacts& facts, const Term& term, TermFacts& out) {
    out.live = true;
    if (is_network(term)) return;
    if (term.is(Mechanism::all)) {
      out.match = every_address();
      return;
    }
    if (term.value.empty()) {
      out.target = facts.name;
    } else if (!depends_on_message(facts.record, term)) {
      out.target = expanded(facts, term);
    }
    out.depends = term.is(Mechanism::ptr) || depends_on_message(facts.record, term);
  }

  std::optional<dns::Name> expanded(const RecordFacts& facts, const Term& term) const {
    const std::string here = facts.name.to_string();
    MacroValues values;
    values.domain = here;
    values.domain_of = domain_text_;
    const auto text = expand(facts.record, term, values);
    return text ? target_name(*text) : std::nullopt;
  }

  task::Task<void> ask_a(const Term* term, TermFacts* out) {
    const dns::Name name = *out->target;
    std::vector<Answer> answers(2);
    std::vector<task::Task<void>> work;
    work.push_back(ask(Query(name, Type::a), &answers[0]));
    work.push_back(ask(Query(name, Type::aaaa), &answers[1]));
    co_await task::gather(std::move(work));
    out->void4 = answers[0].nothing();
    out->void6 = answers[1].nothing();
    std::vector<net::Prefix> addresses;
    for (const Answer& answer : answers) add_addresses(answer, *term, addresses);
    note_unanswered(name, "A", answers[0], *out);
    note_unanswered(name, "AAAA", answers[1], *out);
    finish(*out, addresses, answers[0]);
  }

  task::Task<void> ask_mx(const Term* term, TermFacts* out) {
    const dns::Name name = *out->target;
    Answer hosts;
    Query query(name, Type::mx);
    co_await ask(std::move(query), &hosts);
    out->void4 = out->void6 = hosts.nothing();
    out->hosts = hosts.records.size();
    note_unanswered(name, "MX", hosts, *out);
    if (hosts.nothing()) out->answer = dns::describe(hosts);
    if (!hosts.has_records() || out->hosts > kMaxHosts) co_return;
    std::vector<dns::Name> names;
    for (const dns::Record& record : hosts.records) {
      const auto* mx = std::get_if<dns::Mx>(&record.data);
      if (mx != nullptr && !mx->exchange.is_root()) names.push_back(mx->exchange);
    }
    std::vector<Answer> answers(2 * names.size());
    std::vector<task::Task<void>> work;
    for (std::size_t i = 0; i < names.size(); ++i) {
      work.push_back(ask(Query(names[i], Type::a), &answers[2 * i]));
      work.push_back(ask(Query(names[i], Type::aaaa), &answers[2 * i + 1]));
    }
    co_await task::gather(std::move(work));
    std::vector<net::Prefix> addresses;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::vector<Answer> pair{answers[2 * i], answers[2 * i + 1]};
      for (const Answer& answer : pair) add_addresses(answer, *term, addresses);
      note_unanswered(names[i], "A", pair[0], *out);
      note_unanswered(names[i], "AAAA", pair[1], *out);
    }
    finish(*out, addresses, names.empty() ? Answer(Answer::State::nodata) : Answer(Answer::State::records));
    if (addresses.empty()) out->answer = names.empty() ? "null MX" : "MX hosts without address";
  }

  // §5.7: A for every client; with an answer the term matches everybody.
  task::Task<void> ask_exists(TermFacts* out) {
    const dns::Name name = *out->target;
    Answer answer;
    Query query(name, Type::a);
    co_await ask(std::move(query), &answer);
    out->void4 = out->void6 = answer.nothing();
    out->answer = dns::describe(answer);
    note_unanswered(name, "A", answer, *out);
    if (answer.has_records()) out->match = every_address();
  }

  static bool is_outside(const Answer& answer) { return answer.unknown() && answer.trouble == dns::Trouble::outside; }

  static void note_unanswered(const dns::Name& name, std::string_view type, const Answer& answer, TermFacts& out) {
    if (!answer.unknown() || !out.unanswered.empty()) return;
    out.unanswered = fmt::format("{} {}: {}", name.to_string(), type, dns::describe(answer));
    if (!answer.server.empty() && !answer.detail.starts_with(answer.server))
      out.unanswered += fmt::format(" ({} was asked)", answer.server);
    out.outside = is_outside(answer);
  }

  static void finish(TermFacts& out, const std::vector<net::Prefix>& addresses, const Answer& first) {
    out.match = net::PrefixSet(addresses);
    out.answer = addresses.empty() ? dns::describe(first) : list_of(addresses);
  }

  // Finds the records that a record's terms lead to, or puts them on the list of those to be read.
  void link(RecordFacts& facts) {
    for (std::size_t i = 0; i < facts.terms.size(); ++i) {
      TermFacts& term = facts.terms[i];
      if (!term.live || !needs_record(facts.record.terms[i]) || term.depends || !term.target) continue;
      const auto [found, is_new] = index_.try_emplace(*term.target, graph_.records.size());
      if (is_new && graph_.records.size() >= kMaxRecords) {
        index_.erase(found);
        graph_.cut = true;
        continue;
      }
      if (is_new) {
        graph_.records.emplace_back();
        graph_.records.back().name = *term.target;
      }
      term.leads_to = found->second;
    }
  }

  void plan_explanation(const RecordFacts& facts) {
    const auto term = std::ranges::find_if(facts.record.terms, [](const Term& t) { return t.is(Modifier::exp); });
    if (term == facts.record.terms.end() || term->faulty || term->value.empty()) return;
    ExplanationFacts out;
    out.term = term->span;
    out.depends = depends_on_message(facts.record, *term);
    const auto target = out.depends ? std::nullopt : expanded(facts, *term);
    if (target) out.target = *target;
    if (out.depends || target) graph_.explanation = std::move(out);
  }

  task::Task<void> ask_explanation() {
    Query query(graph_.explanation->target, Type::txt);
    co_await ask(std::move(query), &graph_.explanation->answer);
  }

  dns::Resolver& dns_;
  std::string domain_text_;
  RecordGraph graph_;  // records do not move when others are added: questions on their way hold them
  std::unordered_map<dns::Name, std::size_t> index_;
  std::size_t questions_ = 0;
};

}  // namespace

task::Task<RecordGraph> read_graph(dns::Resolver& resolver, dns::Name domain, std::string record) {
  Reader reader(resolver, std::move(domain));
  co_return co_await reader.run(std::move(record));
}

}  // namespace envelint::spf
