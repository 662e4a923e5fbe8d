#include <envelint/smtp/machine.hpp>

namespace envelint::smtp {

/// The fault at a step: the server's own, or what a recipient of this message asked for.
const Fault* Session::Machine::fault_at(Step step) const noexcept {
  if (const std::optional<Fault>& own = options_.faults.at(step)) return &*own;
  if (!transaction_ || !transaction_->fault || transaction_->fault->step != step) return nullptr;
  return &*transaction_->fault->fault;
}

/// Whether something is to go wrong at this step; it then does.
bool Session::Machine::fails_at(Step step) {
  const Fault* const fault = fault_at(step);
  if (fault == nullptr) return false;
  do_fault(*fault);
  return true;
}

void Session::Machine::do_fault(Fault fault) {
  switch (fault.kind) {
    case Fault::Kind::reply:
      say(fault.reply);
      if (fault.reply.code() == 421) close(Close::Why::fault);
      return;
    case Fault::Kind::drop: return close(Close::Why::fault);
    case Fault::Kind::silence:
      phase_ = Phase::silent;
      forget_mail();
      note("a fault was asked for: no answer from here on");
      return;
  }
}

bool Session::Machine::recipient_fails(const Recipient& recipient) {
  const std::optional<RecipientFault> asked = options_.faults.of_recipient(recipient.path.local_part);
  if (!asked) return false;
  if (asked->slow) slow_ = true;
  if (asked->starttls_next) starttls_is_to_fail_ = true;
  if (!asked->fault) return false;
  if (asked->step == Step::rcpt) {
    do_fault(*asked->fault);
    return true;
  }
  transaction_->fault = asked;
  return false;
}

}  // namespace envelint::smtp
