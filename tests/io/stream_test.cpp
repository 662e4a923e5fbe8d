#include <support/catch.hpp>

#include <envelint/io/stream.hpp>
#include <envelint/io/task_set.hpp>

#include <chrono>
#include <string>

using namespace envelint;
using namespace envelint::io;
using namespace std::chrono_literals;
using task::Task;

namespace {

const Endpoint kAnyPort(net::Address(std::array<std::uint8_t, 4>{127, 0, 0, 1}), 0);

Task<void> serve_echo(EventLoop* loop, Listener* listener) {
  auto stream = co_await listener->accept(loop->after(1h));
  while (stream) {
    auto some = co_await stream->read(1000, loop->after(1h));
    if (!some || some->empty()) break;
    co_await stream->write(*std::move(some), loop->after(1h));
  }
  if (stream) stream->finish_writing();
}

Task<std::string> say(EventLoop* loop, Endpoint peer, std::string words) {
  auto stream = co_await Stream::connect(loop, peer, loop->after(1s));
  if (!stream) co_return stream.error().message();
  const std::size_t size = words.size();
  TaskSet writer(*loop);
  const auto write = [](Stream* on, EventLoop* in, std::string bytes) -> Task<void> {
    co_await on->write(std::move(bytes), in->after(1h));
    on->finish_writing();
  };
  writer.start(write(&*stream, loop, std::move(words)));
  auto back = co_await stream->read_exactly(size + 1, loop->after(1h));
  co_return back ? *back : back.error().message();
}

Task<std::error_code> read_in_vain(EventLoop* loop, Endpoint peer) {
  auto stream = co_await Stream::connect(loop, peer, loop->after(1s));
  if (!stream) co_return stream.error();
  auto some = co_await stream->read(10, loop->after(20s));
  co_return some ? std::error_code() : some.error();
}

}  // namespace

TEST_CASE("bytes go to a peer on the same loop and come back", "[io]") {
  EventLoop loop(ClockKind::simulated);
  auto listener = Listener::open(loop, kAnyPort);
  REQUIRE(listener);
  TaskSet server(loop);
  server.start(serve_echo(&loop, &*listener));
  CHECK(loop.run(say(&loop, listener->endpoint(), "hello")) == "hello");
  CHECK(server.size() == 0);
}

TEST_CASE("more than the kernel holds at once arrives whole", "[io]") {
  EventLoop loop(ClockKind::simulated);
  auto listener = Listener::open(loop, kAnyPort);
  REQUIRE(listener);
  TaskSet server(loop);
  server.start(serve_echo(&loop, &*listener));
  const std::string much(8'000'000, 'x');
  CHECK(loop.run(say(&loop, listener->endpoint(), much)) == much);
}

TEST_CASE("a peer that says nothing is waited for until the deadline", "[io]") {
  EventLoop loop(ClockKind::simulated);
  auto listener = Listener::open(loop, kAnyPort);
  REQUIRE(listener);
  const TimePoint start = loop.now();
  CHECK(loop.run(read_in_vain(&loop, listener->endpoint())) == std::errc::timed_out);
  CHECK(loop.now() - start >= 20s);
}

TEST_CASE("a port where nobody listens refuses", "[io]") {
  EventLoop loop(ClockKind::simulated);
  auto listener = Listener::open(loop, kAnyPort);
  REQUIRE(listener);
  const Endpoint peer = listener->endpoint();
  listener = std::unexpected(std::error_code());
  CHECK(loop.run(read_in_vain(&loop, peer)) == std::errc::connection_refused);
}
