#include <envelint/dmarc/report_uri.hpp>

#include <support/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace envelint::dmarc;

namespace {
std::vector<ReportUri> read(std::string_view list) {
  std::vector<ReportUri> out;
  read_uri_list(list, envelint::text::span_of(0, list.size()), false, out);
  return out;
}
UriFault fault(std::string_view uri) {
  const auto uris = read(uri);
  REQUIRE(uris.size() == 1);
  return uris[0].fault;
}
}  // namespace

TEST_CASE("good report URIs have no fault", "[dmarc][uri]") {
  for (const char* uri : {"mailto:a@example.com", "MAILTO:a.b+c@sub.example.com", "mailto:a%21b@example.com",
                          "mailto:a@example.com!10m", "mailto:a@example.com!50", "https://example.com/report",
                          "mailto:a@example.com?subject=x", "mailto:4f8a@xn--bcher-kva.example"}) {
    INFO(uri);
    CHECK(fault(uri) == UriFault::none);
  }
}

TEST_CASE("each fault of a report URI has its name", "[dmarc][uri]") {
  const std::vector<std::pair<std::string_view, UriFault>> cases{
      {"a@example.com", UriFault::no_scheme},
      {"<a@example.com>", UriFault::brackets},
      {"mailto:<a@example.com>", UriFault::brackets},
      {"mailto:<example dmarc email address>", UriFault::placeholder},
      {"${var.dmarc_rua}", UriFault::placeholder},
      {"mailto://a@example.com", UriFault::bad_scheme},
      {"mailto:mailto:a@example.com", UriFault::bad_scheme},
      {"maito:a@example.com", UriFault::bad_scheme},
      {"mail:a@example.com", UriFault::bad_scheme},
      {"mailto=a@example.com", UriFault::bad_scheme},
      {"mailto: a@example.com", UriFault::space},
      {"mailto:a @example.com", UriFault::space},
      {"mailto:a.example.com", UriFault::no_at},
      {"mailto:", UriFault::no_at},
      {"example.com", UriFault::no_at},
      {"mailto:@example.com", UriFault::bad_local},
      {"mailto:a..b@example.com", UriFault::bad_local},
      {"mailto:a@", UriFault::bad_domain},
      {"mailto:a@localhost", UriFault::bad_domain},
      {"mailto:a@example.com.", UriFault::bad_domain},
      {"mailto:a@-x.example", UriFault::bad_domain},
      {"mailto:a@192.0.2.1", UriFault::bad_domain},
      {"mailto:a%2@example.com", UriFault::bad_percent},
      {"mailto:\xC3\xA4@example.com", UriFault::bad_character},
      {"mailto:a!b@example.com", UriFault::raw_exclamation},
      {"mailto:a,b@example.com", UriFault::raw_comma},
  };
  for (const auto& [uri, expected] : cases) {
    INFO(uri);
    CHECK(fault(uri) == expected);
  }
}

TEST_CASE("addresses glued together are read as two, and neither is usable before the gap", "[dmarc][uri]") {
  for (const char* list : {"mailto:a@example.com mailto:b@example.com", "mailto:a@example.commailto:b@example.com",
                           "mailto:a@example.com|mailto:b@example.com", "mailto:a@example.com b@example.com"}) {
    INFO(list);
    const auto uris = read(list);
    REQUIRE(uris.size() == 2);
    CHECK(uris[0].fault == UriFault::run_on);
    CHECK(std::string_view(list).substr(uris[1].address.start, uris[1].address.size()) == "b@example.com");
    CHECK_FALSE(uris[0].usable());
  }
}

TEST_CASE("a comma with nothing beside it is a fault of its own", "[dmarc][uri]") {
  const auto uris = read("mailto:a@example.com,");
  REQUIRE(uris.size() == 2);
  CHECK(uris[0].usable());
  CHECK(uris[1].fault == UriFault::empty);
  CHECK(uris[1].fault_span == envelint::text::span_of(20, 21));
}

TEST_CASE("size limits count in powers of 1024 and saturate", "[dmarc][uri]") {
  CHECK(read("mailto:a@example.com!3")[0].limit->bytes == 3);
  CHECK(read("mailto:a@example.com!3K")[0].limit->bytes == 3072);
  CHECK(read("mailto:a@example.com!1g")[0].limit->bytes == 1ULL << 30U);
  CHECK(read("mailto:a@example.com!99999999999999999999999t")[0].limit->bytes > 1ULL << 60U);
  CHECK_FALSE(read("mailto:a@example.com!x")[0].limit.has_value());
}
