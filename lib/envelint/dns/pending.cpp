#include <envelint/dns/pending.hpp>

namespace envelint::dns {

PendingReply::~PendingReply() {
  if (table_ != nullptr) table_->remove(*this);
}

void PendingReply::finish(State how, std::error_code why) {
  // The transport is not let go of here: it may be what calls.
  if (table_ != nullptr) table_->remove(*this);
  state = how;
  error = why;
  arrived_->set();
}

PendingTable::~PendingTable() { fail_all(std::make_error_code(std::errc::connection_aborted)); }

bool PendingTable::holds(std::uint16_t id) const noexcept {
  const PendingReply* pending = buckets_[id % kBuckets];
  while (pending != nullptr && pending->query.id() != id) pending = pending->next_;
  return pending != nullptr;
}

void PendingTable::add(PendingReply& pending, std::shared_ptr<void> transport) noexcept {
  PendingReply*& first = bucket(pending.query.id());
  pending.table_ = this;
  pending.next_ = std::exchange(first, &pending);
  pending.transport_ = std::move(transport);
  ++size_;
}

void PendingTable::remove(PendingReply& pending) noexcept {
  PendingReply** link = &bucket(pending.query.id());
  while (*link != &pending) link = &(*link)->next_;
  *link = pending.next_;
  pending.table_ = nullptr;
  --size_;
}

bool PendingTable::deliver(std::string_view message, bool any_case) {
  if (message.size() < 2) return false;
  const auto id =
      static_cast<std::uint16_t>(static_cast<unsigned char>(message[0]) << 8 | static_cast<unsigned char>(message[1]));
  for (PendingReply* pending = bucket(id); pending != nullptr; pending = pending->next_) {
    const Match match = match_reply(pending->query, message);
    if (match == Match::no) continue;
    if (match == Match::headless) {
      pending->finish(PendingReply::State::headless);
    } else if (match == Match::wrong_case && !any_case) {
      pending->finish(PendingReply::State::wrong_case);
    } else {
      pending->reply.assign(message);
      pending->finish(PendingReply::State::replied);
    }
    return true;
  }
  return false;
}

void PendingTable::fail_all(std::error_code why) {
  for (PendingReply*& first : buckets_) {
    while (first != nullptr) first->fail(why);
  }
}

}  // namespace envelint::dns
