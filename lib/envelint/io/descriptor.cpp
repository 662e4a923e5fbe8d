#include <envelint/io/descriptor.hpp>

#include <envelint/io/reactor.hpp>

#include <asio/posix/stream_descriptor.hpp>

#include <array>
#include <utility>

namespace envelint::io {

/// Kept alive by what Asio still has to call back, which may be after the descriptor is gone.
struct Descriptor::State : std::enable_shared_from_this<State> {
  State(asio::io_context& context, int number) : stream(context, number) {}

  void when(asio::posix::descriptor_base::wait_type type, std::size_t side, Call call) {
    calls[side] = call;
    if (!call) return;  // the wait goes on and calls nobody
    if (std::exchange(waiting[side], true)) return;
    stream.async_wait(type, [state = shared_from_this(), side](const std::error_code&) {
      state->waiting[side] = false;
      if (const Call due = std::exchange(state->calls[side], {})) due();
    });
  }

  asio::posix::stream_descriptor stream;
  std::array<Call, 2> calls{};
  std::array<bool, 2> waiting{};
};

Descriptor::Descriptor(EventLoop& loop, FileDescriptor file)
    : loop_(&loop), state_(std::make_shared<State>(loop.reactor_->context, file.number())) {
  static_cast<void>(file.release());
}

Descriptor::~Descriptor() {
  state_->calls = {};
  std::error_code ignored;  // of close(2): the file is gone whatever it says
  state_->stream.close(ignored);
}

int Descriptor::number() const noexcept { return state_->stream.native_handle(); }

void Descriptor::when_readable(Call call) { state_->when(asio::posix::descriptor_base::wait_read, 0, call); }

void Descriptor::when_writable(Call call) { state_->when(asio::posix::descriptor_base::wait_write, 1, call); }

namespace {

constexpr auto kSet = [](void* signal) { static_cast<Signal*>(signal)->set(); };

/// Takes the call back when the coroutine that waits is destroyed or gives up.
template <void (Descriptor::*When)(Call)>
class Ready {
 public:
  Ready(EventLoop& loop, Descriptor& descriptor) : signal(loop), descriptor_(descriptor) {
    (descriptor_.*When)({kSet, &signal});
  }
  Ready(const Ready&) = delete;
  Ready& operator=(const Ready&) = delete;
  ~Ready() { (descriptor_.*When)({}); }

  Signal signal;

 private:
  Descriptor& descriptor_;
};

template <void (Descriptor::*When)(Call)>
task::Task<bool> ready(EventLoop* loop, Descriptor* descriptor, Deadline until) {
  Ready<When> ready_now(*loop, *descriptor);
  auto wait = ready_now.signal.wait(until);
  co_return co_await wait;
}

}  // namespace

task::Task<bool> Descriptor::readable(Deadline until) { return ready<&Descriptor::when_readable>(loop_, this, until); }

task::Task<bool> Descriptor::writable(Deadline until) { return ready<&Descriptor::when_writable>(loop_, this, until); }

}  // namespace envelint::io
