#pragma once

#include <dns/messages.hpp>

#include <envelint/dns/zone_file.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/io/descriptor.hpp>
#include <envelint/io/socket.hpp>
#include <envelint/io/stream.hpp>
#include <envelint/io/task_set.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace test {

/// A question as a server got it.
struct Asked {
  std::string bytes;
  bool tcp = false;

  [[nodiscard]] unsigned flags() const {
    return static_cast<unsigned>(static_cast<unsigned char>(bytes[2]) << 8 | static_cast<unsigned char>(bytes[3]));
  }
  [[nodiscard]] bool recursion_desired() const { return (flags() & 0x0100) != 0; }
  [[nodiscard]] bool checking_disabled() const { return (flags() & 0x0010) != 0; }
  [[nodiscard]] bool edns() const { return bytes[11] == 1; }
  [[nodiscard]] envelint::dns::Name name() const {
    return *envelint::dns::Name::from_wire(std::string_view(bytes).substr(12));
  }
  [[nodiscard]] std::string question() const { return bytes.substr(12, name().wire().size() + 5); }
  [[nodiscard]] envelint::dns::Type type() const {
    const std::string text = question();
    const std::size_t at = text.size() - 4;
    return static_cast<envelint::dns::Type>(static_cast<unsigned char>(text[at]) << 8 |
                                            static_cast<unsigned char>(text[at + 1]));
  }
  [[nodiscard]] envelint::dns::Query query() const { return {name(), type()}; }
  /// An empty answer to it, to be filled.
  [[nodiscard]] Draft answer(unsigned rcode = 0) const {
    Draft out;
    out.id =
        static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) << 8 | static_cast<unsigned char>(bytes[1]));
    out.flags |= rcode;
    out.question = question();
    if (edns()) out.additional.push_back(wire_opt());
    return out;
  }
};

/// What a server sends back, and how badly.
struct Sent {
  Sent(std::string message) : bytes(std::move(message)) {}  // NOLINT(google-explicit-constructor): lists of them

  std::string bytes;
  envelint::io::Duration delay{};
  bool from_other_port = false;  // UDP
  std::size_t chunk = 0;         // TCP: octets at a time, with `pause` between
  envelint::io::Duration pause{};
  bool half = false;  // TCP: half of it, then the end
  bool raw = false;   // TCP: without the length in front
};

using Handler = std::function<std::vector<Sent>(const Asked&)>;

/// A server on 127.0.0.1, UDP and TCP on one port, that answers whatever its handler says. It lives on the loop of
/// what it tests, so that a simulated clock holds for both.
class FakeServer {
 public:
  FakeServer(envelint::io::EventLoop& loop, Handler handler)
      : loop_(&loop),
        handler_(std::move(handler)),
        listener_(open(loop)),
        udp_(loop, bind(listener_.endpoint())),
        other_(loop, bind({listener_.endpoint().address, 0})),
        tasks_(loop) {
    tasks_.start(serve_udp());
    tasks_.start(serve_tcp());
  }

  [[nodiscard]] const envelint::io::Endpoint& endpoint() const { return listener_.endpoint(); }

  std::vector<Asked> asked;     ///< all questions so far
  std::set<unsigned> ports;     ///< where UDP questions came from
  std::size_t connections = 0;  ///< TCP connections taken so far
  std::size_t open_connections = 0;

 private:
  using Deadline = envelint::io::Deadline;

  static envelint::io::Listener open(envelint::io::EventLoop& loop) {
    const envelint::net::Address host(std::array<std::uint8_t, 4>{127, 0, 0, 1});
    return envelint::io::Listener::open(loop, {host, 0}).value();
  }
  static envelint::io::FileDescriptor bind(const envelint::io::Endpoint& local) {
    return std::move(envelint::io::bind_udp(local).value());
  }

  envelint::task::Task<void> serve_udp() {
    while (co_await udp_.readable(Deadline::never())) {
      while (true) {
        std::string bytes(4096, '\0');
        sockaddr_in from{};
        socklen_t size = sizeof from;
        const ssize_t got =
            ::recvfrom(udp_.number(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (got < 0) break;
        bytes.resize(static_cast<std::size_t>(got));
        ports.insert(from.sin_port);
        Asked question;
        question.bytes = std::move(bytes);
        asked.push_back(question);
        for (Sent& sent : handler_(question)) tasks_.start(send_udp(std::move(sent), from));
      }
    }
  }

  envelint::task::Task<void> send_udp(Sent sent, sockaddr_in to) {
    if (sent.delay.count() > 0) co_await envelint::io::sleep_until(loop_, loop_->after(sent.delay));
    const int socket = sent.from_other_port ? other_.number() : udp_.number();
    static_cast<void>(
        ::sendto(socket, sent.bytes.data(), sent.bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to));
  }

  envelint::task::Task<void> serve_tcp() {
    while (true) {
      auto stream = co_await listener_.accept(Deadline::never());
      if (!stream) break;
      ++connections;
      tasks_.start(serve(*std::move(stream)));
    }
  }

  /// Answers as they are ready, not in the order of the questions (RFC 7766 §7).
  envelint::task::Task<void> serve(envelint::io::Stream connected) {
    ++open_connections;
    const auto stream = std::make_shared<envelint::io::Stream>(std::move(connected));
    while (true) {
      const auto length = co_await stream->read_exactly(2, Deadline::never());
      if (!length || length->size() != 2) break;
      const std::size_t size = static_cast<std::size_t>(static_cast<unsigned char>((*length)[0])) << 8 |
                               static_cast<unsigned char>((*length)[1]);
      auto bytes = co_await stream->read_exactly(size, Deadline::never());
      if (!bytes || bytes->size() != size) break;
      Asked question;
      question.bytes = *std::move(bytes);
      question.tcp = true;
      asked.push_back(question);
      for (Sent& sent : handler_(question)) tasks_.start(send_tcp(stream, std::move(sent)));
    }
    --open_connections;
  }

  envelint::task::Task<void> send_tcp(std::shared_ptr<envelint::io::Stream> stream, Sent sent) {
    if (sent.delay.count() > 0) co_await envelint::io::sleep_until(loop_, loop_->after(sent.delay));
    std::string framed;
    if (!sent.raw) put16(framed, static_cast<unsigned>(sent.bytes.size()));
    framed += sent.bytes;
    if (sent.half) framed.resize(framed.size() / 2);
    const std::size_t chunk = sent.chunk == 0 ? framed.size() : sent.chunk;
    for (std::size_t at = 0; at < framed.size(); at += chunk) {
      std::string piece = framed.substr(at, chunk);
      if (co_await stream->write(std::move(piece), Deadline::never())) break;
      if (sent.chunk != 0) co_await envelint::io::sleep_until(loop_, loop_->after(sent.pause));
    }
    if (sent.half) stream->finish_writing();
  }

  envelint::io::EventLoop* loop_;
  Handler handler_;
  envelint::io::Listener listener_;
  envelint::io::Descriptor udp_;
  envelint::io::Descriptor other_;
  envelint::io::TaskSet tasks_;
};

/// Answers as a resolver in front of this zone would; what is larger than a datagram may be is cut.
class ZoneHandler {
 public:
  explicit ZoneHandler(std::string_view text) : resolver_(std::make_shared<envelint::dns::ZoneResolver>(read(text))) {}

  std::vector<Sent> operator()(const Asked& asked) const {
    const envelint::dns::Answer answer = resolver_->answer(asked.query());
    if (answer.unknown() && answer.trouble == envelint::dns::Trouble::timeout) return {};
    Draft out = asked.answer();
    if (answer.unknown()) out.flags |= answer.trouble == envelint::dns::Trouble::refused ? 5 : 2;
    if (answer.state == envelint::dns::Answer::State::nxdomain) out.flags |= 3;
    envelint::dns::Name owner = asked.name();
    for (const envelint::dns::Name& target : answer.chain) {
      out.answer.push_back(wire_record(wire_name(owner), 5, wire_name(target)));
      owner = target;
    }
    for (const envelint::dns::Record& record : answer.records) out.answer.push_back(wire_record(record));
    if (answer.nothing()) out.authority.push_back(soa());
    if (!asked.tcp && out.bytes().size() > 1232) {
      out.flags |= 0x0200;
      out.answer.clear();
    }
    return {out.bytes()};
  }

 private:
  static envelint::dns::Zone read(std::string_view text) {
    return envelint::dns::read_zone({.path = "test.zone", .content = std::string(text), .identity = {}}, {});
  }
  static std::string soa() {
    envelint::dns::Soa soa;
    soa.minimum = 60;
    return wire_record(std::string(1, '\0'), 6, wire_data(soa), 900);
  }

  std::shared_ptr<envelint::dns::ZoneResolver> resolver_;
};

}  // namespace test
