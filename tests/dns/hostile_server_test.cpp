#include <support/catch.hpp>

#include <dns/net.hpp>

using namespace std::chrono_literals;
using namespace test;
using envelint::dns::Query;
using envelint::dns::Type;

namespace {

const std::string kText = wire_strings({"real"});
const std::string kForged = wire_strings({"forged"});

/// The right answer, one TXT record.
Draft right(const Asked& asked) {
  Draft out = asked.answer();
  out.answer.push_back(wire_record("\xc0\x0c", 16, kText));
  return out;
}

Draft forged(const Asked& asked) {
  Draft out = asked.answer();
  out.answer.push_back(wire_record("\xc0\x0c", 16, kForged));
  return out;
}

Sent after(envelint::io::Duration delay, Sent sent) {
  sent.delay = delay;
  return sent;
}

NetworkOptions one_round() {
  NetworkOptions options;
  options.rounds = 1;
  return options;
}

NetworkOptions mixed_case() {
  NetworkOptions options;
  options.mixed_case = true;
  return options;
}

}  // namespace

TEST_CASE("a reply with another identifier does not end the wait", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft wrong = forged(asked);
    wrong.id = static_cast<std::uint16_t>(wrong.id + 1);
    return {wrong.bytes(), after(500ms, right(asked).bytes())};
  });
  CHECK(net.ask("example.com") == "\"real\" for 300");
  CHECK(net.resolver.counts().wrong_replies == 1);
}

TEST_CASE("a reply from another port never arrives", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Sent other(forged(asked).bytes());
    other.from_other_port = true;
    return {other, after(500ms, right(asked).bytes())};
  });
  CHECK(net.ask("example.com") == "\"real\" for 300");
  CHECK(net.resolver.counts().wrong_replies == 0);
}

TEST_CASE("a reply to another question does not end the wait", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft other_name = forged(asked);
    other_name.question = wire_question("evil.example", 16);
    Draft other_type = forged(asked);
    other_type.question = wire_question("example.com", 1);
    return {other_name.bytes(), other_type.bytes(), after(500ms, right(asked).bytes())};
  });
  CHECK(net.ask("example.com") == "\"real\" for 300");
  CHECK(net.resolver.counts().wrong_replies == 2);
}

TEST_CASE("a question, another opcode and garbage are no replies", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft question = forged(asked);
    question.flags &= 0x7fff;
    Draft notify = forged(asked);
    notify.flags |= 4 << 11;
    Draft none = forged(asked);
    none.questions = 0;
    return {question.bytes(),
            notify.bytes(),
            none.bytes(),
            std::string(),
            std::string("x"),
            std::string(600, '\xff'),
            asked.bytes.substr(0, 11),
            after(500ms, right(asked).bytes())};
  });
  CHECK(net.ask("example.com") == "\"real\" for 300");
  CHECK(net.resolver.counts().wrong_replies == 7);
}

TEST_CASE("a duplicate is counted and changes nothing", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    return {right(asked).bytes(), right(asked).bytes(), forged(asked).bytes()};
  });
  CHECK(net.ask("example.com") == "\"real\" for 300");
  CHECK(net.ask("example.org") == "\"real\" for 300");
}

TEST_CASE("an answer that comes after the next try is still taken", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> { return {after(2500ms, right(asked).bytes())}; });
  const auto start = net.loop.now();
  CHECK(net.ask("example.com") == "\"real\" for 300");
  CHECK(net.loop.now() - start < 2600ms);
  CHECK(net.server.asked.size() == 2);
}

TEST_CASE("an answer that comes too late is not taken for another question's", "[dns][network]") {
  bool slow = true;
  Net net(
      [&](const Asked& asked) -> std::vector<Sent> {
        if (slow) return {after(1500ms, forged(asked).bytes())};
        return {after(800ms, right(asked).bytes())};
      },
      one_round());
  CHECK(net.ask("example.com") == "timeout: no answer from S");
  slow = false;
  CHECK(net.ask("example.com") == "\"real\" for 300");
}

TEST_CASE("silence is a timeout after every round, and takes no real time", "[dns][network]") {
  Net net([](const Asked&) -> std::vector<Sent> { return {}; });
  const auto start = net.loop.now();
  CHECK(net.ask("example.com") == "timeout: no answer from S");
  CHECK(net.loop.now() - start == 7s);  // 1, 2 and 4 seconds of patience
  CHECK(net.server.asked.size() == 3);
}

TEST_CASE("a deadline from outside ends a lookup", "[dns][network]") {
  Net net([](const Asked&) -> std::vector<Sent> { return {}; });
  const auto start = net.loop.now();
  const Answer answer =
      net.loop.run(net.resolver.query(Query(*Name::parse("example.com"), Type::txt), net.loop.after(1500ms)));
  CHECK(answer.trouble == Trouble::timeout);
  CHECK(net.loop.now() - start == 1500ms);
}

TEST_CASE("every question has its own identifier, port and letter case", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> { return {right(asked).bytes()}; }, mixed_case());
  std::set<std::string> ids;
  std::set<std::string> spellings;
  for (int i = 0; i < 50; ++i) CHECK(net.ask("a-rather-long-name.example.com") == "\"real\" for 300");
  for (const Asked& asked : net.server.asked) {
    ids.insert(asked.bytes.substr(0, 2));
    spellings.insert(asked.question());
  }
  CHECK(ids.size() > 45);
  CHECK(spellings.size() > 45);
  CHECK(net.server.ports.size() > 15);
}

TEST_CASE("a socket is given up after 500 questions, and after ten seconds", "[dns][network]") {
  NetworkOptions options;
  options.udp_sockets = 1;
  Net net([](const Asked& asked) -> std::vector<Sent> { return {right(asked).bytes()}; }, options);
  const auto ask = [&](int times) {
    for (int i = 0; i < times; ++i) REQUIRE(net.ask("example.com") == "\"real\" for 300");
    return net.server.ports.size();
  };
  CHECK(ask(500) == 1);
  CHECK(ask(1) == 2);
  net.loop.run(envelint::io::sleep_until(&net.loop, net.loop.after(9s)));
  CHECK(ask(1) == 2);
  net.loop.run(envelint::io::sleep_until(&net.loop, net.loop.after(1s)));
  CHECK(ask(1) == 3);
}

TEST_CASE("a socket that is given up still takes the answers it waits for", "[dns][network]") {
  NetworkOptions options;
  options.udp_sockets = 1;
  options.patience = 20s;
  options.lookup_time = 30s;
  Net net(
      [](const Asked& asked) -> std::vector<Sent> {
        const bool slow = asked.name() == *Name::parse("slow.example");
        return {after(slow ? 15s : 0s, right(asked).bytes())};
      },
      options);
  const auto later = [](Net* on) -> envelint::task::Task<Answer> {
    co_await envelint::io::sleep_until(&on->loop, on->loop.after(11s));
    Query query(*Name::parse("quick.example"), Type::txt);
    co_return co_await on->resolver.query(std::move(query));
  };
  std::vector<envelint::task::Task<Answer>> tasks;
  tasks.push_back(net.resolver.query(Query(*Name::parse("slow.example"), Type::txt)));
  tasks.push_back(later(&net));
  for (const Answer& answer : net.loop.run(envelint::task::gather(std::move(tasks)))) {
    CHECK(shown(answer) == "\"real\" for 300");
  }
  CHECK(net.server.ports.size() == 2);
  CHECK(net.server.asked.size() == 2);
}

TEST_CASE("letter case is left alone on loopback", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> { return {right(asked).bytes()}; });
  CHECK(net.ask("Example.COM") == "\"real\" for 300");
  CHECK(net.server.asked.front().question() == wire_question("Example.COM", 16));
}

TEST_CASE("a server that folds letter case is asked once more over TCP", "[dns][network]") {
  const auto fold = [](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.tcp ? right(asked) : forged(asked);
    out.question = envelint::text::lower(out.question);
    return {out.bytes()};
  };
  Net net(fold, mixed_case());
  CHECK(net.ask("a-rather-long-name.example.com") == "\"real\" for 300");
  REQUIRE(net.server.asked.size() == 2);
  CHECK(net.server.asked[1].tcp);
}

TEST_CASE("a server that folds letter case and does not answer over TCP has not answered", "[dns][network]") {
  Net net(
      [](const Asked& asked) -> std::vector<Sent> {
        if (asked.tcp) return {};
        Draft out = forged(asked);
        out.question = envelint::text::lower(out.question);
        return {out.bytes()};
      },
      [] {
        NetworkOptions options = mixed_case();
        options.rounds = 1;
        return options;
      }());
  CHECK(net.ask("A-RATHER-LONG-NAME.example.com") == "timeout: no answer from S");
  CHECK(net.server.asked.size() == 2);  // once over each
}

TEST_CASE("names in an answer are spelled as they were asked for", "[dns][network]") {
  Net net(
      [](const Asked& asked) -> std::vector<Sent> {
        Draft out = asked.answer();
        // A CNAME whose target is compressed by pointing into the question, behind its first label.
        std::string target("\x06target\xc0", 8);
        target += static_cast<char>(12 + 6);
        out.answer.push_back(wire_record("\xc0\x0c", 5, target));
        out.answer.push_back(wire_record(std::string("\x06target\xc0\x12", 9), 16, kText));
        return {out.bytes()};
      },
      mixed_case());
  CHECK(net.ask("alias.example.com") == "\"real\" via target.example.com for 300");
}

TEST_CASE("a truncated answer is never used but asked for over TCP", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    if (asked.tcp) return {right(asked).bytes()};
    Draft cut = forged(asked);
    cut.flags |= 0x0200;
    return {cut.bytes().substr(0, cut.bytes().size() - 3)};
  });
  CHECK(net.ask("example.com") == "\"real\" for 300");
  CHECK(net.server.connections == 1);
}

TEST_CASE("a truncated answer is not used when nobody answers over TCP", "[dns][network]") {
  Net net(
      [](const Asked& asked) -> std::vector<Sent> {
        if (asked.tcp) return {};
        Draft cut = forged(asked);
        cut.flags |= 0x0200;
        return {cut.bytes()};
      },
      one_round());
  CHECK(net.ask("example.com") == "timeout: no answer from S");
}

TEST_CASE("a datagram larger than any that was asked for is asked for over TCP", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    for (char letter = 'a'; letter < 'u'; ++letter) {
      out.answer.push_back(wire_record("\xc0\x0c", 16, wire_strings({std::string(250, letter)})));
    }
    return {out.bytes()};
  });
  CHECK(net.answer("example.com").records.size() == 20);
  CHECK(net.server.connections == 1);
}

TEST_CASE("what is truncated over TCP too is no answer", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft cut = forged(asked);
    cut.flags |= 0x0200;
    return {cut.bytes()};
  });
  CHECK(net.ask("example.com") == "malformed: S cut an answer over TCP");
}

TEST_CASE("questions over TCP share connections, in any order of answers", "[dns][network]") {
  NetworkOptions options;
  options.tcp_only = true;
  int count = 0;
  Net net(
      [&](const Asked& asked) -> std::vector<Sent> {
        return {after(std::chrono::milliseconds(900 - count++ % 100), right(asked).bytes())};
      },
      options);
  std::vector<envelint::task::Task<Answer>> tasks;
  for (int i = 0; i < 200; ++i) {
    tasks.push_back(net.resolver.query(Query(*Name::parse(fmt::format("n{}.example", i)), Type::txt)));
  }
  for (const Answer& answer : net.loop.run(envelint::task::gather(std::move(tasks)))) {
    CHECK(shown(answer) == "\"real\" for 300");
  }
  CHECK(net.server.connections <= 4);
  net.loop.run(envelint::io::sleep_until(&net.loop, net.loop.after(3s)));
  CHECK(net.server.open_connections == 0);
}

TEST_CASE("a connection that the server closes is opened again", "[dns][network]") {
  NetworkOptions options;
  options.tcp_only = true;
  int count = 0;
  Net net(
      [&](const Asked& asked) -> std::vector<Sent> {
        Sent sent(right(asked).bytes());
        sent.half = ++count == 2;
        return {sent};
      },
      options);
  CHECK(net.ask("a.example") == "\"real\" for 300");
  CHECK(net.ask("b.example") == "\"real\" for 300");
  CHECK(net.server.connections == 2);
}

TEST_CASE("half an answer over TCP is none", "[dns][network]") {
  NetworkOptions options;
  options.tcp_only = true;
  Net net(
      [&](const Asked& asked) -> std::vector<Sent> {
        Sent sent(right(asked).bytes());
        sent.half = true;
        return {sent};
      },
      options);
  CHECK(net.ask("a.example") == "network: S: Connection reset by peer");
}

TEST_CASE("an answer that drips is waited for as long as others, and its connection closed", "[dns][network]") {
  NetworkOptions options;
  options.tcp_only = true;
  Net net(
      [&](const Asked& asked) -> std::vector<Sent> {
        Sent sent(right(asked).bytes());
        sent.chunk = 1;
        sent.pause = 900ms;
        return {sent};
      },
      options);
  const auto start = net.loop.now();
  CHECK(net.ask("a.example") == "timeout: no answer from S");
  CHECK(net.loop.now() - start <= 15s);
  net.loop.run(envelint::io::sleep_until(&net.loop, net.loop.after(5s)));
  CHECK(net.server.open_connections == 0);
}

TEST_CASE("a drip that is fast enough is put together", "[dns][network]") {
  NetworkOptions options;
  options.tcp_only = true;
  Net net(
      [&](const Asked& asked) -> std::vector<Sent> {
        Sent sent(right(asked).bytes());
        sent.chunk = 3;
        sent.pause = 20ms;
        return {sent};
      },
      options);
  CHECK(net.ask("a.example") == "\"real\" for 300");
}

TEST_CASE("a stream that is no DNS ends the connection", "[dns][network]") {
  NetworkOptions options;
  options.tcp_only = true;
  Net net(
      [&](const Asked&) -> std::vector<Sent> {
        Sent sent(std::string(100, '\0'));
        sent.raw = true;
        return {sent};
      },
      options);
  CHECK(net.ask("a.example") == "network: S: Protocol error");
}

TEST_CASE("a set of 64 kilobytes of text is answered over TCP", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    if (!asked.tcp) {
      out.flags |= 0x0200;
      return {out.bytes()};
    }
    for (char c = 0; c < 62; ++c) {
      out.answer.push_back(
          wire_record("\xc0\x0c", 16, wire_strings({4, std::string(255, static_cast<char>('!' + c))})));
    }
    return {out.bytes()};
  });
  const Answer answer = net.answer("example.com");
  CHECK(answer.records.size() == 62);
}

TEST_CASE("a bomb of empty strings costs its own size and is refused", "[dns][network]") {
  for (const std::size_t strings : {65UL, 1000UL, 65'000UL}) {
    Net net([&](const Asked& asked) -> std::vector<Sent> {
      Draft out = asked.answer();
      if (asked.tcp) {
        out.answer.push_back(wire_record("\xc0\x0c", 16, std::string(strings, '\0')));
      } else {
        out.flags |= 0x0200;
      }
      return {out.bytes()};
    });
    CHECK(net.ask("example.com") == "limit: the answer of S has a TXT record with more than 64 strings");
  }
}

TEST_CASE("an answer that is out of order is told as such, without waiting", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> { return {right(asked).bytes() + "\x01"}; });
  const auto start = net.loop.now();
  CHECK(net.ask("example.com") == "malformed: the answer of S has bytes behind its end");
  CHECK(net.loop.now() - start < 100ms);
}

TEST_CASE("a lookup takes no more than 256 kilobytes", "[dns][network]") {
  int step = 0;
  Net net([&](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    if (!asked.tcp) {
      out.flags |= 0x0200;
      return {out.bytes()};
    }
    out.answer.push_back(wire_record("\xc0\x0c", 5, wire_name(fmt::format("n{}.example", ++step))));
    for (int i = 0; i < 240; ++i)
      out.answer.push_back(wire_record(wire_name("padding"), 16, wire_strings({std::string(250, 'x')})));
    return {out.bytes()};
  });
  CHECK(net.ask("example.com").starts_with("limit: more than 262144 octets of answers"));
  CHECK(step < 6);
}

TEST_CASE("a burst of lookups with one percent lost is answered whole", "[dns][network]") {
  NetworkOptions options;
  options.mixed_case = true;
  unsigned seed = 1;
  Net net(
      [&](const Asked& asked) -> std::vector<Sent> {
        seed = seed * 1'103'515'245 + 12'345;
        if (seed / 65'536 % 100 == 0) return {};
        return {after(500ms, right(asked).bytes())};
      },
      options);
  std::vector<envelint::task::Task<Answer>> tasks;
  for (int i = 0; i < 10'000; ++i) {
    tasks.push_back(net.resolver.query(Query(*Name::parse(fmt::format("n{}.example", i)), Type::txt)));
  }
  std::size_t answered = 0;
  for (const Answer& answer : net.loop.run(envelint::task::gather(std::move(tasks)))) {
    if (answer.has_records()) ++answered;
  }
  CHECK(answered == 10'000);
  CHECK(net.server.asked.size() > 10'000);
}

TEST_CASE("lookups beyond the limit wait for their turn", "[dns][network]") {
  NetworkOptions options;
  options.max_in_flight = 10;
  std::size_t under_way = 0;
  std::size_t most = 0;
  Net net(
      [&](const Asked& asked) -> std::vector<Sent> {
        most = std::max(most, ++under_way);
        return {after(100ms, right(asked).bytes())};
      },
      options);
  std::vector<envelint::task::Task<Answer>> tasks;
  const auto look_up = [](Net* on, std::size_t* count, int number) -> envelint::task::Task<Answer> {
    Query query(*Name::parse(fmt::format("n{}.example", number)), Type::txt);
    Answer answer = co_await on->resolver.query(std::move(query));
    --*count;
    co_return answer;
  };
  for (int i = 0; i < 100; ++i) tasks.push_back(look_up(&net, &under_way, i));
  for (const Answer& answer : net.loop.run(envelint::task::gather(std::move(tasks)))) CHECK(answer.has_records());
  CHECK(most == 10);
}

TEST_CASE("lookups whose askers go leave nothing behind", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    if (!asked.tcp && asked.name() == *Name::parse("tcp.example")) {
      Draft cut = asked.answer();
      cut.flags |= 0x0200;
      return {cut.bytes()};
    }
    return {after(2s, right(asked).bytes())};
  });
  {
    envelint::io::TaskSet tasks(net.loop);
    const auto look_up = [](NetworkResolver* resolver, std::string name) -> envelint::task::Task<void> {
      Query query(*Name::parse(name), Type::txt);
      co_await resolver->query(std::move(query));
    };
    for (const char* name : {"a.example", "b.example", "tcp.example"}) tasks.start(look_up(&net.resolver, name));
    net.loop.run(envelint::io::sleep_until(&net.loop, net.loop.after(1500ms)));
    CHECK(tasks.size() == 3);
  }
  net.loop.run(envelint::io::sleep_until(&net.loop, net.loop.after(5s)));
  CHECK(net.ask("c.example") == "\"real\" for 300");
}

TEST_CASE("without free descriptors open sockets are shared, and without any it is trouble", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> { return {right(asked).bytes()}; });
  CHECK(net.ask("a.example") == "\"real\" for 300");
  std::vector<envelint::io::FileDescriptor> taken;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit low = before;
  low.rlim_cur = 64;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  for (int number = 0; number >= 0;) {
    number = ::dup(0);
    if (number >= 0) taken.emplace_back(number);
  }
  std::vector<std::string> answers;
  for (int i = 0; i < 100; ++i) answers.push_back(net.ask(fmt::format("n{}.example", i)));
  NetworkResolver fresh(net.loop, net.with_server({}));
  const Answer none = net.loop.run(fresh.query(Query(*Name::parse("a.example"), Type::txt)));
  taken.clear();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(answers == std::vector<std::string>(100, "\"real\" for 300"));
  CHECK(none.trouble == Trouble::network);
  CHECK(none.detail.ends_with("Too many open files"));
}
