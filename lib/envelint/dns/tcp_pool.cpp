#include <envelint/dns/tcp_pool.hpp>

#include <envelint/io/descriptor.hpp>
#include <envelint/io/socket.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

namespace envelint::dns {
namespace {

constexpr std::size_t kQueriesPerConnection = 500;
// Looked at so often, a connection is closed when it was idle all the while.
constexpr auto kIdleCheck = std::chrono::seconds(1);
// A connection with so few questions under way is not worth a second one.
constexpr std::size_t kShared = 4;
constexpr std::size_t kReadSize = 16'384;
// So many reads before the loop goes on to others.
constexpr int kBatch = 16;

}  // namespace

class TcpPool::Connection {
 public:
  Connection(io::EventLoop& loop, TransportCounts& counts, io::FileDescriptor file)
      : loop_(&loop),
        counts_(&counts),
        descriptor_(std::make_unique<io::Descriptor>(loop, std::move(file))),
        idle_(loop, {[](void* self) { static_cast<Connection*>(self)->check_idle(); }, this}) {
    when_writable();
    idle_.set(loop.after(kIdleCheck));
  }

  [[nodiscard]] bool closed() const noexcept { return descriptor_ == nullptr; }
  [[nodiscard]] bool used_up() const noexcept { return closed() || sent_ >= kQueriesPerConnection; }
  [[nodiscard]] bool connected() const noexcept { return connected_; }
  [[nodiscard]] std::size_t under_way() const noexcept { return pending_.size(); }

  void send(PendingReply& pending, Random& random, std::shared_ptr<Connection> self) {
    std::uint16_t id = random.number16();
    while (pending_.holds(id)) id = random.number16();
    pending.query.set_id(id);
    ++sent_;
    ++counts_->tcp_queries;
    pending_.add(pending, std::move(self));
    const std::string& bytes = pending.query.bytes;
    out_ += static_cast<char>(bytes.size() >> 8);
    out_ += static_cast<char>(bytes.size() & 0xff);
    out_ += bytes;
    if (connected_) write();
  }

 private:
  void close(std::error_code why) {
    descriptor_.reset();
    idle_.cancel();
    out_.clear();
    in_.clear();
    pending_.fail_all(why);
  }

  void check_idle() {
    if (pending_.empty() && sent_ == sent_at_check_) return close(std::make_error_code(std::errc::timed_out));
    sent_at_check_ = sent_;
    idle_.set(loop_->after(kIdleCheck));
  }

  void when_writable() {
    descriptor_->when_writable({[](void* self) { static_cast<Connection*>(self)->on_writable(); }, this});
  }
  void when_readable() {
    descriptor_->when_readable({[](void* self) { static_cast<Connection*>(self)->read(); }, this});
  }

  void on_writable() {
    if (!connected_) {
      if (const std::error_code error = io::connect_result(descriptor_->number())) return close(error);
      connected_ = true;
      when_readable();
    }
    write();
  }

  void write() {
    while (!out_.empty()) {
      const ssize_t size = ::send(descriptor_->number(), out_.data(), out_.size(), MSG_NOSIGNAL);
      if (size >= 0) {
        out_.erase(0, static_cast<std::size_t>(size));
        continue;
      }
      const int error = errno;
      if (error == EINTR) continue;
      if (error == EAGAIN || error == EWOULDBLOCK) return when_writable();
      return close({error, std::generic_category()});
    }
  }

  void read() {
    std::array<char, kReadSize> buffer;
    for (int i = 0; i < kBatch; ++i) {
      const ssize_t size = ::recv(descriptor_->number(), buffer.data(), buffer.size(), 0);
      if (size == 0) return close(std::make_error_code(std::errc::connection_reset));
      if (size < 0) {
        const int error = errno;
        if (error == EINTR) continue;
        if (error == EAGAIN || error == EWOULDBLOCK) break;
        return close({error, std::generic_category()});
      }
      in_.append(buffer.data(), static_cast<std::size_t>(size));
      if (!take_messages()) return close(std::make_error_code(std::errc::protocol_error));
    }
    when_readable();
  }

  // A message and its length are at most 64 kilobytes, so what is kept is that and one read.
  bool take_messages() {
    std::string_view rest = in_;
    while (rest.size() >= 2) {
      const std::size_t size =
          static_cast<std::size_t>(static_cast<unsigned char>(rest[0])) << 8 | static_cast<unsigned char>(rest[1]);
      if (size == 0) return false;
      if (rest.size() < 2 + size) break;
      if (!pending_.deliver(rest.substr(2, size), true)) ++counts_->wrong_replies;
      rest.remove_prefix(2 + size);
    }
    in_.erase(0, in_.size() - rest.size());
    return true;
  }

  io::EventLoop* loop_;
  TransportCounts* counts_;
  std::unique_ptr<io::Descriptor> descriptor_;
  io::Timer idle_;
  bool connected_ = false;
  std::size_t sent_ = 0;
  std::size_t sent_at_check_ = 0;
  std::string out_;
  std::string in_;
  PendingTable pending_;
};

TcpPool::TcpPool(io::EventLoop& loop, Random& random, TransportCounts& counts, io::Endpoint server,
                 std::size_t connections)
    : loop_(&loop),
      random_(&random),
      counts_(&counts),
      server_(std::move(server)),
      limit_(std::max<std::size_t>(connections, 1)) {}

/// The least busy connection, or a new one while there may be more.
std::shared_ptr<TcpPool::Connection> TcpPool::pick(std::error_code& error) {
  std::erase_if(connections_, [](const auto& connection) { return connection->used_up(); });
  const auto least = std::ranges::min_element(connections_, {}, [](const auto& c) { return c->under_way(); });
  const bool has_one = least != connections_.end();
  if (has_one && ((*least)->under_way() < kShared || connections_.size() >= limit_)) return *least;
  auto file = io::connect_tcp(server_);
  if (file) return connections_.emplace_back(std::make_shared<Connection>(*loop_, *counts_, *std::move(file)));
  error = file.error();
  return has_one ? *least : nullptr;
}

bool TcpPool::send(PendingReply& pending) {
  std::error_code error;
  std::shared_ptr<Connection> connection = pick(error);
  if (!connection) {
    pending.fail(error);
    return false;
  }
  Connection& chosen = *connection;
  const bool was_open = chosen.connected();
  chosen.send(pending, *random_, std::move(connection));
  return was_open;
}

}  // namespace envelint::dns
