#include <support/catch.hpp>

#include <envelint/dns/rdata.hpp>
#include <envelint/dns/zone_disk.hpp>
#include <envelint/dns/zone_file.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace envelint::dns;
using envelint::text::Span;
using namespace std::string_literals;
using Kind = ZoneFault::Kind;

namespace {

Zone read(std::string content, std::string_view origin = "example.com.") {
  return read_zone({"test.zone", std::move(content), {}}, {*Name::parse(origin), {}});
}

/// Files that exist only here.
FileOpener opener(std::map<std::string, std::string> files) {
  return [files = std::move(files)](std::string_view, std::string_view name) -> std::expected<ZoneText, std::string> {
    const auto file = files.find(std::string(name));
    if (file == files.end()) return std::unexpected("there is no such file");
    return ZoneText{file->first, file->second, {}};
  };
}

Zone read_with(std::string content, std::map<std::string, std::string> files) {
  return read_zone({"top.zone", std::move(content), {}}, {*Name::parse("example.com."), opener(std::move(files))});
}

std::vector<std::string> lines_of(const Zone& zone) {
  std::vector<std::string> out;
  for (const ZoneRecord& record : zone.records) out.push_back(zone_line(record.record));
  return out;
}

std::string_view at(const Zone& zone, std::uint32_t file, Span span) {
  return zone.files[file]->content().substr(span.start, span.size());
}

using Lines = std::vector<std::string>;

/// The one fault that a text draws, as "what it underlines: message".
std::string fault_of(const std::string& content) {
  const Zone zone = read(content);
  if (zone.faults.size() != 1) return std::to_string(zone.faults.size()) + " faults";
  const ZoneFault& fault = zone.faults[0];
  return std::string(at(zone, fault.file, fault.span)) + ": " + fault.message;
}

}  // namespace

TEST_CASE("owner, TTL and class may be left out, and TTL and class may stand in either order", "[dns][zone_file]") {
  const Zone zone = read(
      "@ 300 IN A 192.0.2.1\n"
      "www IN 1h30m A 192.0.2.2\n"
      "  AAAA 2001:db8::1\n"
      "$TTL 2d\n"
      "mail.example.net. MX 10 Mx\n"
      "\tin\ttxt\t\"a\" b\n");
  CHECK(zone.faults.empty());
  CHECK(lines_of(zone) == Lines{"example.com. 300 IN A 192.0.2.1", "www.example.com. 5400 IN A 192.0.2.2",
                                "www.example.com. 5400 IN AAAA 2001:db8::1",
                                "mail.example.net. 172800 IN MX 10 Mx.example.com.",
                                "mail.example.net. 172800 IN TXT \"a\" \"b\""});
  CHECK(zone.records[1].ttl_source == TtlSource::written);
  CHECK(zone.records[2].ttl_source == TtlSource::previous);
  CHECK(zone.records[3].ttl_source == TtlSource::directive);
  CHECK_FALSE(zone.records[2].owner_written);
}

TEST_CASE("every record knows the places of its words", "[dns][zone_file]") {
  const Zone zone = read("www 60 IN TXT ( \"v=spf1 \" ; one\n \"\\\"-all\" )\n");
  REQUIRE(zone.records.size() == 1);
  const ZoneRecord& record = zone.records[0];
  CHECK(at(zone, 0, record.owner) == "www");
  CHECK(at(zone, 0, record.ttl) == "60");
  CHECK(at(zone, 0, record.type) == "TXT");
  CHECK(at(zone, 0, record.rdata) == "\"v=spf1 \" ; one\n \"\\\"-all\"");
  CHECK(at(zone, 0, record.entry).ends_with(")"));
  REQUIRE(record.words.size() == 2);
  CHECK(at(zone, 0, record.words[1]) == "\"\\\"-all\"");
  const Text& text = std::get<Text>(record.record.data);
  CHECK(text.joined() == "v=spf1 \"-all");
  CHECK(text.joins() == std::vector<std::uint32_t>{7});
  CHECK(at(zone, 0, record.map.to_file({7, 8})) == "\\\"");
  CHECK(at(zone, 0, record.map.to_file({8, 12})) == "-all");
}

TEST_CASE("all kinds of data are read", "[dns][zone_file]") {
  const Zone zone = read(
      "@ SOA ns hostmaster 1 2h 3 4 5\n@ NS ns\na CNAME @\nb PTR .\nc DNAME example.net.\n_25._tcp TLSA 3 1 1 aa bb\n"
      "@ CAA 0 issue \"ca.example.net\"\nd TYPE65280 \\# 2 0102\ne A \\# 4 c0000201\nf TXT \\# 3 026162\n"
      "g SPF \"v=spf1\"\nh HINFO x y\ni SRV 0 0 25 mx\n");
  CHECK(zone.faults.empty());
  CHECK(lines_of(zone) == Lines{"example.com. 3600 IN SOA ns.example.com. hostmaster.example.com. 1 7200 3 4 5",
                                "example.com. 3600 IN NS ns.example.com.", "a.example.com. 3600 IN CNAME example.com.",
                                "b.example.com. 3600 IN PTR .", "c.example.com. 3600 IN DNAME example.net.",
                                "_25._tcp.example.com. 3600 IN TLSA 3 1 1 aabb",
                                "example.com. 3600 IN CAA \\# 21 0005697373756563612e6578616d706c652e6e6574",
                                "d.example.com. 3600 IN TYPE65280 \\# 2 0102", "e.example.com. 3600 IN A 192.0.2.1",
                                "f.example.com. 3600 IN TXT \"ab\"", "g.example.com. 3600 IN SPF \"v=spf1\"",
                                "h.example.com. 3600 IN TYPE13 \\# 4 01780179",
                                "i.example.com. 3600 IN SRV \\# 22 000000000019026d78076578616d706c6503636f6d00"});
}

TEST_CASE("$ORIGIN may be relative, and a file may hold several zones", "[dns][zone_file]") {
  const Zone zone = read("$ORIGIN sub\na A 192.0.2.1\n$origin example.net.\na A 192.0.2.2\n$ORIGIN .\na A 192.0.2.3\n");
  CHECK(zone.faults.empty());
  CHECK(lines_of(zone) == Lines{"a.sub.example.com. 3600 IN A 192.0.2.1", "a.example.net. 3600 IN A 192.0.2.2",
                                "a. 3600 IN A 192.0.2.3"});
  CHECK(zone.origins[zone.records[1].origin] == *Name::parse("example.net"));
}

TEST_CASE("$INCLUDE reads another file under its own origin", "[dns][zone_file]") {
  const Zone zone = read_with("$INCLUDE mail.zone mail\n$INCLUDE \"mail.zone\"\nlast A 192.0.2.9\n",
                              {{"mail.zone", "mx A 192.0.2.1\n$ORIGIN elsewhere.example.\nx A 192.0.2.2\n"}});
  CHECK(zone.faults.empty());
  CHECK(lines_of(zone) == Lines{"mx.mail.example.com. 3600 IN A 192.0.2.1", "x.elsewhere.example. 3600 IN A 192.0.2.2",
                                "mx.example.com. 3600 IN A 192.0.2.1", "x.elsewhere.example. 3600 IN A 192.0.2.2",
                                "last.example.com. 3600 IN A 192.0.2.9"});
  CHECK(zone.files.size() == 3);
  CHECK(zone.records[0].file == 1);
  CHECK(zone.records[4].file == 0);
}

TEST_CASE("$INCLUDE is refused when it cannot end well", "[dns][zone_file]") {
  CHECK(fault_of("$INCLUDE x.zone\n") == "x.zone: `x.zone` is not included: other files are not read here");
  SECTION("missing") {
    const Zone zone = read_with("$INCLUDE x.zone\na A 192.0.2.1", {});
    REQUIRE(zone.faults.size() == 1);
    CHECK(zone.faults[0].kind == Kind::include);
    CHECK(zone.faults[0].message == "`x.zone` is not included: there is no such file");
    CHECK(zone.records.size() == 1);
  }
  SECTION("a circle") {
    const Zone zone = read_with("$INCLUDE a\n", {{"a", "$INCLUDE b\n"}, {"b", "x A 192.0.2.1\n$INCLUDE a\n"}});
    CHECK(zone.files.size() == 3);
    REQUIRE(zone.faults.size() == 1);
    CHECK(zone.faults[0].file == 2);
  }
  SECTION("too deep") {
    std::map<std::string, std::string> files;
    for (int i = 0; i < 20; ++i) files["f" + std::to_string(i)] = "$INCLUDE f" + std::to_string(i + 1) + "\n";
    const Zone zone = read_with("$INCLUDE f0\n", files);
    CHECK(zone.files.size() == 1 + kMaxIncludeDepth);
    CHECK(zone.faults.size() == 1);
  }
  SECTION("too many") {
    std::string top;
    std::map<std::string, std::string> files{{"x", "a A 192.0.2.1\n"}};
    for (int i = 0; i < 1500; ++i) top += "$INCLUDE x\n";
    const Zone zone = read_with(top, files);
    CHECK(zone.files.size() == kMaxZoneFiles);
    CHECK_FALSE(zone.faults.empty());
  }
}

TEST_CASE("files outside the zone's folder are not included, however they are named", "[dns][zone_file]") {
  namespace fs = std::filesystem;
  std::string base = (fs::temp_directory_path() / "envelint-XXXXXX").string();
  REQUIRE(::mkdtemp(base.data()) != nullptr);
  const fs::path folder = fs::path(base) / "zones";
  fs::create_directories(folder / "inner");
  std::ofstream(fs::path(base) / "secret") << "a A 192.0.2.1\n";
  std::ofstream(folder / "good") << "b A 192.0.2.2\n";
  std::ofstream(folder / "inner" / "up") << "$INCLUDE ../good\n$INCLUDE ../top\n";
  fs::create_symlink(fs::path(base) / "secret", folder / "link");
  std::ofstream(folder / "top") << "$INCLUDE inner/up\n$INCLUDE link\n$INCLUDE ../secret\n$INCLUDE " << base
                                << "/secret\n$INCLUDE ../none\n$INCLUDE inner\n$INCLUDE none\n";
  auto top = open_zone_file(folder / "top");
  REQUIRE(top);
  const auto count = [&](bool anywhere) {
    const Zone zone = read_zone(*top, {{}, disk_opener(folder, anywhere)});
    return std::pair(zone.records.size(), zone.faults.size());
  };
  CHECK(count(false) == std::pair<std::size_t, std::size_t>(1, 7));
  CHECK(count(true) == std::pair<std::size_t, std::size_t>(4, 4));
  CHECK_FALSE(open_zone_file(folder / "none"));
  CHECK_FALSE(open_zone_file(folder));
  fs::remove_all(base);
}

TEST_CASE("$GENERATE makes records with the places of its own words", "[dns][zone_file]") {
  const Zone zone = read("$GENERATE 1-5/2 host-$ A 192.0.2.${10}\n$GENERATE 10-10 ${0,3,x} CNAME ${0,3,n}.$$\n");
  CHECK(zone.faults.empty());
  CHECK(lines_of(zone) == Lines{"host-1.example.com. 3600 IN A 192.0.2.11", "host-3.example.com. 3600 IN A 192.0.2.13",
                                "host-5.example.com. 3600 IN A 192.0.2.15",
                                "00a.example.com. 3600 IN CNAME a.0.\\$.example.com."});
  CHECK(zone.records[0].generated);
  CHECK(at(zone, 0, zone.records[0].owner) == "host-$");
  CHECK(at(zone, 0, zone.records[2].rdata) == "192.0.2.${10}");
}

TEST_CASE("a wrong or boundless $GENERATE is one fault", "[dns][zone_file]") {
  for (const char* line :
       {"$GENERATE 1-100000 a$ A 192.0.2.1", "$GENERATE 5-1 a$ A 192.0.2.1", "$GENERATE 1 a A 192.0.2.1",
        "$GENERATE 1-2/0 a$ A 192.0.2.1", "$GENERATE 1-9 a${x} A 192.0.2.1", "$GENERATE 1-9 a${-5} A 192.0.2.1",
        "$GENERATE 250-300 a$ A 192.0.2.$", "$GENERATE 1-2 a", "$GENERATE 1-9 a${0,99} A 192.0.2.1",
        "$GENERATE 1-9 a${0 A 192.0.2.1", "$GENERATE 0-99999999999 a$ A 192.0.2.1"}) {
    INFO(line);
    const Zone zone = read(line + "\nlast A 192.0.2.1\n"s);
    REQUIRE(zone.faults.size() == 1);
    CHECK(zone.faults[0].kind == Kind::generate);
    CHECK(zone.records.back().record.owner == *Name::parse("last.example.com"));
  }
  SECTION("the bound holds for all of them together") {
    const Zone zone = read("$GENERATE 1-60000 a$ TXT x\n$GENERATE 1-60000 b$ TXT x\n");
    CHECK(zone.records.size() == 60'000);
    CHECK(zone.faults.size() == 1);
  }
}

TEST_CASE("a fault names what is wrong and underlines it", "[dns][zone_file]") {
  CHECK(fault_of("a A 192.0.2\n") == "192.0.2: `192.0.2` is no IPv4 address");
  CHECK(fault_of("a AAAA 192.0.2.1\n") == "192.0.2.1: `192.0.2.1` is no IPv6 address");
  CHECK(fault_of("a A\n") == "A: the A record ends before its IPv4 address");
  CHECK(fault_of("a A 192.0.2.1 192.0.2.2\n") == "192.0.2.2: `192.0.2.2` is more than an A record holds");
  CHECK(fault_of("a MX mail\n") ==
        "mail: `mail` stands where the preference of an MX record should: a number from 0 to 65535");
  CHECK(fault_of("a MX 99999 mail\n").starts_with("99999: "));
  CHECK(fault_of("a MX 10\n") == "10: the MX record ends before its mail server");
  CHECK(fault_of("a MX 10 \"mail\"\n") == "\"mail\": the mail server of an MX record stands in quotes");
  CHECK(fault_of("a CNAME b..c\n") == "b..c: the name `b..c` has an empty label");
  CHECK(fault_of("a TLSA 3 1 1 abc\n").starts_with("abc: the number of hexadecimal digits is odd"));
  CHECK(fault_of("a CAA x issue y\n").starts_with("x issue y: the data of the CAA record cannot be read: "));
  CHECK(fault_of("a TYPE10304\n") == "TYPE10304: the TYPE10304 record has no data");
  CHECK(fault_of("a TYPE238026161 x\n") == "TYPE238026161: `TYPE238026161` is no record type");
  CHECK(fault_of("a ANY x\n") == "ANY: `ANY` is no record type");
  CHECK(fault_of("a TXT\n") == "TXT: the record has no text");
  CHECK(fault_of("a TXTT \"x\"\n") == "TXTT: `TXTT` is no record type");
  CHECK(fault_of("a 300 IN \"v=spf1 -all\"\n") == "\"v=spf1 -all\": `v=spf1 -all` is no record type");
  CHECK(fault_of("a CH TXT x\n") == "CH: the class is `CH`, and mail knows only IN");
  CHECK(fault_of("a 9999999999 A 192.0.2.1\n") ==
        "9999999999: the time to live `9999999999` is longer than 2147483647 seconds");
  CHECK(fault_of("a 300\n") == "300: the line ends before a record type");
  CHECK(fault_of("  A 192.0.2.1\n").ends_with("no line above it gives an owner"));
  CHECK(fault_of("\"a\" A 192.0.2.1\n") == "\"a\": a name stands in quotes: `\"a\"`");
  CHECK(fault_of("$FOO x\n") == "$FOO: `$FOO` is no directive");
  CHECK(fault_of("$TTL x\n") == "x: `x` is no time from 0 to 2147483647 seconds");
  CHECK(fault_of("$TTL\n") == "$TTL: `$TTL` takes one time");
  CHECK(fault_of("$ORIGIN a b\n") == "$ORIGIN a b: `$ORIGIN` takes one name");
  CHECK(fault_of(std::string(64, 'a') + " A 192.0.2.1\n").ends_with("has a label of more than 63 octets"));
}

TEST_CASE("a line that is indented by mistake is read all the same", "[dns][zone_file]") {
  const Zone zone = read("  www A 192.0.2.1\n");
  CHECK(lines_of(zone) == Lines{"www.example.com. 3600 IN A 192.0.2.1"});
  REQUIRE(zone.faults.size() == 1);
  CHECK(at(zone, 0, zone.faults[0].span) == "www");
}

TEST_CASE("a bad line does not cost the next", "[dns][zone_file]") {
  const Zone zone = read(
      "a A x\nb TXT \"open\nd TXT \"\\999\"\ne TXT \"\0\"\nf A 192.0.2.1 )\ng A \x01\nc MX ( 10 mail\nh A 192.0.2.8"s);
  CHECK(lines_of(zone) == Lines{"b.example.com. 3600 IN TXT \"open\"", "d.example.com. 3600 IN TXT \"999\"",
                                "e.example.com. 3600 IN TXT \"\\000\"", "f.example.com. 3600 IN A 192.0.2.1",
                                "c.example.com. 3600 IN MX 10 mail.example.com.",
                                "h.example.com. 3600 IN A 192.0.2.8"});
  CHECK(zone.faults.size() == 7);
}

TEST_CASE("a string of more than 255 octets is kept, with a fault", "[dns][zone_file]") {
  const Zone zone = read("a TXT short \"" + std::string(300, 'x') + "\"\n");
  REQUIRE(zone.records.size() == 1);
  REQUIRE(zone.faults.size() == 1);
  CHECK(zone.faults[0].kind == Kind::long_string);
  CHECK(zone.faults[0].record == 0);
  CHECK(zone.faults[0].value == Span{5, 305});
  CHECK(std::get<Text>(zone.records[0].record.data).joined().size() == 305);
}

TEST_CASE("a semicolon that cut a text is remembered", "[dns][zone_file]") {
  const auto cut = [](const std::string& text) {
    const Zone zone = read(text);
    REQUIRE(zone.records.size() == 1);
    const auto& span = zone.records[0].cut_comment;
    return span ? std::string(at(zone, 0, *span)) : "none";
  };
  CHECK(cut("k TXT v=DKIM1; k=rsa; p=abc  \n") == "; k=rsa; p=abc  ");
  CHECK(cut("k TXT v=DKIM1 ;k=rsa\n") == ";k=rsa");
  CHECK(cut("k TXT v=DKIM1 ; our key\n") == "none");
  CHECK(cut("k TXT \"v=DKIM1\"; k=rsa\n") == "none");
  CHECK(cut("k TXT ( v=DKIM1; k=rsa\n p=abc )\n") == "; k=rsa");
  CHECK(cut("k A 192.0.2.1;comment\n") == "none");
}

TEST_CASE("comments silence the entry they stand in or before, or the file", "[dns][zone_file]") {
  const Zone zone = read(
      "a TXT x ; envelint: ignore SPF020, dkim -- known\n"
      "; envelint: ignore DNS026\n\n; other\nb TXT y\nc TXT z\n"
      "; envelint: ignore-file DNS -- all\n"
      "d TXT ( x ; envelint: ignore\n y )\n; envelint: igno SPF020\n");
  REQUIRE(zone.suppressions.size() == 5);
  CHECK(zone.suppressions[0].codes == Lines{"SPF020", "DKIM"});
  CHECK(zone.suppressions[0].reason == "known");
  CHECK(zone.suppressions[0].first_record == 0);
  CHECK(zone.suppressions[0].end_record == 1);
  CHECK(zone.suppressions[1].first_record == 1);
  CHECK(zone.suppressions[1].end_record == 2);
  CHECK(at(zone, 0, zone.suppressions[1].entry) == "b TXT y");
  CHECK(zone.suppressions[2].whole_file);
  CHECK(zone.suppressions[3].codes.empty());
  CHECK(zone.suppressions[3].first_record == 3);
  CHECK(zone.suppressions[4].codes.empty());
  CHECK(zone.suppressions[4].entry.empty());
}

TEST_CASE("trouble is written in comments", "[dns][zone_file]") {
  const Zone zone = read(";! timeout www\n;!servfail example.net. mx\n;!!! beware\n;! refused @ TXT\n");
  CHECK(zone.faults.empty());
  REQUIRE(zone.troubles.size() == 3);
  CHECK(zone.troubles[0].name == *Name::parse("www.example.com"));
  CHECK_FALSE(zone.troubles[0].type);
  CHECK(zone.troubles[1].trouble == Trouble::servfail);
  CHECK(zone.troubles[1].type == Type::mx);
  for (const char* line : {";! fire a\n", ";! timeout\n", ";! timeout a b\n", ";! timeout a A b\n",
                           "a A 192.0.2.1 ;! timeout a\n", ";! loop a\n", ";! timeout a..b\n"}) {
    INFO(line);
    const Zone bad = read(line);
    REQUIRE(bad.faults.size() == 1);
    CHECK(bad.faults[0].kind == Kind::trouble);
  }
}

TEST_CASE("hostile zones are read in bounds", "[dns][zone_file]") {
  SECTION("a file that is too large is not read") {
    const Zone zone = read(std::string(kMaxZoneFileBytes + 1, 'x'));
    CHECK(zone.faults.size() == 1);
    CHECK(zone.records.empty());
  }
  SECTION("one line as long as a file may be") {
    CHECK(read("a TXT \"" + std::string(kMaxZoneFileBytes - 16, 'x') + "\"").faults.size() == 1);
  }
  SECTION("a text of ten thousand strings") {
    std::string text = "a TXT";
    for (int i = 0; i < 10'000; ++i) text += " \"abc\"";
    const Zone zone = read(text);
    REQUIRE(zone.records.size() == 1);
    CHECK(std::get<Text>(zone.records[0].record.data).joins().size() == 9'999);
    CHECK(zone.records[0].map.segments.size() == 10'000);
  }
  SECTION("a text that no record can hold") {
    std::string text = "a TXT";
    for (int i = 0; i < 20'000; ++i) text += " \"abcd\"";
    CHECK(fault_of(text).ends_with("the text is longer than the 65535 octets that a record can hold"));
  }
  SECTION("faults are counted out") {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "a A x\n";
    CHECK(read(text).faults.size() == kMaxZoneFaults);
  }
  SECTION("bytes without meaning") {
    std::mt19937 random(11);
    std::string text(1'000'000, '\0');
    for (char& c : text) c = static_cast<char>(random());
    CHECK(read(text).faults.size() == kMaxZoneFaults);
  }
  SECTION("text that is no UTF-8 is kept as it is") {
    const Zone zone = read("a TXT \"\xFF\xC3\x28\"\n");
    CHECK(zone.faults.empty());
    CHECK(std::get<Text>(zone.records[0].record.data).joined() == "\xFF\xC3\x28");
  }
}

TEST_CASE("a zone printed and read again has the same records", "[dns][zone_file]") {
  std::mt19937 random(3);
  const auto bytes = [&](std::size_t most) {
    std::string out;
    for (std::size_t size = random() % (most + 1); out.size() < size;) out += static_cast<char>(random());
    return out;
  };
  const auto name = [&] {
    Name out = *Name::parse("example.org");
    for (auto i = random() % 3; i > 0; --i) out = *out.child("x" + bytes(20));
    return out;
  };
  std::string text;
  std::vector<Record> records;
  for (int i = 0; i < 3000; ++i) {
    Record record(name(), Type::txt, static_cast<std::uint32_t>(random() % 100'000), Raw{});
    switch (random() % 6) {
      case 0: record.data = Text(std::vector<std::string>{bytes(255), bytes(255)}); break;
      case 1: record.type = Type::mx, record.data = Mx{static_cast<std::uint16_t>(random()), name()}; break;
      case 2: record.type = Type::cname, record.data = name(); break;
      case 3: record.type = Type::soa, record.data = Soa{name(), name(), 1, 2, 3, 4, 5}; break;
      case 4: record.type = Type::tlsa, record.data = Tlsa{3, 1, 1, {1, 2, static_cast<std::uint8_t>(random())}}; break;
      default: record.type = static_cast<Type>(65'280), record.data = Raw{{9, 8, 7}}; break;
    }
    text += zone_line(record) + "\n";
    records.push_back(std::move(record));
  }
  const Zone zone = read(text);
  CHECK(zone.faults.empty());
  REQUIRE(zone.records.size() == records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    INFO(zone_line(records[i]));
    REQUIRE(zone.records[i].record == records[i]);
  }
}

TEST_CASE("every byte of a text maps to the file bytes that wrote it", "[dns][zone_file]") {
  std::mt19937 random(5);
  constexpr std::string_view kAlphabet = "ab \\\\\\;()19\x80\"";
  for (int round = 0; round < 2000; ++round) {
    std::string text = "a TXT ";
    for (int i = 0; i < 60; ++i) text += kAlphabet[random() % kAlphabet.size()];
    const Zone zone = read(text + "\nb TXT x\n");
    for (const ZoneRecord& record : zone.records) {
      const std::string_view value = std::get<Text>(record.record.data).joined();
      for (std::uint32_t i = 0; i < value.size(); ++i) {
        const std::string_view written = at(zone, 0, record.map.to_file({i, i + 1}));
        REQUIRE((written.size() == 1 || written.starts_with('\\')));
        if (written.size() <= 2) REQUIRE(written.back() == value[i]);
      }
    }
  }
}
