#include <support/catch.hpp>

#include "samples.hpp"

#include <envelint/inbox/searched_words.hpp>
#include <envelint/inbox/time_text.hpp>

using namespace envelint;
using namespace envelint::inbox;

namespace {

/// One of an invoice that fails, so that each field has something to be found by.
Message invoice() {
  Message out = samples::message("Invoice  4711\r\n for M\xC3\x9CLLER");
  out.id = 12;
  out.session = 7;
  out.received_ms = time_of("2026-11-27T08:00:21.5Z").value();
  out.envelope.client.address = *net::Address::parse("2001:db8::17");
  out.envelope.tls = {"TLSv1.3", "", "", ""};
  out.envelope.from.path.written = "bounces+7@mailer.example.org";
  out.envelope.to.push_back({{"carl", "example.net", "carl@example.net", {}, true}, {}, {}, {}});
  out.summary.from = "Ann Archer <ann@example.com>";
  out.summary.spf = "softfail";
  out.summary.dkim = "none";
  out.summary.dmarc = "fail";
  out.summary.arc = "none";
  out.summary.disposition = "quarantine";
  out.search_header = "Message-ID: <20261127.ABC@mailer.example.org>\nX-Mailer: Bulk\n 2.0";
  out.search_text = "Dear customer,\n\npay \xE2\x82\xAC 12 at once.\nRegards";
  out.raw.resize(20'000);
  out.attachments = 1;
  return out;
}

bool finds(std::string_view query, const Message& message) {
  const auto search = Search::parse(query);
  if (!search) throw std::runtime_error(search.error().message);
  return search->matches(message);
}

/// The fault of a query below it, as a terminal shows it.
std::string fault(const std::string& query) {
  const auto search = Search::parse(query);
  if (search) return "none";
  const SearchFault& fault = search.error();
  REQUIRE(fault.start < fault.end);
  REQUIRE(fault.end <= query.size());
  return query + "\n" + std::string(fault.start, ' ') + std::string(fault.end - fault.start, '^') + "\n" +
         fault.message;
}

void check_found(const std::vector<std::string>& queries) {
  for (const std::string& query : queries) {
    INFO(query);
    CHECK(finds(query, invoice()));
  }
}

void check_not_found(const std::vector<std::string>& queries) {
  for (const std::string& query : queries) {
    INFO(query);
    CHECK(!finds(query, invoice()));
  }
}

}  // namespace

TEST_CASE("an empty query finds everything", "[inbox][search]") {
  for (const char* query : {"", " \t\r\n"}) {
    CHECK(Search::parse(query)->empty());
    CHECK(finds(query, invoice()));
  }
  CHECK(Search().matches(invoice()));
}

TEST_CASE("words and phrases are found in addresses, header and text, also as parts of words", "[inbox][search]") {
  check_found({"invoice", "INVOICE", "nvoic", "archer", "@example.com", "ann@", "bob@example.net", "carl", "bounces+7",
               "20261127.abc", "x-mailer", "customer", "\"dear customer, pay\"", "regards", "4711 customer",
               "\"invoice 4711 for\"", "12:30 or 12", "\"x-mailer: bulk 2.0\"", "5\"8 or \xE2\x82\xAC"});
  check_not_found({"invoices", "\"customer dear\"", "dave", "\"archer bob\"", "12:30", "invoice dave", "2001:db8"});
}

TEST_CASE("letters are the same large and small, and white space is one blank", "[inbox][search]") {
  check_found({"m\xC3\xBCller", "M\xC3\x9CLLER", "\"4711\tFOR  M\xC3\xBCller\"", "\" 4711 \""});
  check_not_found({"muller", "mueller"});
  CHECK(folded(" a\r\n\tB\xC2\xA0\xC3\x9C \x01") == "a b \xC3\xBC");
  CHECK(folded("gr\xFC\xDF"
               "e") == "gr\\xfc\\xdfe");
  CHECK(folded(folded("gr\xFC\xDF"
                      "e \xC4\xB0")) == folded("gr\xFC\xDF"
                                               "e \xC4\xB0"));
}

TEST_CASE("a field looks into its part only", "[inbox][search]") {
  check_found({"from:@example.com", "FROM:Archer", "from:\"ann archer\"", "to:bob", "subject:4711", "mail-from:bounces",
               "mail-from:<bounces+7@mailer.example.org>", "rcpt-to:carl", "rcpt-to:bob@example.net", "header:bulk",
               "text:customer", "text:\"pay \xE2\x82\xAC 12\"", "session:7", "id:12"});
  check_not_found({"from:bounces", "to:carl", "subject:archer", "mail-from:ann", "rcpt-to:ann", "header:customer",
                   "text:bulk", "text:invoice", "session:8", "id:1", "mail-from:<>", "rcpt-to:\"net carl\"",
                   "header:\"org> x-mailer\""});
  Message bounce = invoice();
  bounce.envelope.from.path = {};
  CHECK(finds("mail-from:<>", bounce));
}

TEST_CASE("results, TLS, marks, sizes, times and addresses", "[inbox][search]") {
  check_found({"spf:softfail",
               "dkim:none",
               "dmarc:FAIL",
               "arc:none",
               "disposition:quarantine",
               "tls:yes",
               "tls:1.3",
               "tls:TLSv1.3",
               "is:unread",
               "has:attachment",
               "has:attachments",
               "larger:10k",
               "smaller:20001",
               "larger:19999",
               "smaller:1M",
               "after:2026-11-27",
               "before:2026-11-28",
               "after:2026-11-27T08:00:21Z",
               "after:2026-11-27T09:00:21.5+01:00",
               "before:2026-11-27t08:00:21.501z",
               "client:2001:db8::17",
               "client:2001:db8::/32",
               "client:2001:0DB8:0::17"});
  check_not_found({"spf:fail", "dkim:pass", "dmarc:pass", "disposition:none", "tls:no", "tls:1.2", "is:read",
                   "larger:20000", "smaller:20000", "after:2026-11-28", "before:2026-11-27",
                   "before:2026-11-27T08:00:21.5Z", "client:192.0.2.1", "client:2001:db8::18"});
  Message plain = invoice();
  plain.envelope.tls.reset();
  plain.attachments = 0;
  plain.unread = false;
  CHECK(finds("tls:no is:read -has:attachment", plain));
  CHECK(!finds("tls:1.3", plain));
  plain.envelope.tls = {"TLSv1", "", "", ""};
  CHECK(finds("tls:1.0", plain));
}

TEST_CASE("terms are joined by and, `or` joins those beside it, and `-` negates", "[inbox][search]") {
  check_found({"dmarc:fail invoice", "dave or invoice", "dmarc:fail dave or invoice", "dave OR eve or invoice",
               "dmarc:fail and invoice", "-dave", "-from:dave", "-dmarc:pass or dave", "-\"dear dave\"",
               "dave or -eve archer", "\"or\" or invoice"});
  check_not_found({"dmarc:pass invoice", "-invoice", "dmarc:pass dave or invoice", "invoice dave or eve", "-dmarc:fail",
                   "-from:@example.com"});
}

TEST_CASE("what was not decoded for the search is searched as it stands", "[inbox][search]") {
  const Message plain = samples::message("hello");
  CHECK(finds("header:\"to: bob@example.net subject: hello\"", plain) == false);
  CHECK(finds("header:\"subject: hello\"", plain));
  CHECK(finds("text:text.", plain));
  Message with_text = plain;
  with_text.search_text = "decoded";
  CHECK(finds("text:decoded", with_text));
  CHECK(!finds("text:text.", with_text));
  CHECK(finds("header:\"subject: hello\"", with_text));
}

TEST_CASE("of long texts so much is searched and no more", "[inbox][search]") {
  Message message = samples::message();
  message.search_text = std::string(10'000'000, 'x');
  CHECK(searched_words(message).size() <= kMaxSearched);
  message.search_text = "begin " + std::string(10'000'000, ' ') + "end";
  CHECK(finds("text:begin", message));
  message.search_text = std::string(1'000'000, '\xFF');
  message.search_header = message.search_text;
  message.summary.subject = message.search_text;
  message.envelope.to.resize(10'000, message.envelope.to.front());
  CHECK(searched_words(message).size() <= kMaxSearched);
  CHECK(finds("text:\\xff", message));
}

TEST_CASE("a fault says where it is, what is wrong and what to write", "[inbox][search]") {
  CHECK(fault("dmarc:fail form:ann") ==
        "dmarc:fail form:ann\n"
        "           ^^^^\n"
        "there is no field `form:`; write `from:`");
  CHECK(fault("-https://example.com/ x") ==
        "-https://example.com/ x\n"
        " ^^^^^\n"
        "there is no field `https:`; to search for the text, write `-\"https://example.com/\"`");
  CHECK(fault("spf:sofftail") ==
        "spf:sofftail\n"
        "    ^^^^^^^^\n"
        "`spf:` does not take `sofftail`; write `spf:softfail`");
  CHECK(fault("dmarc:quarantine") ==
        "dmarc:quarantine\n"
        "      ^^^^^^^^^^\n"
        "`dmarc:` does not take `quarantine`, but none, pass, fail, temperror, permerror");
  CHECK(fault("tls:SSLv3") ==
        "tls:SSLv3\n"
        "    ^^^^^\n"
        "`tls:` does not take `SSLv3`, but yes, no, 1.3, 1.2, 1.1, 1.0");
  CHECK(fault("invoice \"price list") ==
        "invoice \"price list\n"
        "        ^^^^^^^^^^^\n"
        "the quote is not closed: write `\"` at its end");
  CHECK(fault("from: ann") ==
        "from: ann\n"
        "^^^^^\n"
        "`from:` needs a value: `from:@example.com`");
  CHECK(fault("after:27.11.2026") ==
        "after:27.11.2026\n"
        "      ^^^^^^^^^^\n"
        "`27.11.2026` is no date; write it as `2026-11-27`, or as `2026-11-27T08:00:21Z`");
  CHECK(fault("larger:1MB") ==
        "larger:1MB\n"
        "       ^^^\n"
        "`1MB` is no size; write octets, as `500`, `10k` or `1M`");
  CHECK(fault("client:192.0.2") ==
        "client:192.0.2\n"
        "       ^^^^^^^\n"
        "`192.0.2` is no address and no network; write `client:192.0.2.1` or `client:192.0.2.0/24`");
  CHECK(fault("id:0") ==
        "id:0\n"
        "   ^\n"
        "`0` is no id; ids are numbers from 1 on");
  CHECK(fault("invoice or") ==
        "invoice or\n"
        "        ^^\n"
        "`or` stands between two terms; to search for the word, write `\"or\"`");
  CHECK(fault("(from:ann or from:bob) dmarc:fail") ==
        "(from:ann or from:bob) dmarc:fail\n"
        "^\n"
        "there are no parentheses: `or` joins only the terms beside it; to search for one, write `\"(\"`");
  CHECK(fault("a - b") ==
        "a - b\n"
        "  ^\n"
        "`-` needs a term behind it, without a blank: `-dmarc:pass`");
  CHECK(fault("a \"\"") ==
        "a \"\"\n"
        "  ^^\n"
        "there is nothing between the quotes");
}

TEST_CASE("other slips are faults as well", "[inbox][search]") {
  for (const char* query : {"or a",
                            "a or or b",
                            "a and",
                            "-",

                            "-\"",
                            "from:\"",
                            "from:\"\"",
                            "is:new",
                            "has:x",
                            "after:2026-02-29",
                            "after:2026-11-27T24:00:00Z",
                            "after:2026-11-27T08:00:00",
                            "after:2026-11-27 x:y",
                            "larger:-1",
                            "larger:9223372036854775807k",
                            "smaller:k",
                            "id:9223372036854775808",
                            "session:x",
                            "client:1.2.3.4/33",
                            ")",
                            "disposition:fail",
                            "tls:",
                            "from:\" \""}) {
    INFO(query);
    CHECK(fault(query) != "none");
  }
}

TEST_CASE("a query is bounded in octets and in terms", "[inbox][search]") {
  std::string query;
  for (std::size_t i = 0; i < Search::kMaxTerms; ++i) query += i % 2 == 0 ? "a " : "-b ";
  CHECK(fault(query) == "none");
  CHECK(fault(query + "a").ends_with("there are more than 50 terms"));
  CHECK(fault(std::string(Search::kMaxQuery, 'a')) == "none");
  CHECK(fault(std::string(1001, 'a')).ends_with("the query has 1001 octets, and 1000 are the most"));
}

TEST_CASE("times are read as they are written", "[inbox][search]") {
  CHECK(time_of("1970-01-01") == 0);
  CHECK(time_of("2024-02-29T23:59:60Z") == time_of("2024-03-01"));
  CHECK(rfc3339(time_of("2026-11-27T08:00:21.1239-05:30").value()) == "2026-11-27T13:30:21.123Z");
  for (const char* wrong :
       {"", "2026", "2026-1-1", "2026-13-01", "2026-11-27 08:00:00Z", "2026-11-27T08:00Z", "2026-11-27T08:00:21.Z",
        "2026-11-27Z", "2026-11-27T08:00:21Zx", "2026-11-27T08:00:21+1:00"}) {
    INFO(wrong);
    CHECK(!time_of(wrong));
  }
}
