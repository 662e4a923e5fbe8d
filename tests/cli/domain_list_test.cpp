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
#include <string_view>
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
  const std::vector<std::string_view> texts{"",
                                            ".",
                                            "a..b",
                                            "192.0.2.1",
                                            "2001:db8::1",
                                            "https://example.com",
                                            "user@example.com",
                                            "*.example.com",
                                            "\xff\xfe.example",
                                            "a.example,b.example",
                                            "\"a.example\"",
                                            "a.example;",
                                            "a\\.example",
                                            "a.example\n",
                                            std::string_view("a\0.example", 10)};
  for (const std::string_view text : texts) {
    CAPTURE(text);
    CHECK(domain(text) == "fault");
  }
}

TEST_CASE("a list of domains has one a line, comments and white space", "[cli][domain-list]") {
  const Read read = read_list("# customers\r\n\n  a.example  # the first\r\nbücher.example\nlast.example");
  CHECK(read.names == std::vector<std::string>{"first.example", "a.example", "xn--bcher-kva.example", "last.example"});
  CHECK(read.all_read);
}

TEST_CASE("a byte order mark at the beginning of a list is none of its names", "[cli][domain-list]") {
  const Read read = read_list("\xEF\xBB\xBF# customers\r\na.example\r\n");
  CHECK(read.names == std::vector<std::string>{"first.example", "a.example"});
  CHECK(read.all_read);
  CHECK(read_list("\xEF\xBB\xBF"
                  "b.example")
            .names == std::vector<std::string>{"first.example", "b.example"});
}

TEST_CASE("a list in UTF-16 is told as such, and none of it is taken for a name", "[cli][domain-list]") {
  for (const std::string mark : {"\xFF\xFE", "\xFE\xFF"}) {
    const Read read = read_list(mark + std::string("a\0.\0b\0\n\0c\0.\0d\0\n\0", 16));
    CHECK(read.names == std::vector<std::string>{"first.example"});
    CHECK_FALSE(read.all_read);
  }
}

TEST_CASE("a complaint about a line waits for what is to be done before", "[cli][domain-list]") {
  char path[] = "/tmp/envelint-list-XXXXXX";
  close(mkstemp(path));
  std::ofstream(path) << "a.example\n1.2.3.4\nuser@b.example\n";
  io::EventLoop loop;
  auto list = cli::DomainList::open(loop, {}, path);
  int calls = 0;
  (*list)->before_complaint([&calls] { ++calls; });
  CHECK(loop.run(all_of(list->get())).size() == 1);
  CHECK(calls == 2);
  unlink(path);
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
