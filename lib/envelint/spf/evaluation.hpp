#pragma once

#include <envelint/spf/check_host.hpp>
#include <envelint/spf/macro.hpp>
#include <envelint/spf/record.hpp>

#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::spf {

/// One evaluation of check_host(), with its counters. Used by `check_host` alone.
///
/// Receivers check every message, so what costs is spared where nobody will see it: a reason is composed for the term
/// that decides and for traces, a name becomes text when a macro needs it, and an answer that lies at hand is read
/// where it lies.
class Evaluation {
 public:
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

  [[nodiscard]] static task::Task<CheckResult> run(dns::Resolver* resolver, CheckRequest request);

 private:
  /// @param request  kept by reference.
  Evaluation(dns::Resolver& resolver, const CheckRequest& request);

  /// Whether a term matches, or what it ends the evaluation with.
  struct Match {
    bool matches = false;
    std::optional<Verdict> ends;  ///< temperror or permerror
    bool told = false;            ///< include: what decides stands in the included record, and is told already
    std::string reason;           ///< empty where nobody will see it
    std::string_view section;     ///< where it is not that of the term
  };

  /// A record under evaluation, and how it was reached.
  struct Scope {
    Scope(const dns::Name& record_name, std::string_view domain, const Scope* from, bool by_include)
        : name(record_name), written(domain), outer(from), included(by_include) {
      if (outer != nullptr) depth = outer->depth + 1;
    }

    const dns::Name& name;
    std::string_view written;  ///< the name as text, where it is not just that of `name`; of what outlives the scope
    const Scope* outer;        ///< nothing for the record of the domain itself
    bool included;             ///< only a pass or an error here decides
    std::uint32_t depth = 0;
    std::shared_ptr<const Record> record;
  };

  /// The place of a term in the trace; nothing without one. Steps move when others are added.
  using StepIndex = std::optional<std::size_t>;

  /// A question. Awaited, it gives the answer, which lies here or where the resolver has it: keep it in its place.
  class Asking {
   public:
    Asking(Evaluation& evaluation, const dns::Name& name, dns::Type type, StepIndex step) noexcept
        : evaluation_(evaluation), name_(name), type_(type), step_(step) {}
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

    [[nodiscard]] bool await_ready();
    [[nodiscard]] bool await_suspend(std::coroutine_handle<> waiting);
    [[nodiscard]] const dns::Answer& await_resume();

   private:
    Evaluation& evaluation_;
    const dns::Name& name_;
    dns::Type type_;
    StepIndex step_;
    const dns::Answer* answer_ = nullptr;
    task::Task<dns::Answer> task_;
    std::optional<dns::Answer> kept_;
  };

  [[nodiscard]] bool split_identity();
  [[nodiscard]] task::Task<Verdict> begin();
  [[nodiscard]] task::Task<Verdict> check(const dns::Name* name, std::string_view written, const Scope* outer,
                                          bool by_include, StepIndex asker);
  [[nodiscard]] std::shared_ptr<const Record> read(const dns::Text& text) const;
  [[nodiscard]] Verdict without_answer(const Scope& scope, const dns::Answer& answer);
  [[nodiscard]] Verdict without_record(const Scope& scope, std::size_t count);
  [[nodiscard]] Verdict with_fault(const Scope& scope);
  [[nodiscard]] Verdict without_match(const Scope& scope);
  [[nodiscard]] Verdict settle(const Scope& scope, const Term& term, Match found, StepIndex step);
  void note_explanation(const Scope& scope, const Term& term);
  [[nodiscard]] task::Task<Verdict> redirect(const Scope* scope, const Term* term);
  [[nodiscard]] task::Task<std::string> explain();

  [[nodiscard]] bool is_passed_over(const Term& term) const noexcept;
  [[nodiscard]] Match match_address(const Scope& scope, const Term& term) const;
  [[nodiscard]] Match count_lookup(const Scope& scope, const Term& term, StepIndex step);
  [[nodiscard]] task::Task<Match> match(const Scope* scope, const Term* term, StepIndex step);
  [[nodiscard]] task::Task<Match> match_nothing(std::string text, bool is_error);
  [[nodiscard]] Match too_many_hosts(const dns::Name& name, std::size_t count) const;
  [[nodiscard]] std::string among_addresses(bool matches) const;
  [[nodiscard]] task::Task<Match> match_include(const Scope* scope, dns::Name target, StepIndex step);
  [[nodiscard]] task::Task<Match> match_a(const Scope* scope, const Term* term, dns::Name target, StepIndex step);
  [[nodiscard]] task::Task<Match> match_mx(const Scope* scope, const Term* term, dns::Name target, StepIndex step);
  [[nodiscard]] task::Task<Match> match_ptr(const Scope* scope, const Term* term, dns::Name target, StepIndex step);
  [[nodiscard]] task::Task<Match> match_exists(const Scope* scope, const Term* term, dns::Name target, StepIndex step);
  [[nodiscard]] task::Task<void> validate_names(StepIndex step);

  [[nodiscard]] std::vector<Asked>& asked_by(StepIndex step);
  [[nodiscard]] bool count_void(const dns::Answer& answer, StepIndex step);
  [[nodiscard]] Match unanswered(const dns::Name& name, dns::Type type, const dns::Answer& answer) const;
  [[nodiscard]] Match one_void_too_many(const dns::Name& name, dns::Type type) const;
  [[nodiscard]] std::optional<std::string> expand_in(const Scope& scope, const Record& record, const Term& term) const;
  [[nodiscard]] std::string validated_name(const dns::Name& domain) const;
  [[nodiscard]] bool is_local_macro_unusable(const Record& record, const Term& term) const;
  [[nodiscard]] dns::Type address_type() const noexcept { return ip_.is_v4() ? dns::Type::a : dns::Type::aaaa; }
  [[nodiscard]] bool has_client(const dns::Answer& answer, const Term& term) const;

  [[nodiscard]] static std::string domain_of(const Scope& scope);
  [[nodiscard]] bool decides(const Scope& scope, Verdict verdict) const noexcept;
  [[nodiscard]] bool is_told(const Scope& scope, const Term& term, bool matches) const noexcept;
  void decide(const Scope& scope, const Term* term, std::string reason);

  StepIndex add_step(const Scope& scope, const Term& term);
  void close_step(StepIndex step, Outcome outcome, std::string_view section, std::string reason);
  void add_untested(const Scope& scope, const Term& after);

  dns::Resolver& dns_;
  const CheckRequest& request_;
  net::Address ip_;
  dns::Name identity_;          // the domain that is checked
  std::string a_labels_;        // the same as text, where it was not written as such
  std::string_view local_;      // of request_
  std::string_view domain_of_;  // of request_, or a_labels_
  std::optional<std::vector<dns::Name>> validated_;
  std::string explanation_name_;  // where `exp=` of the record that decides leads to
  std::string explanation_domain_;
  std::uint32_t questions_ = 0;
  CheckResult out_;
};

}  // namespace envelint::spf
