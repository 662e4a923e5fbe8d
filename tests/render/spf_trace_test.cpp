#include <support/catch.hpp>

#include <envelint/dns/fake_resolver.hpp>
#include <envelint/render/spf_trace.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/task/sync_wait.hpp>

#include <render/snapshot.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace envelint;

namespace {

constexpr std::string_view kZone = R"(
  example.com.      TXT "v=spf1 a:gone.example include:_spf.example.net mx ip4:192.0.2.0/24 -all exp=why.example.com"
  example.com.      MX  10 mx.example.com.
  mx.example.com.   A   198.51.100.1
  _spf.example.net. TXT "v=spf1 exists:%{ir}.list.example ?all"
  why.example.com.  TXT "%{i} is not one of ours; see https://example.com/why?s=%{S}"
  broken.example.   TXT "v=spf1 include:gone.example -all"
  moved.example.    TXT "v=spf1 redirect=example.com"
  typo.example.     TXT "v=spf1 ipv4:192.0.2.1 -all"
  hostile.example.  TXT "v=spf1 include:evil.example ~all"
  evil.example.     TXT "v=spf1 a:%{l}.example ?all" "\027[31m" "\226\128\174" "\255"
  ;! timeout slow.example
)";

std::string trace(std::string_view ip, std::string sender, render::TerminalOptions options = {}) {
  dns::FakeResolver dns(kZone);
  spf::CheckRequest request(net::Address::parse(ip).value(), std::move(sender), "mail.example.com");
  request.trace = true;
  const auto result = task::sync_wait(spf::check_host(dns, request));
  return render::spf_trace(request, result, options);
}

std::size_t widest(std::string_view text) {
  std::size_t most = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    most = std::max(most, render::columns(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  return most;
}

}  // namespace

TEST_CASE("an evaluation is shown term by term", "[render][spf]") {
  CHECK(is_snapshot("spf_pass_80.txt", trace("192.0.2.7", "alice@example.com")));
  CHECK(is_snapshot("spf_pass_50.txt", trace("192.0.2.7", "alice@example.com", {.width = 50})));
  CHECK(is_snapshot("spf_fail_80.txt", trace("203.0.113.9", "alice@example.com")));
}

TEST_CASE("an evaluation that cannot be made says where it stopped and why", "[render][spf]") {
  CHECK(is_snapshot("spf_broken_include_80.txt", trace("192.0.2.7", "alice@broken.example")));
  CHECK(is_snapshot("spf_syntax_80.txt", trace("192.0.2.7", "alice@typo.example")));
  CHECK(is_snapshot("spf_timeout_80.txt", trace("192.0.2.7", "alice@slow.example")));
  CHECK(is_snapshot("spf_none_80.txt", trace("192.0.2.7", "")));
}

TEST_CASE("a redirect is followed in the trace", "[render][spf]") {
  CHECK(is_snapshot("spf_redirect_80.txt", trace("192.0.2.7", "moved.example")));
}

TEST_CASE("bytes of records are shown and not obeyed", "[render][spf]") {
  const std::string text = trace("192.0.2.7", "a\x1b[2J@hostile.example");
  CHECK(is_snapshot("spf_hostile_80.txt", text));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("an evaluation keeps to the width", "[render][spf]") {
  for (const std::size_t width : {40UL, 69UL, 70UL, 80UL, 200UL}) {
    for (const char* sender : {"a@example.com", "a@moved.example", "a@hostile.example", "a@typo.example"}) {
      CHECK(widest(trace("203.0.113.9", sender, {.width = width})) <= width);
    }
  }
}

TEST_CASE("colour is only what is asked for", "[render][spf]") {
  CHECK(trace("192.0.2.7", "a@example.com").find('\x1b') == std::string::npos);
  CHECK(trace("192.0.2.7", "a@example.com", {.colour = true}).find("\x1b[2m-all") != std::string::npos);
}
