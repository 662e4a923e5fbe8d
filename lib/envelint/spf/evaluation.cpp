#include <envelint/spf/evaluation.hpp>

#include <envelint/dns/describe.hpp>
#include <envelint/dns/idna.hpp>
#include <envelint/spf/joined.hpp>
#include <envelint/spf/record_cache.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace envelint::spf {
namespace {

// §4.3 with §7.1: a domain has several labels, and the last is no number.
bool is_domain(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view top = text.substr(dot + 1);
  const auto is_host_char = [](char c) { return text::is_alnum(c) || c == '-'; };
  return !top.empty() && std::ranges::all_of(top, is_host_char) && !std::ranges::all_of(top, text::is_digit);
}

std::string_view section_of(const Term& term) {
  if (term.kind == TermKind::modifier) return "§6.1";
  switch (term.mechanism) {
    case Mechanism::all: return "§5.1";
    case Mechanism::include: return "§5.2";
    case Mechanism::a: return "§5.3";
    case Mechanism::mx: return "§5.4";
    case Mechanism::ptr: return "§5.5";
    case Mechanism::ip4:
    case Mechanism::ip6: return "§5.6";
    case Mechanism::exists: return "§5.7";
  }
  return "";
}

Verdict verdict_of(Qualifier qualifier) {
  switch (qualifier) {
    case Qualifier::pass: return Verdict::pass;
    case Qualifier::fail: return Verdict::fail;
    case Qualifier::softfail: return Verdict::softfail;
    case Qualifier::neutral: return Verdict::neutral;
  }
  return Verdict::neutral;
}

bool is_network(const Term& term) { return term.is(Mechanism::ip4) || term.is(Mechanism::ip6); }

bool asks_dns(const Term& mechanism) { return !mechanism.is(Mechanism::all) && !is_network(mechanism); }

const Term* find_modifier(const Record& record, Modifier modifier) {
  const auto found = std::ranges::find_if(record.terms, [=](const Term& term) { return term.is(modifier); });
  return found == record.terms.end() ? nullptr : &*found;
}

}  // namespace

Evaluation::Evaluation(dns::Resolver& resolver, const CheckRequest& request)
    : dns_(resolver), request_(request), ip_(request.ip.unmapped()) {}

/// §2.4, §4.3: the identity that is checked, its local part and its domain. False when there is no domain to check.
bool Evaluation::split_identity() {
  const std::string_view sender = request_.mail_from;
  if (sender.empty()) {
    out_.identity = Identity::helo;
    domain_of_ = request_.helo;
  } else {
    const std::size_t at = sender.rfind('@');
    if (at != std::string_view::npos) local_ = sender.substr(0, at);
    domain_of_ = at == std::string_view::npos ? sender : sender.substr(at + 1);
  }
  if (local_.empty()) local_ = "postmaster";
  // RFC 8616 §4: macros and questions see A-labels.
  if (!text::all_ascii(domain_of_)) {
    a_labels_ = dns::to_a_labels(domain_of_).value_or(std::string(domain_of_));
    domain_of_ = a_labels_;
  }
  out_.domain = domain_of_;
  if (domain_of_.size() > dns::Name::kMaxWire || !is_domain(domain_of_)) return false;
  auto name = target_name(domain_of_);
  if (name) identity_ = *std::move(name);
  return name.has_value();
}

/// Nothing when there is no domain to check.
task::Task<Verdict> Evaluation::begin() {
  if (split_identity()) return check(&identity_, domain_of_, nullptr, false, StepIndex());
  const bool missing = domain_of_.empty();
  out_.reason = missing ? "there is no domain to check" : fmt::format("`{}` is no domain name", domain_of_);
  return {};
}

task::Task<CheckResult> Evaluation::run(dns::Resolver* resolver, CheckRequest request) {
  Evaluation self(*resolver, request);
  CheckResult& out = self.out_;
  task::Task<Verdict> checking = self.begin();
  if (checking) out.verdict = co_await std::move(checking);
  if (out.verdict == Verdict::fail && !self.explanation_name_.empty()) out.explanation = co_await self.explain();
  co_return std::move(out);
}

bool Evaluation::Asking::await_ready() {
  if (evaluation_.questions_ >= kMaxQuestions) {
    answer_ = &kept_.emplace(dns::Trouble::limit, "too many questions for one evaluation");
    return true;
  }
  ++evaluation_.questions_;
  answer_ = evaluation_.dns_.at_hand(name_, type_);
  return answer_ != nullptr;
}

bool Evaluation::Asking::await_suspend(std::coroutine_handle<> waiting) {
  task_ = evaluation_.dns_.query(dns::Query(name_, type_));
  return task_.start(task::detail::Continuation::resume(waiting));
}

const dns::Answer& Evaluation::Asking::await_resume() {
  if (answer_ == nullptr) answer_ = &kept_.emplace(task_.take());
  if (evaluation_.request_.trace) {
    evaluation_.asked_by(step_).push_back({dns::Query(name_, type_), describe(*answer_), false});
  }
  return *answer_;
}

std::vector<Asked>& Evaluation::asked_by(StepIndex step) { return step ? out_.steps[*step].asked : out_.asked; }

/// Counts a term's own question when there was nothing to find. False when that is one too many (§4.6.4).
bool Evaluation::count_void(const dns::Answer& answer, StepIndex step) {
  if (!answer.nothing()) return true;
  ++out_.void_lookups;
  if (request_.trace) asked_by(step).back().is_void = true;
  return out_.void_lookups <= request_.limits.void_lookups;
}

std::optional<std::string> Evaluation::expand_in(const Scope& scope, const Record& record, const Term& term) const {
  if (!term.has_macros()) return std::string(record.at(term.value));
  const auto uses = [&](char letter) { return uses_macro(record, term, letter); };
  const std::string sender = uses('s') ? joined(local_, "@", domain_of_) : std::string();
  const std::string domain = uses('d') ? domain_of(scope) : std::string();
  const std::string validated = uses('p') ? validated_name(scope.name) : std::string();
  MacroValues values;
  values.ip = ip_;
  values.sender = sender;
  values.local = local_;
  values.domain_of = domain_of_;
  values.domain = domain;
  values.helo = request_.helo;
  values.validated = validated;
  values.receiver = request_.receiver;
  values.now = request_.now;
  return expand(record, term, values);
}

/// RFC 8616 §4: a local part outside ASCII matches nothing that needs it.
bool Evaluation::is_local_macro_unusable(const Record& record, const Term& term) const {
  return term.has_macros() && !text::all_ascii(local_) &&
         (uses_macro(record, term, 'l') || uses_macro(record, term, 's'));
}

std::string Evaluation::domain_of(const Scope& scope) {
  return scope.written.empty() ? scope.name.to_string() : std::string(scope.written);
}

/// Whether a verdict on a record is that of the whole evaluation, or may yet become it: an included record that gives
/// fail, softfail or neutral only does not match (§5.2).
bool Evaluation::decides(const Scope& scope, Verdict verdict) const noexcept {
  return !scope.included || verdict == Verdict::pass || verdict == Verdict::temperror || verdict == Verdict::permerror;
}

/// Whether anybody will see the reason why a term matches or does not.
bool Evaluation::is_told(const Scope& scope, const Term& term, bool matches) const noexcept {
  return request_.trace || (matches && decides(scope, verdict_of(term.qualifier)));
}

/// Takes down what decides: a term, or the record as a whole. What is decided later, in the records that led here, has
/// the last word.
void Evaluation::decide(const Scope& scope, const Term* term, std::string reason) {
  out_.mechanism = term == nullptr ? std::string_view() : scope.record->at(term->span);
  out_.reason = std::move(reason);
  out_.path.resize(scope.depth + 1);
  for (const Scope* place = &scope; place != nullptr; place = place->outer) out_.path[place->depth] = domain_of(*place);
}

// §4.4 to §4.7. Mechanisms are tested from left to right, then comes redirect.
//
// The name is that of whoever awaits this.
task::Task<Verdict> Evaluation::check(const dns::Name* name, std::string_view written, const Scope* outer,
                                      bool by_include, StepIndex asker) {
  Scope scope(*name, written, outer, by_include);
  Asking asking(*this, scope.name, dns::Type::txt, asker);
  const dns::Answer& answer = co_await asking;
  if (answer.unknown()) co_return without_answer(scope, answer);
  // One void lookup too many changes nothing here: without a record there, include and redirect end with permerror.
  if (outer != nullptr) (void)count_void(answer, asker);
  const SelectedRecord selected = select_record(answer);
  if (selected.count != 1) co_return without_record(scope, selected.count);
  scope.record = read(*selected.first);
  if (!scope.record->valid()) co_return with_fault(scope);
  const Record& record = *scope.record;
  for (const Term& term : record.terms) {
    if (term.kind != TermKind::mechanism || is_passed_over(term)) continue;
    const StepIndex step = add_step(scope, term);
    Match found;
    if (!asks_dns(term)) {
      found = match_address(scope, term);
    } else if (found = count_lookup(scope, term, step); !found.ends && found.reason.empty()) {
      if (uses_macro(record, term, 'p')) co_await validate_names(step);
      found = co_await match(&scope, &term, step);
    }
    if (!found.ends && !found.matches) {
      close_step(step, Outcome::no_match, section_of(term), std::move(found.reason));
      continue;
    }
    const Verdict verdict = settle(scope, term, std::move(found), step);
    const Term* const exp = verdict == Verdict::fail && !by_include ? find_modifier(record, Modifier::exp) : nullptr;
    if (exp == nullptr) co_return verdict;
    if (uses_macro(record, *exp, 'p')) co_await validate_names(StepIndex());
    note_explanation(scope, *exp);
    co_return verdict;
  }
  const Term* const elsewhere = find_modifier(record, Modifier::redirect);
  if (elsewhere != nullptr) co_return co_await redirect(&scope, elsewhere);
  co_return without_match(scope);
}

std::shared_ptr<const Record> Evaluation::read(const dns::Text& text) const {
  if (request_.records != nullptr) return request_.records->get(text.joined());
  return std::make_shared<const Record>(parse(text.joined()));
}

// §4.4.
Verdict Evaluation::without_answer(const Scope& scope, const dns::Answer& answer) {
  decide(scope, nullptr, joined("nobody answered `", domain_of(scope), " TXT`: ", describe(answer)));
  return Verdict::temperror;
}

// §4.5.
Verdict Evaluation::without_record(const Scope& scope, std::size_t count) {
  if (count == 0) {
    decide(scope, nullptr, joined(domain_of(scope), " has no SPF record"));
    return Verdict::none;
  }
  decide(scope, nullptr, fmt::format("{} has {} SPF records; there may be only one", domain_of(scope), count));
  return Verdict::permerror;
}

// §4.6: a fault anywhere in a record spoils it.
Verdict Evaluation::with_fault(const Scope& scope) {
  const Fault& fault = scope.record->faults.front();
  const bool in_term = fault.term < scope.record->terms.size();
  const text::Span span = in_term ? scope.record->terms[fault.term].span : fault.span;
  std::string reason =
      joined("the record of ", domain_of(scope), " has a syntax error at `", scope.record->at(span), "`");
  if (in_term && request_.trace) {
    close_step(add_step(scope, scope.record->terms[fault.term]), Outcome::error, "§4.6", reason);
  }
  decide(scope, nullptr, std::move(reason));
  return Verdict::permerror;
}

// §4.7.
Verdict Evaluation::without_match(const Scope& scope) {
  if (decides(scope, Verdict::neutral)) {
    decide(scope, nullptr, joined("no term of ", domain_of(scope), " matches ", ip_.to_string()));
  }
  return Verdict::neutral;
}

/// What a record comes to by the term that ends it.
Verdict Evaluation::settle(const Scope& scope, const Term& term, Match found, StepIndex step) {
  if (step) {
    const std::string_view section = found.section.empty() ? section_of(term) : found.section;
    close_step(step, found.ends ? Outcome::error : Outcome::match, section, found.reason);
    add_untested(scope, term);
  }
  const Verdict verdict = found.ends.value_or(verdict_of(term.qualifier));
  if (!found.told && decides(scope, verdict)) decide(scope, &term, std::move(found.reason));
  return verdict;
}

// §6.2: `exp=` of an included record is not used.
void Evaluation::note_explanation(const Scope& scope, const Term& term) {
  explanation_name_ = expand_in(scope, *scope.record, term).value_or("");
  explanation_domain_ = domain_of(scope);
}

// §6.1.
task::Task<Verdict> Evaluation::redirect(const Scope* scope, const Term* term) {
  const bool within = ++out_.lookups <= request_.limits.lookups;
  const StepIndex step = add_step(*scope, *term);
  const std::string_view written = scope->record->at(term->span);
  if (!within) {
    std::string reason =
        fmt::format("`{}` would be lookup {}; only {} are allowed", written, out_.lookups, request_.limits.lookups);
    close_step(step, Outcome::error, "§4.6.4", reason);
    decide(*scope, nullptr, std::move(reason));
    co_return Verdict::permerror;
  }
  if (uses_macro(*scope->record, *term, 'p')) co_await validate_names(step);
  const auto text = expand_in(*scope, *scope->record, *term);
  auto target = text ? target_name(*text) : std::nullopt;
  if (!target || is_local_macro_unusable(*scope->record, *term)) {
    std::string reason = fmt::format("`{}` leads to no domain name", written);
    close_step(step, Outcome::error, "§6.1", reason);
    decide(*scope, nullptr, std::move(reason));
    co_return Verdict::permerror;
  }
  if (step) {
    out_.steps[*step].target = *text;
    close_step(step, Outcome::match, "§6.1", "no term matched, so the record there decides");
  }
  const Verdict verdict = co_await check(&*target, *text, scope, scope->included, step);
  if (verdict != Verdict::none) co_return verdict;
  out_.reason = fmt::format("`{}`: {}", written, out_.reason);
  close_step(step, Outcome::error, "§6.1", out_.reason);
  co_return Verdict::permerror;
}

/// Whether nothing else has to be done for a term: it does not match, and nobody wants to know why. So it is with most
/// terms of most records.
bool Evaluation::is_passed_over(const Term& term) const noexcept {
  return !request_.trace && is_network(term) && !term.network.contains(ip_);
}

/// `all`, `ip4` and `ip6` ask nothing.
Evaluation::Match Evaluation::match_address(const Scope& scope, const Term& term) const {
  Match out;
  out.matches = term.is(Mechanism::all) || term.network.contains(ip_);
  if (!is_told(scope, term, out.matches)) return out;
  if (term.is(Mechanism::all)) {
    out.reason = "`all` matches every address";
  } else {
    out.reason = joined(ip_.to_string(), out.matches ? " is in " : " is not in ", term.network.to_string());
  }
  return out;
}

/// What keeps a term from asking, if anything does: it has a reason then.
Evaluation::Match Evaluation::count_lookup(const Scope& scope, const Term& term, StepIndex step) {
  Match out;
  ++out_.lookups;
  if (step) out_.steps[*step].lookups = out_.lookups;
  if (out_.lookups > request_.limits.lookups) {
    out.ends = Verdict::permerror;
    out.section = "§4.6.4";
    out.reason = fmt::format("`{}` would be lookup {}; only {} are allowed", scope.record->at(term.span), out_.lookups,
                             request_.limits.lookups);
  } else if (is_local_macro_unusable(*scope.record, term)) {
    out.reason = "the local part is not ASCII, and such senders match no term that needs it (RFC 8616 §4)";
  }
  return out;
}

// §6.2: whatever goes wrong, there is just no explanation.
task::Task<std::string> Evaluation::explain() {
  const auto target = target_name(explanation_name_);
  if (!target) co_return std::string();
  Asking asking(*this, *target, dns::Type::txt, {});
  const dns::Answer& answer = co_await asking;
  if (answer.records.size() != 1) co_return std::string();
  const auto* text = std::get_if<dns::Text>(&answer.records.front().data);
  if (text == nullptr || !text::all_ascii(text->joined())) co_return std::string();
  const auto domain = target_name(explanation_domain_).value_or(dns::Name());
  const Scope scope(domain, explanation_domain_, nullptr, false);
  const Record record = parse_explanation(text->joined());
  if (!record.faults.empty()) co_return std::string();
  const Term& whole = record.terms.front();
  if (uses_macro(record, whole, 'p')) co_await validate_names(StepIndex());
  co_return expand_in(scope, record, whole).value_or("");
}

Evaluation::StepIndex Evaluation::add_step(const Scope& scope, const Term& term) {
  if (!request_.trace) return std::nullopt;
  Step step;
  step.depth = scope.depth;
  step.domain = domain_of(scope);
  step.term = scope.record->at(term.span);
  step.span = term.span;
  step.lookups = out_.lookups;
  step.void_lookups = out_.void_lookups;
  step.section = section_of(term);
  out_.steps.push_back(std::move(step));
  return out_.steps.size() - 1;
}

void Evaluation::close_step(StepIndex index, Outcome outcome, std::string_view section, std::string reason) {
  if (!index) return;
  Step& step = out_.steps[*index];
  step.outcome = outcome;
  step.section = section;
  step.reason = std::move(reason);
  step.void_lookups = out_.void_lookups;
}

void Evaluation::add_untested(const Scope& scope, const Term& after) {
  for (const Term* term = &after + 1; term != scope.record->terms.data() + scope.record->terms.size(); ++term) {
    if (term->kind == TermKind::mechanism || term->is(Modifier::redirect)) add_step(scope, *term);
  }
}

}  // namespace envelint::spf
