#include <envelint/dns/cache.hpp>

#include <envelint/io/signal.hpp>

#include <algorithm>
#include <utility>

namespace envelint::dns {
namespace {

/// About what an answer takes in memory.
std::size_t octets_of(const Answer& answer) {
  struct Size {
    std::size_t operator()(const Raw& raw) const { return raw.data.size(); }
    std::size_t operator()(const net::Address&) const { return 0; }
    std::size_t operator()(const Text& text) const {
      return text.joined().size() + text.joins().size() * sizeof(std::uint32_t);
    }
    std::size_t operator()(const Name& name) const { return name.wire().size(); }
    std::size_t operator()(const Mx& mx) const { return mx.exchange.wire().size(); }
    std::size_t operator()(const Soa& soa) const { return soa.primary.wire().size() + soa.mailbox.wire().size(); }
    std::size_t operator()(const Tlsa& tlsa) const { return tlsa.data.size(); }
  };
  constexpr std::size_t kPlace = 256;  // in the list and the table, with the question
  std::size_t out =
      kPlace + sizeof(Answer) + answer.detail.size() + answer.chain.size() * (sizeof(Name) + Name::kMaxWire);
  for (const Record& record : answer.records) {
    out += sizeof(Record) + record.owner.wire().size() + std::visit(Size{}, record.data);
  }
  return out;
}

}  // namespace

/// A question under way and those who wait for its answer.
struct CachingResolver::Flight {
  /// One who waits; may go at any time.
  class Waiter {
   public:
    Waiter(io::EventLoop& loop, std::shared_ptr<Flight> flight)
        : landed(loop), flight_(std::move(flight)), place_(flight_->waiters.insert(flight_->waiters.end(), &landed)) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() { flight_->waiters.erase(place_); }

    io::Signal landed;

   private:
    std::shared_ptr<Flight> flight_;
    std::list<io::Signal*>::iterator place_;
  };

  std::optional<Answer> answer;
  std::list<io::Signal*> waiters;
};

CachingResolver::CachingResolver(Resolver& inner, io::EventLoop& loop, CacheOptions options)
    : inner_(&inner), loop_(&loop), options_(options), fetches_(loop) {}

CachingResolver::~CachingResolver() = default;

task::Task<Answer> CachingResolver::query(Query query) {
  if (const Kept* kept = find(query)) {
    ++counts_.hits;
    co_return left_of(*kept, query);
  }
  std::shared_ptr<Flight>& under_way = flights_[query];
  const bool is_first = under_way == nullptr;
  if (is_first) under_way = std::make_shared<Flight>();
  const std::shared_ptr<Flight> flight = under_way;
  ++(is_first ? counts_.asked : counts_.shared);
  if (is_first) fetches_.start(fetch(query, flight));
  if (!flight->answer) {
    Flight::Waiter waiter(*loop_, flight);
    auto wait = waiter.landed.wait(io::Deadline::never());
    co_await wait;
  }
  co_return *flight->answer;
}

task::Task<void> CachingResolver::fetch(Query query, std::shared_ptr<Flight> flight) {
  flight->answer = co_await inner_->query(query);
  flights_.erase(query);
  keep(query, *flight->answer);
  for (io::Signal* const waiter : flight->waiters) waiter->set();
}

const CachingResolver::Kept* CachingResolver::find(const Query& query) {
  const auto found = kept_.find(query);
  if (found == kept_.end()) return nullptr;
  const Order::iterator kept = found->second;
  if (kept->expires <= loop_->now()) {
    drop(kept);
    return nullptr;
  }
  order_.splice(order_.begin(), order_, kept);
  return &*kept;
}

/// The answer as it is now, to a question that may be spelled in another way.
Answer CachingResolver::left_of(const Kept& kept, const Query& query) const {
  Answer out = kept.answer;
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(loop_->now() - kept.stored).count();
  if (out.ttl) *out.ttl -= static_cast<std::uint32_t>(std::min<std::int64_t>(*out.ttl, age));
  for (Record& record : out.records) {
    if (record.owner == query.name) record.owner = query.name;
  }
  return out;
}

void CachingResolver::keep(const Query& query, const Answer& answer) {
  std::chrono::seconds life = options_.trouble;
  if (!answer.unknown()) {
    life = std::clamp(std::chrono::seconds(answer.ttl.value_or(0)), options_.least, options_.most);
  }
  const io::TimePoint now = loop_->now();
  if (const auto old = kept_.find(query); old != kept_.end()) drop(old->second);
  order_.push_front(Kept{query, answer, now, now + life, octets_of(answer)});
  kept_.emplace(query, order_.begin());
  octets_ += order_.front().octets;
  while (order_.size() > options_.max_answers || octets_ > options_.max_octets) drop(std::prev(order_.end()));
}

void CachingResolver::drop(Order::iterator kept) {
  octets_ -= kept->octets;
  kept_.erase(kept->query);
  order_.erase(kept);
}

}  // namespace envelint::dns
