#include <envelint/dns/deadline_resolver.hpp>

#include <envelint/io/signal.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace envelint::dns {
namespace {

constexpr std::string_view kOver = "the time allowed is over";

}  // namespace

task::Task<Answer> DeadlineResolver::query(Query query) {
  if (!until_.is_never() && until_.passed(loop_.now())) co_return Answer(Trouble::timeout, std::string(kOver));
  io::Signal ended(loop_);
  task::Task<Answer> asked = inner_.query(std::move(query));
  const task::detail::Continuation set{[](void* signal) { static_cast<io::Signal*>(signal)->set(); }, &ended};
  if (!asked.start(set)) co_return asked.take();
  auto wait = ended.wait(until_);
  if (co_await wait) co_return asked.take();
  co_return Answer(Trouble::timeout, std::string(kOver));
}

}  // namespace envelint::dns
