// The mechanisms that ask DNS (RFC 7208 §5.2 to §5.5, §5.7), and the validated names of the client.

#include <envelint/dns/describe.hpp>
#include <envelint/dns/reverse.hpp>
#include <envelint/spf/evaluation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace envelint::spf {
namespace {

// §4.6.4: names beyond the tenth are not looked at (ptr), or break the term (mx).
constexpr std::size_t kMaxNames = 10;

std::string question(const dns::Query& query) {
  return fmt::format("{} {}", query.name.to_string(), to_string(query.type));
}

}  // namespace

bool Evaluation::has_client(const dns::Answer& answer, const Term& term) const {
  const int length = ip_.is_v4() ? term.prefix4 : term.prefix6;
  return std::ranges::any_of(answer.records, [&](const dns::Record& record) {
    const auto* address = std::get_if<net::Address>(&record.data);
    return address != nullptr && net::Prefix(*address, length).contains(ip_);
  });
}

// §5.2.
task::Task<Evaluation::Match> Evaluation::match_include(Scope* scope, dns::Name target, StepIndex step) {
  const std::string domain = target.to_string();
  Match out;
  out.inner = co_await check(std::move(target), domain, scope->depth + 1, step);
  switch (out.inner.verdict) {
    case Verdict::pass:
      out.matches = true;
      out.reason = out.inner.reason;
      break;
    case Verdict::fail:
    case Verdict::softfail:
    case Verdict::neutral:
      out.reason = fmt::format("{} gives {}, which is no match", domain, to_string(out.inner.verdict));
      out.inner = {};
      break;
    case Verdict::temperror:
      out.ends = Verdict::temperror;
      out.reason = out.inner.reason;
      break;
    case Verdict::none:
    case Verdict::permerror:
      out.ends = Verdict::permerror;
      out.reason = out.inner.reason;
      break;
  }
  co_return out;
}

// §5.3.
task::Task<Evaluation::Match> Evaluation::match_a(const Term* term, dns::Name target, StepIndex step) {
  Match out;
  dns::Query query(std::move(target), address_type());
  const std::string asked = question(query);
  const dns::Answer answer = co_await ask(std::move(query), step);
  if (answer.unknown()) {
    out.ends = Verdict::temperror;
    out.section = "§5";
    out.reason = fmt::format("nobody answered `{}`: {}", asked, describe(answer));
  } else if (!count_void(answer, step)) {
    out.ends = Verdict::permerror;
    out.section = "§4.6.4";
    out.reason = fmt::format("`{}` is void lookup {}; only {} are allowed", asked, out_.void_lookups,
                             request_.limits.void_lookups);
  } else {
    out.matches = has_client(answer, *term);
    out.reason = fmt::format("{} is {}among the addresses", ip_.to_string(), out.matches ? "" : "not ");
  }
  co_return out;
}

// §5.4.
task::Task<Evaluation::Match> Evaluation::match_mx(const Term* term, dns::Name target, StepIndex step) {
  Match out;
  dns::Query query(std::move(target), dns::Type::mx);
  const std::string asked = question(query);
  const dns::Answer answer = co_await ask(std::move(query), step);
  if (answer.unknown()) {
    out.ends = Verdict::temperror;
    out.section = "§5";
    out.reason = fmt::format("nobody answered `{}`: {}", asked, describe(answer));
    co_return out;
  }
  if (!count_void(answer, step)) {
    out.ends = Verdict::permerror;
    out.section = "§4.6.4";
    out.reason = fmt::format("`{}` is void lookup {}; only {} are allowed", asked, out_.void_lookups,
                             request_.limits.void_lookups);
    co_return out;
  }
  if (answer.records.size() > kMaxNames) {
    out.ends = Verdict::permerror;
    out.section = "§4.6.4";
    out.reason = fmt::format("`{}` has {} hosts; only {} are allowed", asked, answer.records.size(), kMaxNames);
    co_return out;
  }
  for (const dns::Record& record : answer.records) {
    const auto* mx = std::get_if<dns::Mx>(&record.data);
    if (mx == nullptr || mx->exchange.is_root()) continue;
    dns::Query host(mx->exchange, address_type());
    const dns::Answer addresses = co_await ask(std::move(host), step);
    if (addresses.unknown()) {
      out.ends = Verdict::temperror;
      out.section = "§5";
      out.reason = fmt::format("nobody answered `{} {}`: {}", mx->exchange.to_string(), to_string(address_type()),
                               describe(addresses));
      co_return out;
    }
    if (!has_client(addresses, *term)) continue;
    out.matches = true;
    out.reason = fmt::format("{} is an address of {}", ip_.to_string(), mx->exchange.to_string());
    co_return out;
  }
  out.reason = fmt::format("{} is the address of no MX host", ip_.to_string());
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
  dns::Query query(dns::reverse_name(ip_), dns::Type::ptr);
  const dns::Answer answer = co_await ask(std::move(query), step);
  const std::size_t count = std::min(answer.records.size(), kMaxNames);
  const Term whole_address;
  for (std::size_t i = 0; i < count; ++i) {
    const auto* name = std::get_if<dns::Name>(&answer.records[i].data);
    if (name == nullptr) continue;
    dns::Query back(*name, address_type());
    const dns::Answer addresses = co_await ask(std::move(back), step);
    if (has_client(addresses, whole_address)) validated_->push_back(*name);
  }
}

task::Task<Evaluation::Match> Evaluation::match_ptr(dns::Name target, StepIndex step) {
  Match out;
  const bool fresh = !validated_;
  co_await validate_names(step);
  if (fresh && validated_->empty() && step && !out_.steps[*step].asked.empty() &&
      out_.steps[*step].asked.size() == 1) {
    out.reason = fmt::format("{} has no name in reverse DNS", ip_.to_string());
  }
  const auto found = std::ranges::find_if(*validated_, [&](const dns::Name& name) { return name.is_within(target); });
  out.matches = found != validated_->end();
  if (out.matches) {
    out.reason = fmt::format("{} is called {}", ip_.to_string(), found->to_string());
  } else if (out.reason.empty()) {
    out.reason = fmt::format("{} has no confirmed name at or below {}", ip_.to_string(), target.to_string());
  }
  co_return out;
}

// §5.7: A, whatever the family of the client.
task::Task<Evaluation::Match> Evaluation::match_exists(dns::Name target, StepIndex step) {
  Match out;
  dns::Query query(std::move(target), dns::Type::a);
  const std::string asked = question(query);
  const dns::Answer answer = co_await ask(std::move(query), step);
  if (answer.unknown()) {
    out.ends = Verdict::temperror;
    out.section = "§5";
    out.reason = fmt::format("nobody answered `{}`: {}", asked, describe(answer));
  } else if (!count_void(answer, step)) {
    out.ends = Verdict::permerror;
    out.section = "§4.6.4";
    out.reason = fmt::format("`{}` is void lookup {}; only {} are allowed", asked, out_.void_lookups,
                             request_.limits.void_lookups);
  } else {
    out.matches = answer.has_records();
    out.reason = out.matches ? "the name exists" : "the name has no address";
  }
  co_return out;
}

}  // namespace envelint::spf
