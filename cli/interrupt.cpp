#include "interrupt.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <utility>

namespace cli {

using envelint::io::Call;
using envelint::io::EventLoop;
using envelint::io::FileDescriptor;

Interrupt::Interrupt(EventLoop& loop, Call call) : call_(call) {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGINT);
  sigaddset(&wanted, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &wanted, &before_);
  FileDescriptor file(signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!file) {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    return;
  }
  signals_.emplace(loop, std::move(file));
  signals_->when_readable({[](void* self) { static_cast<Interrupt*>(self)->take(); }, this});
}

Interrupt::~Interrupt() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

void Interrupt::take() {
  signalfd_siginfo info{};
  if (::read(signals_->number(), &info, sizeof info) != sizeof info) return;
  number_ = static_cast<int>(info.ssi_signo);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  call_();
}

void end_by_signal(int number) {
  std::signal(number, SIG_DFL);
  std::raise(number);
}

}  // namespace cli
