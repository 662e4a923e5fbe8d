#include <support/catch.hpp>

#include <cli/domain_list.hpp>
#include <cli/progress.hpp>

#include <envelint/dns/name_input.hpp>
#include <envelint/io/signal.hpp>

#include <unistd.h>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

using namespace envelint;
using namespace std::chrono_literals;

namespace {

std::string domain(std::string_view text) {
  const auto name = dns::parse_domain(text);
  return name ? name->to_string() : "fault";
}

task::Task<std::vector<std::string>> all_of(cli::DomainList* list) {
  std::vector<std::string> out;
  while (auto name = co_await list->next()) out.push_back(name->to_string());
  co_return out;
}

struct Read {
  std::vector<std::string> names;
  bool all_read = false;
};

Read read_list(const std::string& content) {
  char path[] = "/tmp/envelint-list-XXXXXX";
  const int file = mkstemp(path);
  REQUIRE(file >= 0);
  close(file);
  std::ofstream(path, std::ios::binary) << content;
  io::EventLoop loop;
  auto list = cli::DomainList::open(loop, {*dns::Name::parse("first.example")}, path);
  REQUIRE(list.has_value());
  Read out;
  out.names = loop.run(all_of(list->get()));
  out.all_read = (*list)->all_read();
  unlink(path);
  return out;
}

}  // namespace

TEST_CASE("a domain may be written in letters of any script", "[cli][domain]") {
  CHECK(domain("example.com") == "example.com");
  CHECK(domain("example.com.") == "example.com");
  CHECK(domain("bücher.example") == "xn--bcher-kva.example");
  CHECK(domain("BÜCHER.example") == "xn--bcher-kva.example");
  CHECK(domain("_spf.example.com") == "_spf.example.com");
}

TEST_CASE("what is no domain is refused: addresses, URLs, mailboxes, the root", "[cli][domain]") {
  for (const char* text : {"", ".", "a..b", "192.0.2.1", "2001:db8::1", "https://example.com", "user@example.com",
                           "*.example.com", "\xff\xfe.example"}) {
    CAPTURE(text);
    CHECK(domain(text) == "fault");
  }
}

TEST_CASE("a list of domains has one a line, comments and white space", "[cli][domain-list]") {
  const Read read = read_list("# customers\r\n\n  a.example  # the first\r\nbücher.example\nlast.example");
  CHECK(read.names == std::vector<std::string>{"first.example", "a.example", "xn--bcher-kva.example", "last.example"});
  CHECK(read.all_read);
}

TEST_CASE("lines that hold no domain are passed over and remembered", "[cli][domain-list]") {
  const Read read = read_list("a.example\nuser@b.example\n" + std::string(100'000, 'x') + "\nc.example\n");
  CHECK(read.names == std::vector<std::string>{"first.example", "a.example", "c.example"});
  CHECK_FALSE(read.all_read);
  CHECK_FALSE(read_list(std::string(50'000, 'y')).all_read);
}

TEST_CASE("progress is silent while work is short, and goes before other output", "[cli][progress]") {
  io::EventLoop loop(io::ClockKind::simulated);
  std::string shown;
  {
    cli::Progress progress(loop, [&](std::string_view text) { shown += text; });
    progress.started();
    progress.started();
    loop.run(io::sleep_until(&loop, loop.after(1900ms)));
    CHECK(shown.empty());
    progress.ended();
    loop.run(io::sleep_until(&loop, loop.after(200ms)));
    CHECK(shown == "\r\x1b[Kdomains: 1 done, 1 under way, 2 s");
    progress.clear();
    CHECK(shown.ends_with("\r\x1b[K"));
    const std::size_t before = shown.size();
    progress.clear();
    CHECK(shown.size() == before);
    loop.run(io::sleep_until(&loop, loop.after(1s)));
    CHECK(shown.size() > before);
  }
  CHECK(shown.ends_with("\r\x1b[K"));
}
