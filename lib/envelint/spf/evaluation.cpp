#include <envelint/spf/evaluation.hpp>

#include <envelint/dns/describe.hpp>
#include <envelint/dns/idna.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace envelint::spf {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// §4.3 with §7.1: a domain has several labels, and the last is no number.
bool is_domain(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view top = text.substr(dot + 1);
  const auto host_char = [](char c) { return text::is_alnum(c) || c == '-'; };
  return !top.empty() && std::ranges::all_of(top, host_char) && !std::ranges::all_of(top, text::is_digit);
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

bool asks_dns(const Term& term) {
  if (term.kind == TermKind::modifier) return term.is(Modifier::redirect);
  return !term.is(Mechanism::all) && !term.is(Mechanism::ip4) && !term.is(Mechanism::ip6);
}

}  // namespace

Evaluation::Evaluation(dns::Resolver& resolver, CheckRequest request)
    : dns_(resolver), request_(std::move(request)), ip_(request_.ip.unmapped()) {}

// §2.4, §4.3: the identity that is checked, its local part and its domain.
bool Evaluation::split_identity() {
  std::string_view sender = request_.mail_from;
  if (sender.empty()) {
    out_.identity = Identity::helo;
    sender = request_.helo;
    domain_of_ = sender;
  } else {
    const std::size_t at = sender.rfind('@');
    if (at != std::string_view::npos) local_ = sender.substr(0, at);
    domain_of_ = at == std::string_view::npos ? sender : sender.substr(at + 1);
  }
  if (local_.empty()) local_ = "postmaster";
  // RFC 8616 §4: macros and questions see A-labels.
  if (!is_ascii(domain_of_)) domain_of_ = dns::to_a_labels(domain_of_).value_or(domain_of_);
  sender_ = local_ + '@' + domain_of_;
  out_.domain = domain_of_;
  if (domain_of_.size() > dns::Name::kMaxWire || !is_domain(domain_of_)) return false;
  const auto name = target_name(domain_of_);
  if (name) start_ = *name;
  return name.has_value();
}

task::Task<CheckResult> Evaluation::run() {
  if (!split_identity()) {
    out_.reason = domain_of_.empty() ? "there is no domain to check" : fmt::format("`{}` is no domain name", domain_of_);
    if (!is_domain(domain_of_)) out_.verdict = Verdict::none;
    co_return std::move(out_);
  }
  Result result = co_await check(start_, domain_of_, 0, {});
  out_.verdict = result.verdict;
  out_.mechanism = std::move(result.mechanism);
  out_.path = std::move(result.path);
  out_.reason = std::move(result.reason);
  if (out_.verdict == Verdict::fail && !result.explanation_name.empty()) {
    std::string domain = out_.path.empty() ? domain_of_ : out_.path.back();
    out_.explanation = co_await explain(std::move(result.explanation_name), std::move(domain));
  }
  co_return std::move(out_);
}

task::Task<dns::Answer> Evaluation::ask(dns::Query query, StepIndex step) {
  dns::Answer answer;
  if (questions_ >= kMaxQuestions) {
    answer = dns::Answer(dns::Trouble::limit, "too many questions for one evaluation");
  } else {
    ++questions_;
    answer = co_await dns_.query(query);
  }
  if (request_.trace) asked_by(step).push_back({query, describe(answer), false});
  co_return answer;
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
  const std::string validated = validated_name(scope.name);
  MacroValues values;
  values.ip = ip_;
  values.sender = sender_;
  values.local = local_;
  values.domain_of = domain_of_;
  values.domain = scope.domain;
  values.helo = request_.helo;
  values.validated = validated;
  values.receiver = request_.receiver;
  values.now = request_.now;
  return expand(record, term, values);
}

/// RFC 8616 §4: a local part outside ASCII matches nothing that needs it.
bool Evaluation::is_local_macro_unusable(const Record& record, const Term& term) const {
  return term.has_macros() && !is_ascii(local_) && (uses_macro(record, term, 'l') || uses_macro(record, term, 's'));
}

task::Task<Evaluation::Result> Evaluation::check(dns::Name name, std::string domain, std::uint32_t depth,
                                                StepIndex asker) {
  Scope scope{.name = name, .domain = std::move(domain), .record = {}, .depth = depth};
  dns::Query query(std::move(name), dns::Type::txt);
  const dns::Answer answer = co_await ask(std::move(query), asker);
  Result result;
  result.path.push_back(scope.domain);
  if (answer.unknown()) {
    result.verdict = Verdict::temperror;
    result.reason = fmt::format("nobody answered `{} TXT`: {}", scope.domain, describe(answer));
    co_return result;
  }
  // One void lookup too many changes nothing here: without a record there, include and redirect end with permerror.
  if (depth > 0) (void)count_void(answer, asker);
  const auto records = select_records(answer);
  if (records.size() != 1) {
    result.verdict = records.empty() ? Verdict::none : Verdict::permerror;
    result.reason = records.empty() ? fmt::format("{} has no SPF record", scope.domain)
                                    : fmt::format("{} has {} SPF records; there may be only one", scope.domain, records.size());
    co_return result;
  }
  scope.record = parse(records.front()->joined());
  if (!scope.record.valid()) {
    const Fault& fault = scope.record.faults.front();
    result.verdict = Verdict::permerror;
    const bool in_term = fault.term < scope.record.terms.size();
    const text::Span span = in_term ? scope.record.terms[fault.term].span : fault.span;
    result.reason = fmt::format("the record of {} has a syntax error at `{}`", scope.domain, scope.record.at(span));
    if (in_term) close_step(add_step(scope, &scope.record.terms[fault.term]), Outcome::error, "§4.6", result.reason);
    co_return result;
  }
  co_return co_await evaluate(&scope);
}

// §4.6.2: mechanisms from left to right, then redirect.
task::Task<Evaluation::Result> Evaluation::evaluate(Scope* scope) {
  const Record& record = scope->record;
  const Term* redirect_term = nullptr;
  const Term* exp_term = nullptr;
  bool has_all = false;
  for (const Term& term : record.terms) {
    if (term.is(Modifier::redirect)) redirect_term = &term;
    if (term.is(Modifier::exp)) exp_term = &term;
    if (term.is(Mechanism::all)) has_all = true;
  }
  for (std::size_t i = 0; i < record.terms.size(); ++i) {
    const Term& term = record.terms[i];
    if (term.kind != TermKind::mechanism) continue;
    const StepIndex step = add_step(*scope, &term);
    Match found = co_await match(scope, &term, step);
    if (!found.ends && !found.matches) {
      close_step(step, Outcome::no_match, section_of(term), std::move(found.reason));
      continue;
    }
    Result result = std::move(found.inner);
    const std::string_view section = found.section.empty() ? section_of(term) : found.section;
    close_step(step, found.ends ? Outcome::error : Outcome::match, section, found.reason);
    add_untested(*scope, i + 1);
    result.verdict = found.ends.value_or(verdict_of(term.qualifier));
    result.reason = std::move(found.reason);
    if (result.mechanism.empty()) {
      // An included record that is not there, or cannot be read, is the fault of the term that names it.
      result.mechanism = record.at(term.span);
      result.path.clear();
    }
    result.path.insert(result.path.begin(), scope->domain);
    result.explanation_name.clear();
    if (exp_term != nullptr && result.verdict == Verdict::fail) {
      if (uses_macro(record, *exp_term, 'p')) co_await validate_names({});
      result.explanation_name = expand_in(*scope, record, *exp_term).value_or("");
    }
    co_return result;
  }
  if (redirect_term != nullptr && !has_all) co_return co_await redirect(scope, redirect_term);
  Result result;
  result.verdict = Verdict::neutral;  // §4.7
  result.path.push_back(scope->domain);
  result.reason = fmt::format("no term of {} matches {}", scope->domain, ip_.to_string());
  co_return result;
}

// §6.1.
task::Task<Evaluation::Result> Evaluation::redirect(Scope* scope, const Term* term) {
  Result result;
  result.path.push_back(scope->domain);
  result.verdict = Verdict::permerror;
  const bool within = ++out_.lookups <= request_.limits.lookups;
  const StepIndex step = add_step(*scope, term);
  if (!within) {
    result.reason = fmt::format("`{}` would be lookup {}; only {} are allowed", scope->record.at(term->span),
                                out_.lookups, request_.limits.lookups);
    close_step(step, Outcome::error, "§4.6.4", result.reason);
    co_return result;
  }
  if (uses_macro(scope->record, *term, 'p')) co_await validate_names(step);
  const auto text = expand_in(*scope, scope->record, *term);
  const auto target = text ? target_name(*text) : std::nullopt;
  if (!target || is_local_macro_unusable(scope->record, *term)) {
    result.reason = fmt::format("`{}` leads to no domain name", scope->record.at(term->span));
    close_step(step, Outcome::error, "§6.1", result.reason);
    co_return result;
  }
  if (step) out_.steps[*step].target = *text;
  close_step(step, Outcome::match, "§6.1", "no term matched, so the record there decides");
  Result inner = co_await check(*target, *text, scope->depth + 1, step);
  if (inner.verdict == Verdict::none) {
    inner.verdict = Verdict::permerror;
    inner.reason = fmt::format("`{}`: {}", scope->record.at(term->span), inner.reason);
    close_step(step, Outcome::error, "§6.1", inner.reason);
  }
  inner.path.insert(inner.path.begin(), scope->domain);
  co_return inner;
}

task::Task<Evaluation::Match> Evaluation::match(Scope* scope, const Term* term, StepIndex step) {
  Match out;
  if (term->is(Mechanism::all)) {
    out.matches = true;
    out.reason = "`all` matches every address";
    co_return out;
  }
  if (!asks_dns(*term)) {
    out.matches = term->network.contains(ip_);
    out.reason = fmt::format("{} is {}in {}", ip_.to_string(), out.matches ? "" : "not ", term->network.to_string());
    co_return out;
  }
  ++out_.lookups;
  if (step) out_.steps[*step].lookups = out_.lookups;
  if (out_.lookups > request_.limits.lookups) {
    out.ends = Verdict::permerror;
    out.section = "§4.6.4";
    out.reason = fmt::format("`{}` would be lookup {}; only {} are allowed", scope->record.at(term->span), out_.lookups,
                             request_.limits.lookups);
    co_return out;
  }
  if (is_local_macro_unusable(scope->record, *term)) {
    out.reason = "the local part is not ASCII, and such senders match no term that needs it (RFC 8616 §4)";
    co_return out;
  }
  if (uses_macro(scope->record, *term, 'p')) co_await validate_names(step);
  std::string text = scope->domain;
  std::optional<dns::Name> target = scope->name;
  if (!term->value.empty()) {
    const auto expanded = expand_in(*scope, scope->record, *term);
    text = expanded.value_or("");
    target = target_name(text);
  }
  if (step && !term->value.empty()) out_.steps[*step].target = text;
  if (!target) {
    out.reason = fmt::format("`{}` is no domain name", text);
    // §5.2: an include whose record cannot be had is an error; other terms just do not match (§4.8).
    if (term->is(Mechanism::include)) out.ends = Verdict::permerror;
    co_return out;
  }
  switch (term->mechanism) {
    case Mechanism::include: co_return co_await match_include(scope, *std::move(target), step);
    case Mechanism::a: co_return co_await match_a(term, *std::move(target), step);
    case Mechanism::mx: co_return co_await match_mx(term, *std::move(target), step);
    case Mechanism::ptr: co_return co_await match_ptr(*std::move(target), step);
    default: co_return co_await match_exists(*std::move(target), step);
  }
}

// §6.2: whatever goes wrong, there is just no explanation.
task::Task<std::string> Evaluation::explain(std::string name, std::string domain) {
  const auto target = target_name(name);
  if (!target) co_return std::string();
  dns::Query query(*target, dns::Type::txt);
  const dns::Answer answer = co_await ask(std::move(query), {});
  if (answer.records.size() != 1) co_return std::string();
  const auto* text = std::get_if<dns::Text>(&answer.records.front().data);
  if (text == nullptr || !is_ascii(text->joined())) co_return std::string();
  Scope scope{.name = target_name(domain).value_or(start_), .domain = std::move(domain), .record = {}, .depth = 0};
  scope.record = parse_explanation(text->joined());
  if (!scope.record.faults.empty()) co_return std::string();
  const Term& whole = scope.record.terms.front();
  if (uses_macro(scope.record, whole, 'p')) co_await validate_names({});
  co_return expand_in(scope, scope.record, whole).value_or("");
}

Evaluation::StepIndex Evaluation::add_step(const Scope& scope, const Term* term) {
  if (!request_.trace) return std::nullopt;
  Step step;
  step.depth = scope.depth;
  step.domain = scope.domain;
  step.term = scope.record.at(term->span);
  step.span = term->span;
  step.lookups = out_.lookups;
  step.void_lookups = out_.void_lookups;
  step.section = section_of(*term);
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

void Evaluation::add_untested(const Scope& scope, std::size_t from) {
  if (!request_.trace) return;
  for (std::size_t i = from; i < scope.record.terms.size(); ++i) {
    const Term& term = scope.record.terms[i];
    if (term.kind == TermKind::mechanism || term.is(Modifier::redirect)) add_step(scope, &term);
  }
}

}  // namespace envelint::spf
