#include <envelint/dns/udp_pool.hpp>

#include <envelint/io/descriptor.hpp>
#include <envelint/io/socket.hpp>

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace envelint::dns {
namespace {

constexpr std::size_t kQueriesPerSocket = 500;
constexpr auto kSocketLife = std::chrono::seconds(10);
// So many datagrams before the loop goes on to others, in so many calls.
constexpr std::size_t kBatch = 16;
constexpr int kBatches = 4;
// More than is asked for and than servers send.
constexpr std::size_t kMaxDatagram = 4096;

/// Room for datagrams that one call of the system receives. Large, and only for the time of a call: on the stack.
class Datagrams {
 public:
  Datagrams() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts_[i] = {buffers_[i].data(), kMaxDatagram};
      headers_[i] = {};
      headers_[i].msg_hdr.msg_iov = &parts_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  /// How many came, or -1 with `errno`.
  [[nodiscard]] int receive(int socket) {
    return ::recvmmsg(socket, headers_.data(), kBatch, MSG_DONTWAIT | MSG_TRUNC, nullptr);
  }

  [[nodiscard]] std::string_view message(std::size_t number) {
    char* const octets = buffers_[number].data();
    const std::size_t length = headers_[number].msg_len;
    if (length <= kMaxDatagram) return {octets, length};
    // What is larger than was asked for has been cut here: as good as an answer that says so itself.
    octets[2] = static_cast<char>(octets[2] | 0x02);
    return {octets, kMaxDatagram};
  }

 private:
  std::array<std::array<char, kMaxDatagram>, kBatch> buffers_;
  std::array<iovec, kBatch> parts_;
  std::array<mmsghdr, kBatch> headers_;
};

}  // namespace

class UdpPool::Socket {
 public:
  Socket(io::EventLoop& loop, TransportCounts& counts, io::FileDescriptor file)
      : counts_(&counts), descriptor_(loop, std::move(file)), opened_(loop.now()) {
    listen();
  }

  [[nodiscard]] bool used_up(io::TimePoint now) const noexcept {
    return sent_ >= kQueriesPerSocket || now - opened_ >= kSocketLife;
  }

  void send(PendingReply& pending, Random& random, std::shared_ptr<Socket> self) {
    std::uint16_t id = random.number16();
    while (pending_.holds(id)) id = random.number16();
    pending.query.set_id(id);
    ++sent_;
    ++counts_->udp_queries;
    const std::string& bytes = pending.query.bytes;
    // An error that an earlier datagram met is told by the next call, which has then sent nothing.
    for (int tries = 0; tries < 2; ++tries) {
      if (::send(descriptor_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0) break;
      const int error = errno;
      if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS) break;  // as good as lost on the way
      if (tries == 1 || (error != ECONNREFUSED && error != EINTR))
        return pending.fail({error, std::generic_category()});
    }
    pending_.add(pending, std::move(self));
  }

 private:
  void listen() {
    descriptor_.when_readable({[](void* socket) { static_cast<Socket*>(socket)->read(); }, this});
  }

  void read() {
    Datagrams came;
    for (int i = 0; i < kBatches; ++i) {
      const int count = came.receive(descriptor_.number());
      if (count < 0) {
        const int error = errno;
        if (error == EINTR) continue;
        if (error != EAGAIN && error != EWOULDBLOCK) pending_.fail_all({error, std::generic_category()});
        break;
      }
      const auto received = static_cast<std::size_t>(count);
      for (std::size_t k = 0; k < received; ++k) {
        if (!pending_.deliver(came.message(k), false)) ++counts_->wrong_replies;
      }
      if (received < kBatch) break;  // that was all there is
    }
    listen();
  }

  TransportCounts* counts_;
  io::Descriptor descriptor_;
  io::TimePoint opened_;
  std::size_t sent_ = 0;
  PendingTable pending_;
};

UdpPool::UdpPool(io::EventLoop& loop, Random& random, TransportCounts& counts, io::Endpoint server, std::size_t sockets)
    : loop_(&loop),
      random_(&random),
      counts_(&counts),
      server_(std::move(server)),
      sockets_(std::max<std::size_t>(sockets, 1)) {}

std::shared_ptr<UdpPool::Socket> UdpPool::pick(std::error_code& error) {
  std::shared_ptr<Socket>& chosen = sockets_[random_->below(sockets_.size())];
  if (chosen && !chosen->used_up(loop_->now())) return chosen;
  auto file = io::connect_udp(server_);
  if (file) return chosen = std::make_shared<Socket>(*loop_, *counts_, *std::move(file));
  error = file.error();
  const bool full = error == std::errc::too_many_files_open || error == std::errc::too_many_files_open_in_system;
  if (!full) return nullptr;
  // An old socket is less safe, and better than none.
  const auto open = std::ranges::find_if(sockets_, [](const auto& socket) { return socket != nullptr; });
  return open == sockets_.end() ? nullptr : *open;
}

void UdpPool::send(PendingReply& pending) {
  std::error_code error;
  std::shared_ptr<Socket> socket = pick(error);
  if (!socket) return pending.fail(error);
  Socket& chosen = *socket;
  chosen.send(pending, *random_, std::move(socket));
}

}  // namespace envelint::dns
