#include <cli/receive_hooks.hpp>

#include <support/catch.hpp>

#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace cli;

TEST_CASE("a webhook is a host, perhaps a port, and a path", "[cli][receive]") {
  const auto [text, base, path] = GENERATE(table<std::string, std::string, std::string>({
      {"http://127.0.0.1:8000/mail", "http://127.0.0.1:8000", "/mail"},
      {"http://hooks.example", "http://hooks.example", "/"},
      {"https://hooks.example/a/b?c=d", "https://hooks.example", "/a/b?c=d"},
      {"http://[::1]:8000/", "http://[::1]:8000", "/"},
  }));
  const auto url = parse_webhook(text);
  REQUIRE(url);
  CHECK(url->base == base);
  CHECK(url->path == path);
}

TEST_CASE("what is no address of a webhook is refused before there is a message to post", "[cli][receive][hazard]") {
  const std::string text = GENERATE("", "http://", "http:///path", "ftp://x/", "http://:8000/", "http://x:/",
                                    "http://x:y/", "http://x:65536/", "http://x:99999999999/", "http://[::1/",
                                    "http://[::1]8000/", "http://user:secret@x/", "http://a b/");
  INFO(text);
  CHECK_FALSE(parse_webhook(text));
}

TEST_CASE("a command is split at blanks outside quotes", "[cli][receive]") {
  CHECK(split_command(R"(run "a b" 'c "d' e"f g")") == std::vector<std::string>{"run", "a b", "c \"d", "ef g"});
  CHECK_FALSE(split_command("run 'a"));
  CHECK_FALSE(split_command(" "));
}

TEST_CASE("a webhook that fails is told without its path, which may be a secret", "[cli][receive][hazard]") {
  std::vector<std::string> told;
  {
    // Nobody listens on port 1.
    Hooks hooks({}, parse_webhook("http://127.0.0.1:1/secret-token"),
                [&](std::uint64_t /*message*/, std::string_view hook, const std::string& why) {
                  told.push_back(std::string(hook) + ": " + why);
                });
    hooks.put({7, "{}", "x"});
  }
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("webhook: http://127.0.0.1:1: "));
}

TEST_CASE("a command does not inherit that this program ignores SIGPIPE", "[cli][receive]") {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> told;
  {
    Hooks hooks(split_command("sh -c 'kill -PIPE $$'").value(), {},
                [&](std::uint64_t /*message*/, std::string_view hook, const std::string& why) {
                  told.push_back(std::string(hook) + ": " + why);
                });
    hooks.put({7, "{}", "x"});
  }
  std::signal(SIGPIPE, before);
  CHECK(told == std::vector<std::string>{"exec: `sh`: it ended by signal 13"});
}
