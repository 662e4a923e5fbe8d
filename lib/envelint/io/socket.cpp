#include <envelint/io/socket.hpp>

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace envelint::io {
namespace {

// What the kernel gives of it is enough for some hundred datagrams that arrive at once.
constexpr int kReceiveBuffer = 1 << 20;
constexpr int kBacklog = 1024;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

std::error_code last_error() noexcept { return {errno, std::generic_category()}; }

SocketAddress to_socket_address(const Endpoint& endpoint) {
  SocketAddress out;
  if (endpoint.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.octets().data(), sizeof v4.sin_addr);
    std::memcpy(&out.storage, &v4, sizeof v4);
    out.size = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    v6.sin6_scope_id = endpoint.scope.empty() ? 0 : ::if_nametoindex(endpoint.scope.c_str());
    std::memcpy(&v6.sin6_addr, endpoint.address.octets().data(), sizeof v6.sin6_addr);
    std::memcpy(&out.storage, &v6, sizeof v6);
    out.size = sizeof v6;
  }
  return out;
}

Endpoint to_endpoint(const SocketAddress& address) {
  if (address.storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address.storage, sizeof v4);
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &v4.sin_addr, octets.size());
    return Endpoint(net::Address(octets), ntohs(v4.sin_port));
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address.storage, sizeof v6);
  std::array<std::uint8_t, 16> octets{};
  std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
  return Endpoint(net::Address(octets), ntohs(v6.sin6_port));
}

std::expected<FileDescriptor, std::error_code> open(const Endpoint& endpoint, int type) {
  const int family = endpoint.address.is_v4() ? AF_INET : AF_INET6;
  FileDescriptor file(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!file) return std::unexpected(last_error());
  return file;
}

void set_option(int socket, int level, int option, int value) noexcept {
  // These make things faster or tidier; without them everything works too.
  static_cast<void>(::setsockopt(socket, level, option, &value, sizeof value));
}

}  // namespace

std::expected<FileDescriptor, std::error_code> connect_udp(const Endpoint& peer) {
  auto file = open(peer, SOCK_DGRAM);
  if (!file) return file;
  set_option(file->number(), SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  const SocketAddress address = to_socket_address(peer);
  if (::connect(file->number(), address.get(), address.size) != 0) return std::unexpected(last_error());
  return file;
}

std::expected<FileDescriptor, std::error_code> bind_udp(const Endpoint& local) {
  auto file = open(local, SOCK_DGRAM);
  if (!file) return file;
  set_option(file->number(), SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  const SocketAddress address = to_socket_address(local);
  if (::bind(file->number(), address.get(), address.size) != 0) return std::unexpected(last_error());
  return file;
}

std::expected<FileDescriptor, std::error_code> connect_tcp(const Endpoint& peer) {
  auto file = open(peer, SOCK_STREAM);
  if (!file) return file;
  set_option(file->number(), IPPROTO_TCP, TCP_NODELAY, 1);
  const SocketAddress address = to_socket_address(peer);
  const int result = ::connect(file->number(), address.get(), address.size);
  if (result != 0 && errno != EINPROGRESS) return std::unexpected(last_error());
  return file;
}

std::error_code connect_result(int socket) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return last_error();
  return {error, std::generic_category()};
}

std::expected<FileDescriptor, std::error_code> listen_tcp(const Endpoint& local) {
  auto file = open(local, SOCK_STREAM);
  if (!file) return file;
  set_option(file->number(), SOL_SOCKET, SO_REUSEADDR, 1);
  const SocketAddress address = to_socket_address(local);
  if (::bind(file->number(), address.get(), address.size) != 0) return std::unexpected(last_error());
  if (::listen(file->number(), kBacklog) != 0) return std::unexpected(last_error());
  return file;
}

std::expected<FileDescriptor, std::error_code> accept_tcp(int listener) {
  FileDescriptor file(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!file) return std::unexpected(last_error());
  set_option(file.number(), IPPROTO_TCP, TCP_NODELAY, 1);
  return file;
}

std::expected<Endpoint, std::error_code> local_endpoint(int socket) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getsockname(socket, address.get(), &address.size) != 0) return std::unexpected(last_error());
  return to_endpoint(address);
}

std::expected<Endpoint, std::error_code> peer_endpoint(int socket) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getpeername(socket, address.get(), &address.size) != 0) return std::unexpected(last_error());
  return to_endpoint(address);
}

void reset_tcp(int socket) noexcept {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  static_cast<void>(::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
  // Where this fails, closing resets it.
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  static_cast<void>(::connect(socket, &nobody, sizeof nobody));
}

std::size_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t held = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : held;
}

}  // namespace envelint::io
