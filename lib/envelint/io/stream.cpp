#include <envelint/io/stream.hpp>

#include <envelint/io/socket.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace envelint::io {
namespace {

std::error_code last_error() noexcept { return {errno, std::generic_category()}; }

bool would_block(std::error_code error) noexcept {
  return error == std::errc::operation_would_block || error == std::errc::resource_unavailable_try_again;
}

const std::error_code kTimedOut = std::make_error_code(std::errc::timed_out);

}  // namespace

Stream::Stream(EventLoop& loop, FileDescriptor connected)
    : descriptor_(std::make_unique<Descriptor>(loop, std::move(connected))) {}

task::Task<std::expected<Stream, std::error_code>> Stream::connect(EventLoop* loop, Endpoint peer, Deadline until) {
  auto file = connect_tcp(peer);
  if (!file) co_return std::unexpected(file.error());
  Stream stream(*loop, *std::move(file));
  if (!co_await stream.descriptor_->writable(until)) co_return std::unexpected(kTimedOut);
  if (const std::error_code error = connect_result(stream.descriptor_->number())) co_return std::unexpected(error);
  co_return stream;
}

task::Task<std::expected<std::size_t, std::error_code>> Stream::read_some(std::span<char> into, Deadline until) {
  while (true) {
    const ssize_t size = ::recv(descriptor_->number(), into.data(), into.size(), 0);
    if (size >= 0) co_return static_cast<std::size_t>(size);
    const std::error_code error = last_error();
    if (error == std::errc::interrupted) continue;
    if (!would_block(error)) co_return std::unexpected(error);
    if (!co_await descriptor_->readable(until)) co_return std::unexpected(kTimedOut);
  }
}

task::Task<std::expected<std::string, std::error_code>> Stream::read(std::size_t most, Deadline until) {
  std::string bytes(most, '\0');
  auto size = co_await read_some(bytes, until);
  if (!size) co_return std::unexpected(size.error());
  bytes.resize(*size);
  co_return bytes;
}

task::Task<std::expected<std::string, std::error_code>> Stream::read_exactly(std::size_t size, Deadline until) {
  std::string bytes;
  while (bytes.size() < size) {
    auto some = co_await read(size - bytes.size(), until);
    if (!some) co_return std::unexpected(some.error());
    if (some->empty()) break;
    bytes += *some;
  }
  co_return bytes;
}

task::Task<std::error_code> Stream::write(std::string bytes, Deadline until) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t size = ::send(descriptor_->number(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(size));
      continue;
    }
    const std::error_code error = last_error();
    if (error == std::errc::interrupted) continue;
    if (!would_block(error)) co_return error;
    if (!co_await descriptor_->writable(until)) co_return kTimedOut;
  }
  co_return std::error_code();
}

void Stream::finish_writing() noexcept {
  static_cast<void>(::shutdown(descriptor_->number(), SHUT_WR));  // fails only when the peer has gone already
}

void Stream::stop_reading() noexcept { static_cast<void>(::shutdown(descriptor_->number(), SHUT_RD)); }

Listener::Listener(EventLoop& loop, FileDescriptor listening, Endpoint endpoint)
    : loop_(&loop),
      descriptor_(std::make_unique<Descriptor>(loop, std::move(listening))),
      endpoint_(std::move(endpoint)) {}

std::expected<Listener, std::error_code> Listener::open(EventLoop& loop, const Endpoint& local) {
  auto file = listen_tcp(local);
  if (!file) return std::unexpected(file.error());
  auto bound = local_endpoint(file->number());
  if (!bound) return std::unexpected(bound.error());
  return Listener(loop, *std::move(file), *std::move(bound));
}

task::Task<std::expected<Stream, std::error_code>> Listener::accept(Deadline until) {
  while (true) {
    auto file = accept_tcp(descriptor_->number());
    if (file) co_return Stream(*loop_, *std::move(file));
    if (file.error() == std::errc::interrupted || file.error() == std::errc::connection_aborted) continue;
    if (!would_block(file.error())) co_return std::unexpected(file.error());
    if (!co_await descriptor_->readable(until)) co_return std::unexpected(kTimedOut);
  }
}

}  // namespace envelint::io
