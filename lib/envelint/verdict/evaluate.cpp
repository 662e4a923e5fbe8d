#include <envelint/verdict/evaluate.hpp>

#include <envelint/dns/idna.hpp>
#include <envelint/task/gather.hpp>

#include <algorithm>
#include <utility>

namespace envelint::verdict {
namespace {

dkim::VerifyOptions verify_options(const EvaluationOptions& options) {
  dkim::VerifyOptions out(options.now);
  out.clock_skew = options.clock_skew;
  out.limits = options.dkim_limits;
  out.keys = options.keys;
  return out;
}

/// A name of two labels at least: SPF asks about no other (RFC 7208 §4.3), and none can have an address.
std::optional<dns::Name> domain_of(std::string_view text) {
  const auto ascii = dns::to_a_labels(text);
  if (!ascii) return std::nullopt;
  auto name = dns::Name::parse(*ascii);
  if (!name || name->label_count() < 2) return std::nullopt;
  return *std::move(name);
}

/// The name in HELO that has addresses of its own, and is no address literal.
std::optional<dns::Name> host_of(std::string_view helo) {
  return helo.starts_with('[') ? std::nullopt : domain_of(helo);
}

Identifier::State state_of(spf::Verdict verdict) noexcept {
  if (verdict == spf::Verdict::pass) return Identifier::State::authenticated;
  return verdict == spf::Verdict::temperror ? Identifier::State::unknown : Identifier::State::failed;
}

Identifier::State state_of(const dkim::SignatureResult& result, bool count_partial_body) noexcept {
  if (result.result == dkim::Result::temperror) return Identifier::State::unknown;
  if (result.result != dkim::Result::pass) return Identifier::State::failed;
  const bool partial = result.unsigned_octets > 0 && !count_partial_body;
  return partial ? Identifier::State::not_counted : Identifier::State::authenticated;
}

}  // namespace

struct Evaluation::State {
  State(const mail::Message& of, Envelope with, EvaluationOptions how)
      : message(&of),
        options(std::move(how)),
        signatures(of, verify_options(options)),
        chain(of, verify_options(options)) {
    verdict.envelope = std::move(with);
    verdict.author = dmarc::find_author(of);
  }

  const mail::Message* message;
  EvaluationOptions options;
  dkim::Verification signatures;
  arc::Validation chain;
  Verdict verdict;

  [[nodiscard]] task::Task<void> check_sender(dns::Resolver& resolver);
  [[nodiscard]] task::Task<void> check_helo(dns::Resolver& resolver);
  [[nodiscard]] task::Task<void> look_up_helo(dns::Resolver& resolver);
  [[nodiscard]] task::Task<void> look_up_address(dns::Resolver& resolver);
  [[nodiscard]] task::Task<void> verify_signatures(dns::Resolver& resolver);
  [[nodiscard]] task::Task<void> validate_chain(dns::Resolver& resolver);
  [[nodiscard]] task::Task<void> discover(dmarc::RecordFinder& finder, std::size_t author);
  [[nodiscard]] task::Task<void> place(dmarc::RecordFinder& finder, std::size_t identifier);

  [[nodiscard]] spf::CheckRequest request(std::string sender) const;
  [[nodiscard]] task::Task<void> find_sender_record(dns::Resolver& resolver);
  void collect_identifiers();
  void judge();
};

Evaluation::Evaluation(const mail::Message& message, Envelope envelope, EvaluationOptions options)
    : state_(std::make_unique<State>(message, std::move(envelope), std::move(options))) {}
Evaluation::~Evaluation() = default;
Evaluation::Evaluation(Evaluation&&) noexcept = default;
Evaluation& Evaluation::operator=(Evaluation&&) noexcept = default;

void Evaluation::body(std::string_view chunk) {
  state_->signatures.body(chunk);
  state_->chain.body(chunk);
}

spf::CheckRequest Evaluation::State::request(std::string sender) const {
  spf::CheckRequest out(*verdict.envelope.client, std::move(sender), verdict.envelope.helo);
  out.receiver = options.receiver;
  out.now = options.now;
  out.records = options.spf_records;
  out.trace = options.trace;
  return out;
}

task::Task<void> Evaluation::State::check_sender(dns::Resolver& resolver) {
  spf::CheckRequest asked = request(verdict.envelope.mail_from);
  verdict.spf = co_await spf::check_host(resolver, std::move(asked));
}

// RFC 7208 §2.3: HELO is checked by itself; an empty MAIL FROM has been checked by it already (§2.4).
task::Task<void> Evaluation::State::check_helo(dns::Resolver& resolver) {
  if (verdict.envelope.mail_from.empty() || verdict.envelope.helo.empty()) co_return;
  spf::CheckRequest asked = request("");
  verdict.spf_helo = co_await spf::check_host(resolver, std::move(asked));
}

task::Task<void> Evaluation::State::look_up_helo(dns::Resolver& resolver) {
  auto host = host_of(verdict.envelope.helo);
  if (!host) co_return;
  verdict.helo_answer.emplace();
  verdict.helo_leads_back =
      co_await leads_to(resolver, *std::move(host), *verdict.envelope.client, &*verdict.helo_answer);
}

task::Task<void> Evaluation::State::look_up_address(dns::Resolver& resolver) {
  verdict.reverse = co_await look_up_client(resolver, *verdict.envelope.client);
}

task::Task<void> Evaluation::State::verify_signatures(dns::Resolver& resolver) {
  verdict.dkim = co_await signatures.finish(resolver);
}

task::Task<void> Evaluation::State::validate_chain(dns::Resolver& resolver) {
  verdict.arc = co_await chain.finish(resolver);
}

task::Task<void> Evaluation::State::discover(dmarc::RecordFinder& finder, std::size_t author) {
  dns::Name domain = verdict.author.domains[author];
  verdict.dmarc.authors[author].discovery =
      co_await dmarc::discover_for_message(finder, std::move(domain), *options.suffixes);
}

/// Finds the organizational domains of an identifier.
task::Task<void> Evaluation::State::place(dmarc::RecordFinder& finder, std::size_t identifier) {
  Identifier& its = verdict.identifiers[identifier];
  for (const AuthorVerdict& author : verdict.dmarc.authors) {
    if (author.discovery.domain != its.domain) continue;
    its.rfc7489 = author.discovery.rfc7489.organizational_domain;
    its.rfc9989 = author.discovery.rfc9989.organizational_domain;
    co_return;
  }
  const dns::Name listed = options.suffixes->organizational_domain(its.domain).value_or(its.domain);
  its.rfc7489 = {listed, dmarc::Boundary::public_suffix_list};
  const dmarc::TreeWalk walk = co_await finder.walk(its.domain);
  its.rfc9989 = dmarc::organizational_domain(walk);
}

void Evaluation::State::collect_identifiers() {
  if (verdict.spf) {
    if (auto domain = domain_of(verdict.spf->domain)) {
      Identifier& its = verdict.identifiers.emplace_back();
      its.mechanism = Mechanism::spf;
      its.state = state_of(verdict.spf->verdict);
      its.domain = *std::move(domain);
    }
  }
  for (std::size_t i = 0; i < verdict.dkim.size(); ++i) {
    const dkim::SignatureResult& result = verdict.dkim[i];
    if (result.skipped() || !result.signature.domain_name()) continue;
    Identifier& its = verdict.identifiers.emplace_back();
    its.mechanism = Mechanism::dkim;
    its.signature = i;
    its.state = state_of(result, options.count_partial_body);
    its.domain = *result.signature.domain_name();
  }
}

void Evaluation::State::judge() {
  DmarcVerdict& dmarc = verdict.dmarc;
  for (AuthorVerdict& author : dmarc.authors) {
    author.rfc9989 = judge_dmarc(author.discovery.domain, author.discovery.rfc9989, verdict.identifiers);
    author.rfc7489 = judge_dmarc(author.discovery.domain, author.discovery.rfc7489, verdict.identifiers);
    dmarc.disposition = std::max(dmarc.disposition, author.rfc9989.disposition);
  }
  if (const AuthorVerdict* one = verdict.of_author()) dmarc.status = one->rfc9989.status;
}

task::Task<void> Evaluation::State::find_sender_record(dns::Resolver& resolver) {
  const AuthorVerdict* author = verdict.of_author();
  if (author == nullptr || author->rfc9989.status != DmarcStatus::fail || !verdict.envelope.client) co_return;
  SenderRecord record{author->discovery.domain, {}};
  for (const Alignment& one : author->rfc9989.alignments) {
    const Identifier& its = verdict.identifiers[one.identifier];
    if (its.mechanism == Mechanism::spf && one.aligned == true) record.domain = its.domain;
  }
  dns::Query query(record.domain, dns::Type::txt);
  record.texts = co_await resolver.query(std::move(query));
  verdict.sender_record = std::move(record);
}

task::Task<Verdict> Evaluation::finish(dns::Resolver& resolver) {
  State& state = *state_;
  dmarc::RecordFinder finder(resolver, state.options.suffixes);
  state.verdict.dmarc.authors.resize(state.verdict.author.domains.size());

  std::vector<task::Task<void>> questions;
  if (state.verdict.envelope.client) {
    questions.push_back(state.check_sender(resolver));
    questions.push_back(state.check_helo(resolver));
    questions.push_back(state.look_up_helo(resolver));
    questions.push_back(state.look_up_address(resolver));
  }
  questions.push_back(state.verify_signatures(resolver));
  questions.push_back(state.validate_chain(resolver));
  for (std::size_t i = 0; i < state.verdict.author.domains.size(); ++i) questions.push_back(state.discover(finder, i));
  co_await task::gather(std::move(questions));

  state.collect_identifiers();
  std::vector<task::Task<void>> walks;
  for (std::size_t i = 0; i < state.verdict.identifiers.size(); ++i) walks.push_back(state.place(finder, i));
  co_await task::gather(std::move(walks));

  state.judge();
  co_await state.find_sender_record(resolver);
  co_return std::move(state.verdict);
}

task::Task<Verdict> evaluate(dns::Resolver& resolver, mail::Message message, Envelope envelope,
                             EvaluationOptions options) {
  Evaluation evaluation(message, std::move(envelope), std::move(options));
  evaluation.body(message.body());
  co_return co_await evaluation.finish(resolver);
}

}  // namespace envelint::verdict
