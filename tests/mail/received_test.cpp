#include <envelint/mail/received.hpp>

#include <support/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using namespace envelint::mail;

namespace {

/// `helo|client|client_name|by|protocol|id`; `-` for no address.
std::string summary(std::string_view value) {
  const Received hop = parse_received(value);
  return hop.helo + "|" + (hop.client ? hop.client->to_string() : "-") + "|" + hop.client_name + "|" + hop.by + "|" +
         hop.protocol + "|" + hop.id;
}

}  // namespace

TEST_CASE("Received fields are read as the mail servers of the world write them", "[mail][received]") {
  const auto [server, value, expected] = GENERATE(table<std::string, std::string, std::string>({
      {"Postfix",
       "from helo.example (mail.example.com [192.0.2.1])\r\n"
       "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n"
       "\t key-exchange X25519 server-signature RSA-PSS (2048 bits))\r\n"
       "\t(No client certificate requested)\r\n"
       "\tby mx.example.net (Postfix) with ESMTPS id 4F1C2A\r\n"
       "\tfor <b@example.net>; Fri, 27 Nov 2026 03:47:44 +0000 (UTC)",
       "helo.example|192.0.2.1|mail.example.com|mx.example.net|ESMTPS|4F1C2A"},
      {"Postfix, no name", "from helo.example (unknown [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 1; x",
       "helo.example|192.0.2.1||mx.example.net|ESMTP|1"},
      {"Postfix, IPv6", "from h.example (m.example [IPv6:2001:db8::1]) by mx.example.net with ESMTPSA id 1; x",
       "h.example|2001:db8::1|m.example|mx.example.net|ESMTPSA|1"},
      {"Postfix, HELO with a literal",
       "from [198.51.100.7] (m.example [192.0.2.1]) by mx.example.net with SMTP id 1; x",
       "[198.51.100.7]|192.0.2.1|m.example|mx.example.net|SMTP|1"},
      {"Postfix, itself", "by mx.example.net (Postfix, from userid 0)\r\n\tid 4F1C2A; Fri, 27 Nov 2026 03:47:44 +0000",
       "|-||mx.example.net||4F1C2A"},
      {"Exim",
       "from mail.example.com ([192.0.2.1])\r\n\tby mx.example.net with esmtps (TLS1.3) (Exim 4.96)\r\n\tid 1abc-2; x",
       "mail.example.com|192.0.2.1||mx.example.net|esmtps|1abc-2"},
      {"Exim, other HELO",
       "from mail.example.com ([192.0.2.1]:4711 helo=h.example) by mx.example.net with esmtp id 1; x",
       "h.example|192.0.2.1|mail.example.com|mx.example.net|esmtp|1"},
      {"Exim, no name", "from [192.0.2.1] (port=2525 helo=h.example) by mx.example.net with esmtp (Exim 4.96) id 1; x",
       "h.example|192.0.2.1||mx.example.net|esmtp|1"},
      {"Exim, no name nor port", "from [192.0.2.1] (helo=h.example) by mx.example.net with esmtp (Exim 4.96) id 1; x",
       "h.example|192.0.2.1||mx.example.net|esmtp|1"},
      {"Sendmail",
       "from h.example (IDENT:joe@mail.example.com [192.0.2.1] (may be forged))\r\n"
       "\tby mx.example.net (8.17.1/8.17.1) with ESMTP id 4AR3lh; x",
       "h.example|192.0.2.1|mail.example.com|mx.example.net|ESMTP|4AR3lh"},
      {"Exchange",
       "from AM0PR01.example.com (2001:db8:208::14)\r\n by VI1PR01.example.com (2001:db8:803::25) with Microsoft\r\n"
       " SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.1; x",
       "AM0PR01.example.com|2001:db8:208::14||VI1PR01.example.com|Microsoft SMTP Server|15.20.1"},
      {"Exchange, no name", "from (2001:db8::1) by mx.example.net (2001:db8::2) with mapi id 15.1; x",
       "|2001:db8::1||mx.example.net|mapi|15.1"},
      {"Gmail",
       "from h.example (mail.example.com. [192.0.2.1])\r\n"
       "        by mx.google.com with ESMTPS id 12si2678950ywh.122.2009.09.28.01.15.48\r\n"
       "        for <b@example.net>\r\n"
       "        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\r\n"
       "        Fri, 27 Nov 2026 03:47:44 -0800 (PST)",
       "h.example|192.0.2.1|mail.example.com|mx.google.com|ESMTPS|12si2678950ywh.122.2009.09.28.01.15.48"},
      {"Gmail, inside", "by 2002:a05:6a10:1234:: with SMTP id r13cs186817; x",
       "|-||2002:a05:6a10:1234::|SMTP|r13cs186817"},
      {"qmail",
       "from unknown (HELO h.example) (192.0.2.1)\r\n  by mx.example.net with SMTP; 27 Nov 2026 03:47:44 -0000",
       "h.example|192.0.2.1||mx.example.net|SMTP|"},
      {"qmail, identd", "from mail.example.com (HELO h.example) (joe@192.0.2.1) by mx.example.net with SMTP; x",
       "h.example|192.0.2.1|mail.example.com|mx.example.net|SMTP|"},
      {"qmail, the HELO is the name", "from mail.example.com (192.0.2.1) by mx.example.net with SMTP; x",
       "mail.example.com|192.0.2.1||mx.example.net|SMTP|"},
      {"qmail, itself", "(qmail 92500 invoked by uid 60001); 28 Nov 2026 08:15:46 -0000", "|-||||"},
  }));
  CAPTURE(server);
  CHECK(summary(value) == expected);
}

TEST_CASE("what a client says is not taken for its address", "[mail][received]") {
  CHECK(summary("from [198.51.100.7] by mx.example.net with SMTP id 1; x") ==
        "[198.51.100.7]|-||mx.example.net|SMTP|1");
  CHECK(summary("from unknown (HELO 198.51.100.7) (192.0.2.1) by mx.example.net with SMTP; x") ==
        "198.51.100.7|192.0.2.1||mx.example.net|SMTP|");
  CHECK(summary("from by (m.example [192.0.2.1]) by mx.example.net with SMTP id 1; x") ==
        "by|192.0.2.1|m.example|mx.example.net|SMTP|1");
  CHECK(summary("from h.example (198.51.100.7 [192.0.2.1]) by mx.example.net with SMTP id 1; x") ==
        "h.example|192.0.2.1||mx.example.net|SMTP|1");
  CHECK(summary("from h.example (m.example [192.0.2.1]) by one.example with SMTP id 1 by two.example id 2; x") ==
        "h.example|192.0.2.1|m.example|one.example|SMTP|1");
}

TEST_CASE("an empty HELO leaves the word behind from as it was", "[mail][received]") {
  CHECK(summary("from h.example ([192.0.2.1] helo=) by mx.example.net with SMTP id 1; x") ==
        "h.example|192.0.2.1||mx.example.net|SMTP|1");
}

TEST_CASE("the envelope sender and the date are read", "[mail][received]") {
  const Received exim = parse_received(
      "from m.example ([192.0.2.1]) by mx.example.net with esmtps (Exim 4.96)\r\n\t(envelope-from <a@example.com>)\r\n"
      "\tid 1abc; Fri, 27 Nov 2026\r\n\t03:47:44 +0000");
  CHECK(exim.envelope_from == "a@example.com");
  CHECK(exim.id == "1abc");
  CHECK(exim.date == "Fri, 27 Nov 2026\t03:47:44 +0000");
  CHECK(parse_received("from m.example (m.example [192.0.2.1]) (envelope-from a@example.com) by mx; x").envelope_from ==
        "a@example.com");
  CHECK(parse_received("by mx (a; b) for <b@example.net>; then; now (UTC)").date == "now (UTC)");
}

TEST_CASE("protocols with TLS are known in any case", "[mail][received]") {
  for (const std::string with : {"ESMTPS", "esmtpsa", "LMTPS", "UTF8SMTPS", "UTF8LMTPSA"}) {
    CAPTURE(with);
    CHECK(parse_received("by mx with " + with + " id 1").tls());
  }
  for (const std::string with : {"SMTP", "ESMTP", "ESMTPA", "UTF8SMTP", "HTTP", ""}) {
    CAPTURE(with);
    CHECK_FALSE(parse_received("by mx with " + with + " id 1").tls());
  }
}

TEST_CASE("a Received field is read up to 8 KiB", "[mail][received]") {
  const std::string blanks(std::size_t{8} << 10, ' ');
  CHECK(parse_received("by mx" + blanks + " with SMTP").by == "mx");
  CHECK(parse_received("by mx" + blanks + " with SMTP").protocol.empty());
  CHECK(parse_received("from " + std::string(9000, '(')).helo.empty());
  CHECK(parse_received(std::string(9000, ';')).date.empty());
}
