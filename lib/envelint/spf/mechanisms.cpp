// The mechanisms that ask DNS (RFC 7208 §5.2 to §5.5, §5.7), and the validated names of the client.

#include <envelint/dns/describe.hpp>
#include <envelint/dns/reverse.hpp>
#include <envelint/spf/evaluation.hpp>
#include <envelint/spf/joined.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace envelint::spf {
namespace {

// §4.6.4: names beyond the tenth are not looked at (ptr), or break the term (mx).
constexpr std::size_t kMaxNames = 10;

}  // namespace

bool Evaluation::has_client(const dns::Answer& answer, const Term& term) const {
  const int length = ip_.is_v4() ? term.prefix4 : term.prefix6;
  return std::ranges::any_of(answer.records, [&](const dns::Record& record) {
    const auto* address = std::get_if<net::Address>(&record.data);
    return address != nullptr && net::Prefix(*address, length).contains(ip_);
  });
}

Evaluation::Match Evaluation::unanswered(const dns::Name& name, dns::Type type, const dns::Answer& answer) const {
  Match out;
  out.ends = Verdict::temperror;
  out.section = "§5";
  out.reason = fmt::format("nobody answered `{} {}`: {}", name.to_string(), to_string(type), describe(answer));
  return out;
}

Evaluation::Match Evaluation::one_void_too_many(const dns::Name& name, dns::Type type) const {
  Match out;
  out.ends = Verdict::permerror;
  out.section = "§4.6.4";
  out.reason = fmt::format("`{} {}` is void lookup {}; only {} are allowed", name.to_string(), to_string(type),
                           out_.void_lookups, request_.limits.void_lookups);
  return out;
}

Evaluation::Match Evaluation::too_many_hosts(const dns::Name& name, std::size_t count) const {
  Match out;
  out.ends = Verdict::permerror;
  out.section = "§4.6.4";
  out.reason = fmt::format("`{} MX` has {} hosts; only {} are allowed", name.to_string(), count, kMaxNames);
  return out;
}

/// Whether a mechanism that asks DNS matches. Its lookup is counted already.
task::Task<Evaluation::Match> Evaluation::match(const Scope* scope, const Term* term, StepIndex step) {
  dns::Name target = scope->name;
  if (!term->value.empty()) {
    const auto expanded = term->has_macros() ? expand_in(*scope, *scope->record, *term) : std::nullopt;
    const std::string_view text = term->has_macros() ? std::string_view(expanded ? *expanded : std::string_view())
                                                     : scope->record->at(term->value);
    if (step) out_.steps[*step].target = text;
    auto name = target_name(text);
    // §5.2: an include whose record cannot be had is an error; other terms just do not match (§4.8).
    if (!name) return match_nothing(std::string(text), term->is(Mechanism::include));
    target = *std::move(name);
  }
  switch (term->mechanism) {
    case Mechanism::include: return match_include(scope, std::move(target), step);
    case Mechanism::a: return match_a(scope, term, std::move(target), step);
    case Mechanism::mx: return match_mx(scope, term, std::move(target), step);
    case Mechanism::ptr: return match_ptr(scope, term, std::move(target), step);
    default: return match_exists(scope, term, std::move(target), step);
  }
}

task::Task<Evaluation::Match> Evaluation::match_nothing(std::string text, bool is_error) {
  Match out;
  if (is_error) out.ends = Verdict::permerror;
  out.reason = fmt::format("`{}` is no domain name", text);
  co_return out;
}

// §5.2.
task::Task<Evaluation::Match> Evaluation::match_include(const Scope* scope, dns::Name target, StepIndex step) {
  const std::string domain = step ? target.to_string() : std::string();  // for the trace alone
  const std::string_view as_named;
  const Verdict inner = co_await check(&target, as_named, scope, true, step);
  Match out;
  switch (inner) {
    case Verdict::pass: out.matches = true; break;
    case Verdict::fail:
    case Verdict::softfail:
    case Verdict::neutral:
      if (step) out.reason = joined(domain, " gives ", to_string(inner), ", which is no match");
      co_return out;
    case Verdict::temperror: out.ends = Verdict::temperror; break;
    case Verdict::none:
    case Verdict::permerror: out.ends = Verdict::permerror; break;
  }
  // A record that is not there, or cannot be read, is the fault of the term that includes it.
  out.told = !out_.mechanism.empty();
  if (step || !out.told) out.reason = out_.reason;
  co_return out;
}

std::string Evaluation::among_addresses(bool matches) const {
  return joined(ip_.to_string(), matches ? " is among the addresses" : " is not among the addresses");
}

// §5.3.
task::Task<Evaluation::Match> Evaluation::match_a(const Scope* scope, const Term* term, dns::Name target,
                                                  StepIndex step) {
  Asking asking(*this, target, address_type(), step);
  const dns::Answer& answer = co_await asking;
  if (answer.unknown()) co_return unanswered(target, address_type(), answer);
  if (!count_void(answer, step)) co_return one_void_too_many(target, address_type());
  Match out;
  out.matches = has_client(answer, *term);
  if (is_told(*scope, *term, out.matches)) out.reason = among_addresses(out.matches);
  co_return out;
}

// §5.4.
task::Task<Evaluation::Match> Evaluation::match_mx(const Scope* scope, const Term* term, dns::Name target,
                                                   StepIndex step) {
  Asking asking(*this, target, dns::Type::mx, step);
  const dns::Answer& answer = co_await asking;
  if (answer.unknown()) co_return unanswered(target, dns::Type::mx, answer);
  if (!count_void(answer, step)) co_return one_void_too_many(target, dns::Type::mx);
  if (answer.records.size() > kMaxNames) co_return too_many_hosts(target, answer.records.size());
  Match out;
  for (const dns::Record& record : answer.records) {
    const auto* mx = std::get_if<dns::Mx>(&record.data);
    if (mx == nullptr || mx->exchange.is_root()) continue;
    Asking host(*this, mx->exchange, address_type(), step);
    const dns::Answer& addresses = co_await host;
    if (addresses.unknown()) co_return unanswered(mx->exchange, address_type(), addresses);
    if (!has_client(addresses, *term)) continue;
    out.matches = true;
    if (is_told(*scope, *term, true)) {
      out.reason = joined(ip_.to_string(), " is an address of ", mx->exchange.to_string());
    }
    co_return out;
  }
  if (step) out.reason = joined(ip_.to_string(), " is the address of no MX host");
  co_return out;
}

std::string Evaluation::validated_name(const dns::Name& domain) const {
  if (!validated_ || validated_->empty()) return "unknown";
  // §7.3: the domain itself where it is among them, else a name below it, else any.
  for (const bool itself : {true, false}) {
    for (const dns::Name& name : *validated_) {
      if (itself ? name == domain : name.is_within(domain)) return name.to_string();
    }
  }
  return validated_->front().to_string();
}

// §5.5: the names of the client that lead back to it. DNS trouble here only means fewer names.
task::Task<void> Evaluation::validate_names(StepIndex step) {
  if (validated_) co_return;
  validated_.emplace();
  const dns::Name reverse = dns::reverse_name(ip_);
  Asking asking(*this, reverse, dns::Type::ptr, step);
  const dns::Answer& answer = co_await asking;
  const std::size_t count = std::min(answer.records.size(), kMaxNames);
  const Term whole_address;
  for (std::size_t i = 0; i < count; ++i) {
    const auto* name = std::get_if<dns::Name>(&answer.records[i].data);
    if (name == nullptr) continue;
    Asking back(*this, *name, address_type(), step);
    const dns::Answer& addresses = co_await back;
    if (has_client(addresses, whole_address)) validated_->push_back(*name);
  }
}

task::Task<Evaluation::Match> Evaluation::match_ptr(const Scope* scope, const Term* term, dns::Name target,
                                                    StepIndex step) {
  Match out;
  const bool fresh = !validated_;
  co_await validate_names(step);
  const auto found = std::ranges::find_if(*validated_, [&](const dns::Name& name) { return name.is_within(target); });
  out.matches = found != validated_->end();
  if (!is_told(*scope, *term, out.matches)) co_return out;
  if (out.matches) {
    out.reason = joined(ip_.to_string(), " is called ", found->to_string());
  } else if (fresh && step && out_.steps[*step].asked.size() == 1) {
    out.reason = fmt::format("{} has no name in reverse DNS", ip_.to_string());
  } else {
    out.reason = fmt::format("{} has no confirmed name at or below {}", ip_.to_string(), target.to_string());
  }
  co_return out;
}

// §5.7: A, whatever the family of the client.
task::Task<Evaluation::Match> Evaluation::match_exists(const Scope* scope, const Term* term, dns::Name target,
                                                       StepIndex step) {
  Asking asking(*this, target, dns::Type::a, step);
  const dns::Answer& answer = co_await asking;
  if (answer.unknown()) co_return unanswered(target, dns::Type::a, answer);
  if (!count_void(answer, step)) co_return one_void_too_many(target, dns::Type::a);
  Match out;
  out.matches = answer.has_records();
  if (is_told(*scope, *term, out.matches)) {
    out.reason = out.matches ? "the name exists" : "the name has no address";
  }
  co_return out;
}

}  // namespace envelint::spf
