#include <envelint/receiver/evaluator.hpp>

#include <envelint/dns/deadline_resolver.hpp>
#include <envelint/rehearsal/senders.hpp>

#include <utility>

namespace envelint::receiver {
namespace {

// Messages that wait for DNS at once, and those that begin in one turn of the loop.
constexpr std::size_t kAtOnce = 256;
constexpr std::size_t kEachTurn = 32;
constexpr std::chrono::seconds kLongestSearch{10};

task::Task<rehearsal::Senders> senders_of(Ground ground, dns::Name domain) {
  if (!ground.live) co_return co_await rehearsal::find_senders(*ground.resolver, std::move(domain));
  dns::DeadlineResolver bounded(*ground.resolver, *ground.loop, ground.loop->after(kLongestSearch));
  co_return co_await rehearsal::find_senders(bounded, std::move(domain));
}

/// Whose SPF record is asked (RFC 7208 §2.4).
std::optional<dns::Name> sender_domain(const smtp::Envelope& envelope) {
  const std::string& text = envelope.from.path.is_null() ? envelope.hello_name : envelope.from.path.domain;
  auto name = dns::Name::parse(text);
  if (!name) return std::nullopt;
  return *std::move(name);
}

std::uint64_t seconds_of(std::chrono::system_clock::time_point time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace

Evaluator::Evaluator(Ground ground, EvaluatorOptions options, Done done)
    : ground_(ground),
      options_(std::move(options)),
      done_(std::move(done)),
      woken_(*ground.loop),
      given_(*ground.loop, {[](void* signal) { static_cast<io::Signal*>(signal)->set(); }, &woken_}),
      gate_(*ground.loop, kAtOnce, kEachTurn),
      tasks_(*ground.loop),
      thread_([this] { ground_.loop->run(serve()); }) {}

Evaluator::~Evaluator() {
  given_.put(nullptr);
  thread_.join();
}

task::Task<void> Evaluator::serve() {
  while (!closing_ || tasks_.size() > 0) {
    io::Signal::Wait wait = woken_.wait(io::Deadline::never());
    co_await wait;
    woken_.reset();
    for (std::shared_ptr<Arrival>& arrival : given_.take()) {
      if (arrival) {
        tasks_.start(evaluate(std::move(arrival)));
      } else {
        closing_ = true;
      }
    }
  }
}

task::Task<void> Evaluator::evaluate(std::shared_ptr<Arrival> arrival) {
  io::Gate::Pass pass(gate_);
  co_await pass;
  arrival->message = mail::Message::split(arrival->received->bytes);
  if (options_.judge) co_await judge(arrival.get());
  done_(std::move(arrival));
  if (closing_) woken_.set();
}

verdict::JudgeOptions Evaluator::how(const Arrival& arrival) {
  verdict::EvaluationOptions evaluation(suffixes_, options_.now.value_or(seconds_of(arrival.time)));
  if (!options_.receiver.empty()) evaluation.receiver = options_.receiver;
  evaluation.spf_records = &records_;
  evaluation.keys = &keys_;
  verdict::JudgeOptions out(std::move(evaluation));
  out.autopsy = options_.autopsy;
  if (ground_.live) out.loop = ground_.loop;
  return out;
}

/// SPF counts from an inner client only where a record lists its very address. Else it would fail everything that is sent
/// here to be looked at, so it is left out, and shown for a client that the record lists.
task::Task<void> Evaluator::judge(Arrival* arrival) {
  const smtp::Envelope& envelope = arrival->received->envelope;
  arrival->judged.emplace(co_await verdict::judge(ground_.resolver, &*arrival->message,
                                                  envelope_of(envelope, options_.client), how(*arrival)));
  const std::optional<spf::CheckResult>& spf = arrival->judged->verdict.spf;
  if (!says_nothing(envelope, options_.client) || (spf && spf->verdict == spf::Verdict::pass)) co_return;
  arrival->client_says_nothing = true;
  verdict::Envelope without_client = envelope_of(envelope, options_.client);
  without_client.client.reset();
  arrival->judged.reset();
  arrival->judged.emplace(
      co_await verdict::judge(ground_.resolver, &*arrival->message, std::move(without_client), how(*arrival)));
  co_await imagine_sender(arrival);
}

task::Task<void> Evaluator::imagine_sender(Arrival* arrival) {
  std::optional<dns::Name> domain = sender_domain(arrival->received->envelope);
  if (!domain) co_return;
  const rehearsal::Senders senders = co_await senders_of(ground_, *std::move(domain));
  if (senders.listed.empty()) co_return;
  const rehearsal::Sender& first = senders.listed.front();
  verdict::Envelope envelope = envelope_of(arrival->received->envelope, options_.client);
  envelope.client = first.address;
  verdict::JudgeOptions options = how(*arrival);
  options.autopsy = false;
  verdict::Judgement judged =
      co_await verdict::judge(ground_.resolver, &*arrival->message, std::move(envelope), std::move(options));
  arrival->what_if.emplace(first.address, first.term, first.listed_in, std::move(judged.verdict));
}

}  // namespace envelint::receiver
