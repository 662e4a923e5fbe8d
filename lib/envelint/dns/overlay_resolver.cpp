#include <envelint/dns/overlay_resolver.hpp>

#include <iterator>
#include <utility>

namespace envelint::dns {

task::Task<Answer> OverlayResolver::ask_others(Query query) {
  if (others_ != nullptr) co_return co_await others_->query(std::move(query));
  co_return Answer(Trouble::outside, "the name is not in the zone file");
}

task::Task<Answer> OverlayResolver::query(Query query) {
  if (scope_.is_whole_zone() && !scope_.holds(query.name)) co_return co_await ask_others(std::move(query));
  Answer answer = zone_.answer(query);
  const Name& last = answer.chain.empty() ? query.name : answer.chain.back();
  if (!answer.nothing() || (scope_.is_whole_zone() && scope_.holds(last))) co_return answer;
  if (answer.chain.empty()) co_return co_await ask_others(std::move(query));
  // An alias leads out of the files: what stands there, they do not know.
  Query tail(answer.chain.back(), query.type);
  Answer rest = co_await ask_others(std::move(tail));
  rest.chain.insert(rest.chain.begin(), std::make_move_iterator(answer.chain.begin()),
                    std::make_move_iterator(answer.chain.end()));
  rest.authenticated = false;
  rest.unverified_ad = false;
  co_return rest;
}

}  // namespace envelint::dns
