#pragma once

#include <envelint/spf/check_host.hpp>
#include <envelint/spf/macro.hpp>
#include <envelint/spf/record.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::spf {

/// One evaluation of check_host(), with its counters. Used by `check_host` alone; must outlive its tasks.
class Evaluation {
 public:
  Evaluation(dns::Resolver& resolver, CheckRequest request);

  [[nodiscard]] task::Task<CheckResult> run();

 private:
  /// What one record comes to.
  struct Result {
    Verdict verdict = Verdict::none;
    std::string mechanism;
    std::vector<std::string> path;
    std::string reason;
    std::string explanation_name;  ///< the target of `exp=`, macros expanded; empty without one
  };

  /// Whether a term matches, or what it ends the evaluation with.
  struct Match {
    bool matches = false;
    std::optional<Verdict> ends;  ///< temperror or permerror
    std::string reason;
    std::string_view section;     ///< where it is not that of the term
    Result inner;  ///< include: what the included record came to
  };

  /// A record under evaluation.
  struct Scope {
    dns::Name name;
    std::string domain;  ///< the name as text, for macros
    Record record;
    std::uint32_t depth = 0;
  };

  /// The place of a term in the trace; nothing without one. Steps move when others are added.
  using StepIndex = std::optional<std::size_t>;

  bool split_identity();
  [[nodiscard]] task::Task<Result> check(dns::Name name, std::string domain, std::uint32_t depth, StepIndex asker);
  [[nodiscard]] task::Task<Result> evaluate(Scope* scope);
  [[nodiscard]] task::Task<Result> redirect(Scope* scope, const Term* term);
  [[nodiscard]] task::Task<Match> match(Scope* scope, const Term* term, StepIndex step);
  [[nodiscard]] task::Task<Match> match_include(Scope* scope, dns::Name target, StepIndex step);
  [[nodiscard]] task::Task<Match> match_a(const Term* term, dns::Name target, StepIndex step);
  [[nodiscard]] task::Task<Match> match_mx(const Term* term, dns::Name target, StepIndex step);
  [[nodiscard]] task::Task<Match> match_ptr(dns::Name target, StepIndex step);
  [[nodiscard]] task::Task<Match> match_exists(dns::Name target, StepIndex step);
  [[nodiscard]] task::Task<void> validate_names(StepIndex step);
  [[nodiscard]] task::Task<std::string> explain(std::string name, std::string domain);

  [[nodiscard]] task::Task<dns::Answer> ask(dns::Query query, StepIndex step);
  [[nodiscard]] std::vector<Asked>& asked_by(StepIndex step);
  [[nodiscard]] bool count_void(const dns::Answer& answer, StepIndex step);
  [[nodiscard]] std::optional<std::string> expand_in(const Scope& scope, const Record& record, const Term& term) const;
  [[nodiscard]] std::string validated_name(const dns::Name& domain) const;
  [[nodiscard]] bool is_local_macro_unusable(const Record& record, const Term& term) const;
  [[nodiscard]] dns::Type address_type() const noexcept { return ip_.is_v4() ? dns::Type::a : dns::Type::aaaa; }
  [[nodiscard]] bool has_client(const dns::Answer& answer, const Term& term) const;

  StepIndex add_step(const Scope& scope, const Term* term);
  void close_step(StepIndex step, Outcome outcome, std::string_view section, std::string reason);
  void add_untested(const Scope& scope, std::size_t from);

  dns::Resolver& dns_;
  CheckRequest request_;
  net::Address ip_;
  std::string local_;
  std::string domain_of_;
  std::string sender_;
  dns::Name start_;
  std::optional<std::vector<dns::Name>> validated_;
  std::uint32_t questions_ = 0;
  CheckResult out_;
};

}  // namespace envelint::spf
