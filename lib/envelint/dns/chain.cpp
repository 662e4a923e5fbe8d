#include <envelint/dns/chain.hpp>

#include <algorithm>
#include <utility>

namespace envelint::dns {
namespace {

// Resolvers give up on chains at lengths from 8 on.
constexpr std::size_t kMaxChain = 8;

/// The SOA record that says for how long a name has nothing (RFC 2308 §3).
const Record* negative_soa(const Message& message, const Name& name) {
  const auto found = std::ranges::find_if(message.authority, [&](const Record& record) {
    return record.type == Type::soa && name.is_within(record.owner);
  });
  return found == message.authority.end() ? nullptr : &*found;
}

/// `name` with the DNAME's owner at its end replaced by its target (RFC 6672 §2.2).
std::optional<Name> renamed(const Name& name, const Name& owner, const Name& target) {
  const auto labels = name.labels();
  Name out = target;
  for (std::size_t kept = labels.size() - owner.label_count(); kept > 0; --kept) {
    auto child = out.child(labels[kept - 1]);
    if (!child) return std::nullopt;
    out = *std::move(child);
  }
  return out;
}

/// Whether a DNAME is for this name, even one that makes it too long.
bool is_renamed(const Message& message, const Name& name) {
  return std::ranges::any_of(message.answer, [&](const Record& record) {
    return record.type == Type::dname && record.owner != name && name.is_within(record.owner);
  });
}

}  // namespace

Chain::Chain(const Query& query, bool believe_ad) : current_(query), believe_ad_(believe_ad) {}

void Chain::hold_at_most(std::uint32_t ttl) { answer_.ttl = std::min(answer_.ttl.value_or(ttl), ttl); }

void Chain::take_records(Message& message) {
  for (Record& record : message.answer) {
    if (record.type != current_.type || record.owner != current_.name) continue;
    // A set holds each record once (RFC 2181 §5).
    const bool repeated = std::ranges::find(answer_.records, record.data, &Record::data) != answer_.records.end();
    hold_at_most(record.ttl);
    if (repeated) continue;
    answer_.records.push_back(std::move(record));
    answer_.records.back().owner = current_.name;
  }
}

void Chain::take_negative(const Message& message, Answer::State state) {
  answer_.state = state;
  if (const Record* soa = negative_soa(message, current_.name)) {
    hold_at_most(std::min(soa->ttl, std::get<Soa>(soa->data).minimum));  // RFC 2308 §5
  } else {
    answer_.ttl.reset();
  }
}

/// Where CNAME or DNAME lead from the current name.
std::optional<Name> Chain::target(const Message& message) {
  for (const Record& record : message.answer) {
    const Name* const name = std::get_if<Name>(&record.data);
    if (name == nullptr) continue;
    if (record.type == Type::cname && record.owner == current_.name) {
      hold_at_most(record.ttl);
      return *name;
    }
    const bool above = record.type == Type::dname && record.owner != current_.name;
    if (!above || !current_.name.is_within(record.owner)) continue;
    if (auto out = renamed(current_.name, record.owner, *name)) {
      hold_at_most(record.ttl);
      return out;
    }
  }
  return std::nullopt;
}

/// Goes on to a name; false when that makes a loop, which is then the answer.
bool Chain::step_to(Name target) {
  if (answer_.chain.empty()) first_ = current_.name;
  const bool seen = target == first_ || std::ranges::find(answer_.chain, target) != answer_.chain.end();
  if (seen || answer_.chain.size() == kMaxChain) {
    answer_ = give_up(
        Answer(Trouble::loop, seen ? "the CNAME chain leads back to itself" : "the CNAME chain is longer than 8"));
    return false;
  }
  answer_.chain.push_back(target);
  current_.name = std::move(target);
  return true;
}

Chain::Next Chain::follow(Message& message) {
  authenticated_ = authenticated_ && message.authenticated;
  answer_.authenticated = authenticated_ && believe_ad_;
  answer_.unverified_ad = authenticated_ && !believe_ad_;
  bool stepped = false;
  while (true) {
    take_records(message);
    if (!answer_.records.empty()) {
      answer_.state = Answer::State::records;
      return Next::done;
    }
    auto next = target(message);
    if (!next) break;
    stepped = true;
    if (!step_to(*std::move(next))) return Next::done;
  }
  if (message.rcode == Rcode::nxdomain) {  // of the last name, if there is a chain (RFC 6604 §3)
    take_negative(message, Answer::State::nxdomain);
    return Next::done;
  }
  if (stepped && negative_soa(message, current_.name) == nullptr) return Next::ask_on;
  // Nothing there is said by an answer that is empty; this one is to another question.
  if (!stepped && !message.answer.empty() && !is_renamed(message, current_.name)) {
    answer_ = give_up(Answer(Trouble::malformed, "the answer holds records, but none that was asked for"));
    return Next::done;
  }
  take_negative(message, Answer::State::nodata);
  return Next::done;
}

Answer Chain::give_up(Answer trouble) {
  trouble.chain = std::move(answer_.chain);
  return trouble;
}

}  // namespace envelint::dns
