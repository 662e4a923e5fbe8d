#pragma once

#include <envelint/io/endpoint.hpp>
#include <envelint/io/file_descriptor.hpp>

#include <cstddef>
#include <expected>
#include <system_error>

/// Sockets that never block, as plain calls. What to wait for is said by `Descriptor`.
namespace envelint::io {

/// A UDP socket that exchanges datagrams with `peer` alone: the kernel drops what comes from elsewhere and reports
/// ICMP errors. Its own port is a random one.
[[nodiscard]] std::expected<FileDescriptor, std::error_code> connect_udp(const Endpoint& peer);
/// A UDP socket that takes datagrams from anyone. Port 0 takes a free one.
[[nodiscard]] std::expected<FileDescriptor, std::error_code> bind_udp(const Endpoint& local);

/// Begins to connect. When the socket is writable, `connect_result` says whether it has.
[[nodiscard]] std::expected<FileDescriptor, std::error_code> connect_tcp(const Endpoint& peer);
[[nodiscard]] std::error_code connect_result(int socket) noexcept;
/// A socket that listens. Port 0 takes a free one.
[[nodiscard]] std::expected<FileDescriptor, std::error_code> listen_tcp(const Endpoint& local);
/// A connection that waits to be taken, or why there is none; `std::errc::operation_would_block` when nobody waits.
[[nodiscard]] std::expected<FileDescriptor, std::error_code> accept_tcp(int listener);

/// Where a socket is bound.
[[nodiscard]] std::expected<Endpoint, std::error_code> local_endpoint(int socket);
/// What a socket is connected to.
[[nodiscard]] std::expected<Endpoint, std::error_code> peer_endpoint(int socket);
/// Cuts a TCP connection off: the peer gets a reset, what was not sent yet is lost, and all further calls fail. The
/// file stays open for whoever still waits on it.
void reset_tcp(int socket) noexcept;

/// Raises the limit of open files to what the system lets this process have, and gives the limit that holds then.
/// It is the whole process's: for a program to call once, not for a library.
std::size_t raise_descriptor_limit() noexcept;

}  // namespace envelint::io
