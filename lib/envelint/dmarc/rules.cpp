#include <envelint/dmarc/rules.hpp>

#include <envelint/dmarc/rule_context.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>

namespace envelint::dmarc {
namespace {

using text::span_of;

constexpr std::string_view kLabel = "_dmarc.";
constexpr std::string_view kReportLabels = "._report._dmarc";
constexpr std::size_t kMaxName = 253;     // RFC 1035 §2.3.4, as text
constexpr std::size_t kWalkedLabels = 7;  // RFC 9989 §4.10 step 4: no walk asks at more, but for the author domain

bool offers_fix(const Findings& findings) {
  return std::ranges::any_of(findings.items(), [](const finding::Finding& f) { return f.fix.has_value(); });
}

// Only where nothing else would be mended: it rewrites the whole record.
void not_canonical(Subject& s) {
  if (!s.record.valid() || offers_fix(s.out)) return;
  std::string better = canonical(s.record);
  if (better == print(s.record)) return;
  s.out.add(Code::dmarc_not_canonical, span_of(0, s.record.text.size()))
      .message("the record says more than it needs to, or in an unusual order")
      .note("tags that only repeat a default, or that receivers ignore, make a record harder to read")
      .help("`{}` means the same", better)
      .fix(span_of(0, s.record.text.size()), std::string(better));
}

void no_dmarc_record(Subject& s) {
  auto draft = s.out.add(Code::dmarc_version_not_first, span_of(0, s.record.text.size()));
  draft.message("this text is no DMARC record: it does not begin with `v=DMARC1`")
      .note("receivers discard it and look on as if it were not there");
  if (text::istarts_with(s.record.text, "v=spf1")) {
    draft.help("this is an SPF record: publish it at the domain itself, not below `_dmarc`");
  } else {
    draft.help("put a DMARC record here, such as `v=DMARC1; p=none; rua=mailto:` and an address; delete what is none");
  }
}

bool is_same_or_below(std::string_view name, std::string_view parent) {
  return text::iequals(name, parent) || (name.size() > parent.size() && text::iends_with(name, parent) &&
                                         name[name.size() - parent.size() - 1] == '.');
}

// RFC 9990, "Verifying External Destinations", step 4.
void authorization_name_too_long(Subject& s) {
  for (const ReportUri& uri : s.record.uris) {
    const std::string_view host = s.record.at(uri.host);
    if (host.empty() || is_same_or_below(host, s.domain) || is_same_or_below(s.domain, host)) continue;
    const std::size_t length = s.domain.size() + kReportLabels.size() + 1 + host.size();
    if (length <= kMaxName) continue;
    s.out.add(Code::dmarc_authorization_name_too_long, uri.host)
        .message(
            "`{}` can never agree to receive reports for this domain: the name where it would say so has {} "
            "characters, and DNS allows {}",
            host, length, kMaxName)
        .note("receivers do not send reports to another domain unless that domain agrees in DNS")
        .help("use an address in a domain with a shorter name, or one within `{}`", s.domain);
  }
}

}  // namespace

void check(const Record& record, Findings& out, std::string_view owner) {
  Findings own;
  Subject s{record, own, domain_of(owner), text::lower(owner).contains("._report._dmarc.")};
  if (!record.intended()) {
    no_dmarc_record(s);
  } else {
    check_form(s);
    if (!s.authorization) check_policy(s);
    check_reports(s);
    not_canonical(s);
  }
  std::ranges::move(own.items(), std::back_inserter(out.items()));
}

void check_owner(const Record& record, std::string_view owner, Findings& out) {
  if (!record.intended()) return;
  Subject s{record, out, domain_of(owner)};
  if (s.domain.empty()) return;
  authorization_name_too_long(s);
  const auto labels = static_cast<std::size_t>(std::ranges::count(s.domain, '.')) + 1;
  if (labels > kWalkedLabels) check_ignored_subdomain_policy(record, {}, out);
}

void check_ignored_subdomain_policy(const Record& record, std::string_view organizational_domain, Findings& out) {
  if (record.read.psd.value_or(Psd::unspecified) != Psd::unspecified) return;
  for (const Key key : {Key::sp, Key::np}) {
    const Tag* const tag = record.find(key);
    if (tag == nullptr) continue;
    auto draft = out.add(Code::dmarc_subdomain_policy_ignored, tag->span);
    draft.message("`{}` has no effect here: no receiver takes the policy for subdomains from this record",
                  record.at(tag->span));
    if (organizational_domain.empty()) {
      draft.note("receivers that look for a policy above a domain ask at names of at most {} labels", kWalkedLabels);
    } else {
      draft.note("mail from subdomains follows their own record, else the one at `_dmarc.{}`", organizational_domain);
    }
    draft.help("remove `{}`", record.at(tag->span));
    if (is_editable(*tag)) draft.fix({removal(record, *tag)});
  }
}

std::string domain_of(std::string_view owner) {
  std::string domain = text::lower(owner);
  if (domain.ends_with('.')) domain.pop_back();
  return domain.starts_with(kLabel) ? domain.substr(kLabel.size()) : domain;
}

bool is_editable(const Tag& tag) noexcept { return !tag.ignored && !tag.duplicate && tag.whole == tag.value; }

Edit removal(const Record& record, const Tag& tag) {
  const auto index = static_cast<std::size_t>(&tag - record.tags.data());
  if (index > 0) return {span_of(record.tags[index - 1].whole.end, tag.whole.end), ""};
  const std::size_t end = record.tags.size() > 1 ? record.tags[1].span.start : record.text.size();
  return {span_of(tag.span.start, end), ""};
}

std::optional<Edit> after_version(const Record& record, std::string_view text) {
  const Tag* const version = record.find(Key::v);
  if (version == nullptr || version->whole != version->value || version->ignored) return std::nullopt;
  return Edit{span_of(version->whole.end, version->whole.end), std::string("; ").append(text)};
}

Edit at_end(const Record& record, std::string_view text) {
  const std::uint32_t end = record.tags.back().whole.end;
  return {span_of(end, end), std::string("; ").append(text)};
}

std::string_view fallback_effect(const Record& record) noexcept {
  return record.has_usable_rua() ? "receivers act as if the record said `p=none`: they report and stop nothing"
                                 : "receivers apply no DMARC at all to mail from this domain";
}

}  // namespace envelint::dmarc
