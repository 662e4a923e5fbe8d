#include <envelint/audit/mail_host_rules.hpp>

#include <envelint/audit/mail_use.hpp>
#include <envelint/spf/record.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/tag_list.hpp>
#include <envelint/tls_rpt/record.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace envelint::audit {
namespace {

using finding::Code;
using finding::Findings;

// RFC 7208 §4.6.4.
constexpr std::size_t kMostForSpf = 10;

// RFC 5321 §5.1.
void implicit_mx(const DomainFacts& facts, Findings& out) {
  const bool has_address = facts.a.has_records() || facts.aaaa.has_records();
  if (!facts.mx.nothing() || !has_address || looks_parked(facts)) return;
  const std::string domain = facts.domain.to_string();
  out.add(Code::mx_implicit_mx, {})
      .owner(domain)
      .message("`{}` has no MX record: mail goes to the address of the domain itself", domain)
      .note(
          "senders then connect to `{}`, which is often a web server; mail waits there for days before it is returned",
          domain)
      .help("name the mail host, `{0}. MX 10 mail.{0}.`, or say that the domain takes no mail, `{0}. MX 0 .`", domain);
}

void no_mail_host(const DomainFacts& facts, Findings& out) {
  if (!has_nowhere_to_deliver(facts) || !sends_mail(facts)) return;
  const std::string domain = facts.domain.to_string();
  out.add(Code::mx_no_mail_host, {})
      .owner(domain)
      .message("`{}` sends mail but cannot receive any: it has neither MX record nor address", domain)
      .note("replies and bounces are lost, and many receivers refuse mail whose sender cannot be answered")
      .help("name the mail host, `{0}. MX 10 mail.{0}.`, with an A record for it", domain);
}

// `mailto:tls@example.com`, perhaps with header fields behind a question mark (RFC 6068).
bool goes_to(std::string_view uri, const std::string& domain) {
  const std::size_t at = uri.find('@');
  if (!text::istarts_with(uri, "mailto:") || at == std::string_view::npos) return false;
  const std::string_view host = uri.substr(at + 1);
  return text::iequals(host.substr(0, host.find('?')), domain);
}

// Of DMARC reports DMARC062 speaks.
bool has_tls_reports_to_itself(const DomainFacts& facts) {
  const std::string domain = facts.domain.to_string();
  return std::ranges::any_of(facts.tls_rpt.records, [&](const dns::Record& entry) {
    const auto* text = std::get_if<dns::Text>(&entry.data);
    if (text == nullptr) return false;
    const std::string_view value = text->joined();
    const tls_rpt::Record record = tls_rpt::parse(value);
    return std::ranges::any_of(record.uris,
                               [&](const auto& uri) { return goes_to(text::slice(value, uri.span), domain); });
  });
}

std::string_view mail_in_spite_of_null_mx(const DomainFacts& facts) {
  if (spf_use(facts) == SpfUse::somebody) return "its SPF record lets hosts send";
  return has_tls_reports_to_itself(facts) ? "its TLS-RPT record has reports sent to it" : std::string_view();
}

// RFC 7505 §3, §4.2.
void null_mx(const DomainFacts& facts, Findings& out) {
  if (!facts.has_null_mx()) return;
  const std::string domain = facts.domain.to_string();
  const std::string_view but = mail_in_spite_of_null_mx(facts);
  if (but.empty()) {
    out.add(Code::mx_null_mx, {})
        .owner(domain)
        .message("`{}` takes no mail (null MX)", domain)
        .note("mail to it is returned at once");
    return;
  }
  out.add(Code::mx_null_mx_but_sends, {})
      .owner(domain)
      .message("`{}` takes no mail (null MX), but {}", domain, but)
      .note("receivers refuse mail whose sender cannot be answered, and what is sent to the domain is returned")
      .help(
          "name the mail host in place of the null MX, `{0}. MX 10 mail.{0}.`; if the domain has no mail, publish "
          "`{0}. TXT "
          "\"v=spf1 -all\"` and have reports sent to another domain",
          domain);
}

bool has_mx_term(const DomainFacts& facts) {
  const auto records = spf::select_records(facts.txt);
  return std::ranges::any_of(records, [](const dns::Text* text) {
    const spf::Record record = spf::parse(text->joined());
    return std::ranges::any_of(record.terms, [](const spf::Term& term) { return term.is(spf::Mechanism::mx); });
  });
}

// Where the SPF record has an `mx` term, SPF099 says what comes of it.
void many_mx(const DomainFacts& facts, Findings& out) {
  if (facts.mx.records.size() <= kMostForSpf || has_mx_term(facts)) return;
  const std::string domain = facts.domain.to_string();
  out.add(Code::mx_many_mx, {})
      .owner(domain)
      .message("`{}` has {} MX records", domain, facts.mx.records.size())
      .note(
          "senders try a few of them and give up; and an `mx` in the SPF record, or in one that includes it, would be "
          "an error "
          "(permerror)")
      .help("keep at most {} MX records: a host can have several addresses", kMostForSpf);
}

}  // namespace

void check_mail_hosts(const DomainFacts& facts, Findings& out) {
  implicit_mx(facts, out);
  no_mail_host(facts, out);
  null_mx(facts, out);
  many_mx(facts, out);
}

}  // namespace envelint::audit
