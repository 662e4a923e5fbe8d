#include <envelint/dns/bounded_resolver.hpp>

#include <algorithm>
#include <utility>

namespace envelint::dns {

void BoundedResolver::note(const Query& query, const Answer& answer) {
  if (!answer.unknown() && answer.extended_error &&
      std::ranges::find(remarks_, query, &Remark::query) == remarks_.end()) {
    remarks_.push_back({query, *answer.extended_error, answer.detail, answer.server});
  }
  if (!answer.unknown() || answer.trouble == Trouble::outside) return;
  if (std::ranges::find(unanswered_, query, &Unanswered::query) != unanswered_.end()) return;
  unanswered_.push_back({query, answer.trouble, answer.detail, answer.server});
}

task::Task<Answer> BoundedResolver::query(Query query) {
  Answer answer;
  if (asked_ >= budget_.questions) {
    answer = Answer(Trouble::limit, "too many questions for one domain");
  } else if (budget_.clock && budget_.clock() >= budget_.deadline) {
    answer = Answer(Trouble::timeout, "the time for this domain is over");
  } else {
    ++asked_;
    answer = co_await inner_.query(query);
  }
  note(query, answer);
  co_return answer;
}

}  // namespace envelint::dns
