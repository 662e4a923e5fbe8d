#include <support/catch.hpp>
#include <support/domain.hpp>

#include <envelint/audit/resolver_report.hpp>
#include <envelint/render/terminal.hpp>

#include <functional>

using namespace envelint;

namespace {

constexpr std::string_view kMail =
    "@ MX 10 mail\n@ TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\n_dmarc TXT \"v=DMARC1; p=reject\"\n";

/// A server that answers from a zone and does with its answers what it likes.
class Server : public dns::Resolver {
 public:
  using Edit = std::function<void(const dns::Query&, dns::Answer&)>;

  explicit Server(Edit edit) : zone_(test::zone(kMail)), edit_(std::move(edit)) {}

  task::Task<dns::Answer> query(dns::Query query) override {
    dns::Answer answer = co_await zone_.query(query);
    answer.server = "192.0.2.53";
    edit_(query, answer);
    co_return answer;
  }

 private:
  dns::ZoneResolver zone_;
  Edit edit_;
};

audit::DomainReport report_of(Server::Edit edit) {
  static const dns::PublicSuffixList suffixes;
  Server server(std::move(edit));
  const auto domain = *dns::Name::parse("example.com");
  return audit::judge_domain(task::sync_wait(audit::collect(server, domain, {}, suffixes)));
}

std::string shown(const audit::DomainReport& domain) {
  audit::Report report;
  report.domains.push_back(domain);
  return render::terminal(report, {.width = 120});
}

std::string proof(Server::Edit edit) { return std::string(to_string(*report_of(std::move(edit)).resolver.proof)); }

}  // namespace

TEST_CASE("whether the records are proved is said, and what is not to be believed is unverified", "[audit][resolver]") {
  const auto is_txt = [](const dns::Query& query) { return query.type == dns::Type::txt; };
  CHECK(proof([](const auto&, auto& answer) { answer.authenticated = true; }) == "proved");
  CHECK(proof([](const auto&, auto& answer) { answer.unverified_ad = true; }) == "unverified");
  CHECK(proof([&](const auto& query, auto& answer) { answer.authenticated = is_txt(query); }) == "partial");
  CHECK(proof([](const auto&, auto&) {}) == "none");
  CHECK_FALSE(test::domain_report(kMail).resolver.proof);  // a file says nothing of the kind

  const auto text = [](Server::Edit edit) { return shown(report_of(std::move(edit))); };
  CHECK(text([](const auto&, auto& answer) {
          answer.authenticated = true;
        }).contains("  DNSSEC   ok       the records are proved, 192.0.2.53 says\n"));
  CHECK(text([](const auto&, auto& answer) {
          answer.unverified_ad = true;
        }).contains("  DNSSEC   unknown  unverified: 192.0.2.53 says that the records are proved"));
  CHECK(text([](const auto&, auto&) {}).contains("  DNSSEC   none     no record is proved"));
}

TEST_CASE("what a server remarks on an answer is shown with its name", "[audit][resolver]") {
  const auto report = report_of([](const dns::Query& query, dns::Answer& answer) {
    if (query.type != dns::Type::mx) return;
    answer.extended_error = 3;
    answer.detail = "authority is \x1b[31mdown";
  });
  REQUIRE(report.resolver.remarks.size() == 1);
  CHECK(report.resolver.remarks[0].question == "example.com MX");
  CHECK(report.resolver.remarks[0].code == 3);
  CHECK(shown(report).contains("  DNS      note     Stale Answer (3), 192.0.2.53 says of `example.com MX`: authority"));
  CHECK_FALSE(shown(report).contains("\x1b"));

  const auto many = report_of([](const auto&, dns::Answer& answer) { answer.extended_error = 30'000; });
  CHECK(shown(many).contains("  DNS      note     error 30000, 192.0.2.53 says of `"));
  CHECK(shown(many).contains(" more\n"));
}

TEST_CASE("an answer that is too large is told as such, and not as too many questions", "[audit][resolver]") {
  const auto large = [](const dns::Query& query, dns::Answer& answer) {
    if (query.type != dns::Type::txt || query.name != *dns::Name::parse("example.com")) return;
    answer = dns::Answer(dns::Trouble::limit, "the answer of 192.0.2.53 has a TXT record with more than 64 strings");
    answer.server = "192.0.2.53";
  };
  const auto report = report_of(large);
  const auto* finding = test::finding_of(report, "DNS001");
  REQUIRE(finding != nullptr);
  CHECK(finding->message == "`example.com TXT` was not answered: the answer is larger than envelint takes");
  CHECK(finding->note.starts_with("the answer of 192.0.2.53 has a TXT record with more than 64 strings; "));
  CHECK(finding->help.starts_with("see what makes it large with `dig +tcp example.com TXT`"));
  CHECK(shown(report).contains("  SPF      unknown  the answer is too large\n"));
}

TEST_CASE("an alias that leads nowhere is one finding, whatever was asked there", "[audit][resolver]") {
  const auto report = report_of([](const dns::Query& query, dns::Answer& answer) {
    if (query.name == *dns::Name::parse("example.com"))
      answer = dns::Answer(dns::Trouble::loop, "the CNAME chain is longer than 8");
  });
  CHECK(std::ranges::count(report.findings, finding::Code::dns_dangling_alias, &finding::Finding::code) == 1);
  CHECK(test::finding_of(report, "DNS007")->message ==
        "the aliases from `example.com` cannot be followed: the CNAME chain is longer than 8");
  CHECK(shown(report).contains("  MX       unknown  the CNAME chain is longer than 8\n"));
}
