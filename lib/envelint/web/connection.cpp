#include <envelint/web/connection.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace envelint::web {

bool Connection::wait(short events, Clock::time_point until) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    pollfd one{socket_.number(), events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

std::size_t Connection::receive(char* to, std::size_t size, Clock::time_point until) {
  while (wait(POLLIN, until)) {
    const auto got = ::recv(socket_.number(), to, size, 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR && errno != EAGAIN) break;
  }
  return 0;
}

std::expected<void, Refusal> Connection::read_head() {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const auto until = Clock::now() + kHeadTime;
  std::array<char, 4096> block{};
  for (;;) {
    const std::size_t got = receive(block.data(), block.size(), until);
    if (got == 0) return std::unexpected(buffer_.empty() ? Refusal{0, ""} : Refusal{408, "The request does not end."});
    const std::size_t from = buffer_.size() < kEnd.size() ? 0 : buffer_.size() - kEnd.size() + 1;
    buffer_.append(block.data(), got);
    const auto end = buffer_.find(kEnd, from);
    if (end == std::string::npos && buffer_.size() <= kMaxHead) continue;
    auto guarded = guard(std::string_view(buffer_).substr(0, end == std::string::npos ? end : end + kEnd.size()));
    if (!guarded) return std::unexpected(std::move(guarded).error());
    const std::string_view rest = std::string_view(buffer_).substr(end + kEnd.size(), guarded->body);
    body_left_ = guarded->body - rest.size();
    body_until_ = Clock::now() + kBodyTime;
    buffer_ = std::move(guarded->head).append(rest);
    return {};
  }
}

std::size_t Connection::read(char* to, std::size_t size) {
  if (taken_ < buffer_.size()) {
    const std::size_t got = buffer_.copy(to, size, taken_);
    taken_ += got;
    return got;
  }
  if (body_left_ == 0) return 0;
  const std::size_t got = receive(to, std::min(size, body_left_), body_until_);
  body_left_ = got == 0 ? 0 : body_left_ - got;
  return got;
}

bool Connection::write(std::string_view octets) {
  while (!octets.empty()) {
    const auto sent = ::send(socket_.number(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      octets.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EINTR && (errno != EAGAIN || !wait(POLLOUT, Clock::now() + kWriteTime))) {
      return false;
    }
  }
  return true;
}

bool Connection::is_writable() const {
  pollfd one{socket_.number(), POLLOUT, 0};
  return ::poll(&one, 1, 0) > 0;
}

void Connection::finish() {
  ::shutdown(socket_.number(), SHUT_WR);
  const auto until = Clock::now() + std::chrono::seconds(1);
  std::array<char, 4096> block{};
  // Not more than a request may have: somebody who sends for ever is cut off.
  for (std::size_t left = kMaxHead + kMaxBody; left > 0;) {
    const std::size_t got = receive(block.data(), block.size(), until);
    if (got == 0) return;
    left -= std::min(left, got);
  }
}

}  // namespace envelint::web
