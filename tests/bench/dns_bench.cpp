// What a lookup costs:  dns_bench engine SERVER COUNT IN_FLIGHT    ours, against a server that has n0.bench.test to …
//                       dns_bench serial SERVER COUNT              libc's resolver, one question after the other
//                       dns_bench loss COUNT IN_FLIGHT             ours, against a server here that loses one in a hundred
//                       dns_bench floor SERVER COUNT IN_FLIGHT     the same datagrams, only sent and received
// Prints: lookups, those answered, seconds of wall time, of user and of system time of the asking thread.

#include <envelint/dns/network_resolver.hpp>
#include <envelint/dns/resolv_conf.hpp>
#include <envelint/dns/wire.hpp>
#include <envelint/io/socket.hpp>
#include <envelint/task/gather.hpp>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace envelint;

namespace {

std::string name_of(std::size_t number) { return fmt::format("n{}.bench.test", number); }

struct CpuSeconds {
  double user = 0;
  double system = 0;
};

CpuSeconds cpu_seconds() {
  rusage use{};
  ::getrusage(RUSAGE_THREAD, &use);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(use.ru_utime), seconds(use.ru_stime)};
}

/// Measures from its making on.
class Stopwatch {
 public:
  void print(std::size_t lookups, std::size_t answered) const {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - began_;
    const CpuSeconds now = cpu_seconds();
    fmt::print("{} {} {:.4f} {:.4f} {:.4f}\n", lookups, answered, wall.count(), now.user - cpu_.user,
               now.system - cpu_.system);
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  CpuSeconds cpu_ = cpu_seconds();
};

std::vector<dns::Query> questions_for(std::size_t count) {
  std::vector<dns::Query> out;
  for (std::size_t i = 0; i < count; ++i) out.emplace_back(*dns::Name::parse(name_of(i)), dns::Type::txt);
  return out;
}

struct Work {
  dns::NetworkResolver* resolver;
  std::vector<dns::Query> questions;
  std::size_t next = 0;
  std::size_t answered = 0;
};

task::Task<void> ask_on(Work* work) {
  while (work->next < work->questions.size()) {
    dns::Query& question = work->questions[work->next++];
    const dns::Answer answer = co_await work->resolver->query(std::move(question));
    if (answer.has_records()) ++work->answered;
  }
}

void run_engine(const io::Endpoint& server, std::size_t count, std::size_t in_flight) {
  io::EventLoop loop;
  dns::NetworkOptions options;
  options.servers.push_back(server);
  dns::NetworkResolver resolver(loop, options);
  Work work{&resolver, questions_for(count)};
  const Stopwatch watch;
  std::vector<task::Task<void>> askers;
  for (std::size_t i = 0; i < in_flight; ++i) askers.push_back(ask_on(&work));
  loop.run(task::gather(std::move(askers)));
  watch.print(count, work.answered);
}

void run_serial(const io::Endpoint& server, std::size_t count) {
  struct __res_state state{};
  if (::res_ninit(&state) != 0) return;
  state.nscount = 1;
  state.nsaddr_list[0].sin_family = AF_INET;
  state.nsaddr_list[0].sin_port = htons(server.port);
  ::inet_pton(AF_INET, server.address.to_string().c_str(), &state.nsaddr_list[0].sin_addr);
  std::size_t answered = 0;
  std::array<unsigned char, 4096> reply{};
  const Stopwatch watch;
  for (std::size_t i = 0; i < count; ++i) {
    const int size =
        ::res_nquery(&state, name_of(i).c_str(), ns_c_in, ns_t_txt, reply.data(), static_cast<int>(reply.size()));
    if (size > 0) ++answered;
  }
  watch.print(count, answered);
  ::res_nclose(&state);
}

/// What a lookup takes when nothing is done but to hand datagrams to the system and to take them from it.
void run_floor(const io::Endpoint& server, std::size_t count, std::size_t in_flight) {
  const auto socket = io::connect_udp(server);
  if (!socket) return;
  std::vector<std::string> questions;
  for (const dns::Query& query : questions_for(count)) {
    questions.push_back(dns::encode_query(static_cast<std::uint16_t>(questions.size()), query, {}).bytes);
  }
  std::size_t sent = 0;
  std::size_t answered = 0;
  std::array<char, 4096> reply{};
  pollfd ready{socket->number(), POLLIN, 0};
  const Stopwatch watch;
  while (answered < count) {
    for (std::size_t i = 0; i < 64 && sent < count && sent - answered < in_flight; ++i, ++sent) {
      if (::send(socket->number(), questions[sent].data(), questions[sent].size(), 0) < 0) break;
    }
    if (::poll(&ready, 1, 1000) == 0) break;  // what is lost stays lost
    while (::recv(socket->number(), reply.data(), reply.size(), MSG_DONTWAIT) > 0) ++answered;
  }
  watch.print(count, answered);
}

/// Answers every question with a TXT record, but for one in a hundred, until it is destroyed.
class LossyServer {
 public:
  LossyServer() {
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof local;
    const int buffer = 4 << 20;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    const timeval patience{0, 100'000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&local), sizeof local);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&local), &size);
    port_ = ntohs(local.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  LossyServer(const LossyServer&) = delete;
  LossyServer& operator=(const LossyServer&) = delete;
  ~LossyServer() {
    ends_ = true;
    thread_.join();
    ::close(socket_);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void serve() {
    std::array<char, 512> buffer{};
    std::uint32_t seed = 1;
    while (!ends_) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t got =
          ::recvfrom(socket_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 12) continue;
      seed = seed * 1'103'515'245 + 12'345;
      if (seed / 65'536 % 100 == 0) continue;
      std::string reply = answer_to({buffer.data(), static_cast<std::size_t>(got)});
      ::sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
    }
  }

  static std::string answer_to(std::string_view query) {
    const std::size_t question = query.find('\0', 12) + 5;
    std::string out(query.substr(0, question));
    out[2] = static_cast<char>(0x81);
    out[3] = static_cast<char>(0x80);
    out[7] = 1;
    out[11] = 0;
    constexpr std::string_view kRecord("\xc0\x0c\0\x10\0\1\0\0\1\x2c\0\x0c\x0bv=spf1 -all", 24);
    return out.append(kRecord);
  }

  int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

std::size_t number(std::string_view word) {
  std::size_t out = 0;
  std::from_chars(word.data(), word.data() + word.size(), out);
  return out;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string_view> given(words + 1, words + count);
  if (given.size() == 3 && given[0] == "loss") {
    const LossyServer server;
    run_engine({net::Address(std::array<std::uint8_t, 4>{127, 0, 0, 1}), server.port()}, number(given[1]),
               number(given[2]));
    return 0;
  }
  const auto server = given.size() > 2 ? dns::parse_server(given[1]) : std::nullopt;
  if (server && given.size() == 4 && given[0] == "engine") {
    run_engine(*server, number(given[2]), number(given[3]));
  } else if (server && given.size() == 4 && given[0] == "floor") {
    run_floor(*server, number(given[2]), number(given[3]));
  } else if (server && given.size() == 3 && given[0] == "serial") {
    run_serial(*server, number(given[2]));
  } else {
    fmt::print(stderr,
               "usage: dns_bench engine|floor SERVER COUNT IN_FLIGHT | serial SERVER COUNT | loss COUNT IN_FLIGHT\n");
    return 2;
  }
  return 0;
}
