#include <envelint/dmarc/keys.hpp>
#include <envelint/dmarc/rule_context.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/edit_distance.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::dmarc {
namespace {

using finding::Severity;
using text::span_of;

constexpr std::array<std::string_view, 3> kPolicies{"none", "quarantine", "reject"};

// What people write for a policy, and which one it is.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kPolicyWords{{{"monitor", "none"},
                                                                                      {"no", "none"},
                                                                                      {"null", "none"},
                                                                                      {"quar", "quarantine"},
                                                                                      {"junk", "quarantine"},
                                                                                      {"spam", "quarantine"},
                                                                                      {"rejected", "reject"},
                                                                                      {"refuse", "reject"},
                                                                                      {"block", "reject"},
                                                                                      {"deny", "reject"}}};

std::string_view bare(std::string_view value) {
  while (!value.empty() && !text::is_alnum(value.front())) value.remove_prefix(1);
  while (!value.empty() && !text::is_alnum(value.back())) value.remove_suffix(1);
  return value;
}

// The policy a value was meant to be, or empty.
std::string_view nearest_policy(std::string_view value) {
  const std::string_view word = bare(value);
  for (const auto& [alias, policy] : kPolicyWords) {
    if (text::iequals(word, alias)) return policy;
  }
  return text::nearest(word, kPolicies, word.size() < 6 ? 1 : 2).value_or("");
}

// DMARC020 and 021 (RFC 9989 §4.10.1).
void policy_missing(Subject& s) {
  const Record& r = s.record;
  if (r.find(Key::p) != nullptr) return;
  const std::uint32_t end = r.tags.back().span.end;
  const bool reported = r.has_usable_rua();
  auto draft = s.out.add(reported ? Code::dmarc_no_policy : Code::dmarc_no_policy_no_reports, span_of(end, end));
  draft
      .message("{}", reported ? "the record has no `p` tag, and counts as `p=none`"
                              : "the record has neither a policy nor a usable address for reports")
      .note("{}", fallback_effect(r))
      .help("say what is to happen to failing mail: `p=none`, `p=quarantine` or `p=reject`");
  if (auto edit = after_version(r, "p=none")) draft.fix({*std::move(edit)});
}

void invalid_policy(Subject& s, Key key, Code code) {
  const Record& r = s.record;
  const Tag* const tag = r.find(key);
  if (tag == nullptr || read_policy(r.at(tag->value))) return;
  const std::string_view value = r.at(tag->value);
  const std::string_view meant = nearest_policy(value);
  auto draft = s.out.add(code, value.empty() ? tag->span : tag->value);
  if (value.empty()) {
    draft.message("`{}` has no value", r.at(tag->span));
  } else {
    draft.message("`{}` is no policy", value);
  }
  draft.note("{}", fallback_effect(r));
  if (meant.empty()) {
    draft.help("write `{0}=none`, `{0}=quarantine` or `{0}=reject`", to_string(key));
    return;
  }
  draft.help("did you mean `{}={}`?", to_string(key), meant);
  if (is_editable(*tag)) draft.fix(tag->value, std::string(meant));
}

bool asks_for_reports(const Record& record) {
  return record.find(Key::rua) != nullptr ||
         std::ranges::any_of(record.tags, [](const Tag& tag) { return tag.near == Key::rua; });
}

void monitoring_only(Subject& s) {
  const Record& r = s.record;
  if (r.meant.p != Policy::none || !asks_for_reports(r)) return;
  s.out.add(Code::dmarc_monitoring_only, r.find(Key::p)->span)
      .message("`p=none` stops nobody from sending in this domain's name")
      .note("receivers deliver failing mail as they would without DMARC, and report it")
      .help("when the reports show all your own mail passing, go on to `p=quarantine` or `p=reject`");
}

void quarantine(Subject& s) {
  const Record& r = s.record;
  if (r.meant.p != Policy::quarantine) return;
  s.out.add(Code::dmarc_quarantine, r.find(Key::p)->span)
      .message("`p=quarantine` puts forged mail into the spam folder; it is still delivered")
      .help("when the reports have shown no mail of your own failing for some weeks, `p=reject` is the next step");
}

void weaker_subdomains(Subject& s) {
  const Record& r = s.record;
  if (!r.meant.p || !r.meant.sp || *r.meant.sp >= *r.meant.p) return;
  const Tag& tag = *r.find(Key::sp);
  auto draft = s.out.add(Code::dmarc_weaker_subdomains, tag.value);
  draft
      .message("subdomains are guarded less (`sp={}`) than the domain itself (`p={}`)", to_string(*r.meant.sp),
               to_string(*r.meant.p))
      .note("whoever cannot forge `example.com` takes `anything.example.com`")
      .help("write `sp={}`, or remove `sp`", to_string(*r.meant.p));
  if (is_editable(tag)) draft.suggest(tag.value, std::string(to_string(*r.meant.p)));
}

void weaker_nonexistent_subdomains(Subject& s) {
  const Record& r = s.record;
  const std::optional<Policy> others = r.meant.sp ? r.meant.sp : r.meant.p;
  if (!others || !r.meant.np || *r.meant.np >= *others) return;
  const Tag& tag = *r.find(Key::np);
  auto draft = s.out.add(Code::dmarc_weaker_nonexistent_subdomains, tag.value);
  draft
      .message("subdomains that do not exist are guarded less (`np={}`) than those that do (`{}`)",
               to_string(*r.meant.np), to_string(*others))
      .note("no honest mail comes from a name that does not exist")
      .help("write `np=reject`");
  if (is_editable(tag)) draft.suggest(tag.value, "reject");
}

void invented_subdomains_open(Subject& s) {
  const Record& r = s.record;
  const std::optional<Policy> others = r.meant.sp ? r.meant.sp : r.meant.p;
  if (!others || *others == Policy::reject || r.find(Key::np) != nullptr || !r.version_ok()) return;
  const Tag& tag = *r.find(r.meant.sp ? Key::sp : Key::p);
  s.out.add(Code::dmarc_invented_subdomains_open, tag.span)
      .message("mail from subdomains that do not exist is not refused")
      .note(
          "at an organizational domain `np=reject` is nearly always safe: no honest mail comes from names that do "
          "not exist")
      .help("add `np=reject`")
      .suggest({at_end(r, "np=reject")});
}

bool enforces(const Values& values) {
  const auto counts = [](const std::optional<Policy>& policy) { return policy.value_or(Policy::none) != Policy::none; };
  return counts(values.p) || counts(values.sp) || counts(values.np);
}

// DMARC031 and 032.
void test_mode(Subject& s) {
  const Record& r = s.record;
  if (r.meant.t != true || !r.meant.p) return;
  const Tag& tag = *r.find(Key::t);
  if (!enforces(r.meant)) {
    auto draft = s.out.add(Code::dmarc_test_mode_without_policy, tag.span);
    draft.message("`t=y` changes nothing here: there is no policy to test")
        .note("test mode lowers `reject` to `quarantine` and `quarantine` to `none`")
        .help("remove `t=y`");
    if (is_editable(tag)) draft.fix({removal(r, tag)});
    return;
  }
  auto draft = s.out.add(Code::dmarc_test_mode, tag.span);
  draft.message("`t=y` asks receivers to apply the policy one level lower")
      .note(
          "receivers that follow RFC 9989 take `reject` as `quarantine` and `quarantine` as `none`; older ones do "
          "not know `t` and apply the policy in full")
      .help("remove `t=y` when the test is over");
  if (is_editable(tag)) draft.suggest({removal(r, tag)});
}

// The letter a word begins with stands for it, if the tag takes that letter.
std::string_view letter_for(std::string_view value, std::string_view yes_words, std::string_view no_words) {
  const auto lists = [&](std::string_view words) {
    for (std::size_t start = 0; start < words.size();) {
      const std::size_t end = std::min(words.find(' ', start), words.size());
      if (text::iequals(bare(value), words.substr(start, end - start))) return true;
      start = end + 1;
    }
    return false;
  };
  if (lists(yes_words)) return "y";
  return lists(no_words) ? "n" : "";
}

void invalid_flag(Subject& s, Key key) {
  const Record& r = s.record;
  const Tag* const tag = r.find(key);
  if (tag == nullptr || is_complete_value(key, r.at(tag->value))) return;
  const std::string_view meant = letter_for(r.at(tag->value), "y yes true 1 on", "n no false 0 off");
  auto draft = s.out.add(Code::dmarc_invalid_flag, tag->value.empty() ? tag->span : tag->value);
  draft.message("`{}` is neither `{}`", r.at(tag->span), key == Key::t ? "t=y` nor `t=n" : "psd=y`, `psd=n` nor `psd=u")
      .note("receivers skip the tag, as if it were `{}`", key == Key::t ? "t=n" : "psd=u");
  if (meant.empty()) {
    draft.help("remove the tag, or write `{}=y` or `{}=n`", to_string(key), to_string(key));
    return;
  }
  draft.help("write `{}={}`", to_string(key), meant);
  if (is_editable(*tag)) draft.fix(tag->value, std::string(meant));
}

// Whoever says what holds for subdomains thinks of this as the organizational domain.
void boundary_not_pinned(Subject& s) {
  const Record& r = s.record;
  if (r.find(Key::psd) != nullptr || !r.valid() || (!r.meant.sp && !r.meant.np)) return;
  s.out.add(Code::dmarc_boundary_not_pinned, r.find(r.meant.sp ? Key::sp : Key::np)->span)
      .message("`psd=n` would mark this as the organizational domain")
      .note("receivers then need not look further up, and no record above can move the boundary")
      .help("if no domain above this one is yours, add `psd=n`")
      .severity(Severity::info)
      .suggest({at_end(r, "psd=n")});
}

// RFC 9989 §A.6.
void pct(Subject& s) {
  const Record& r = s.record;
  const Tag* const tag = r.find(Key::pct);
  if (tag == nullptr) return;
  const std::string_view value = r.at(tag->value);
  const auto share = r.meant.pct;
  const bool editable = is_editable(*tag);
  auto draft = s.out.add(Code::dmarc_pct, tag->span);
  if (!share) {
    draft.message("`{}` is no share between 0 and 100, and no longer a DMARC tag", value)
        .note("receivers skip it and apply the policy to all failing mail")
        .help("remove `{}`", r.at(tag->span));
  } else if (*share == 100 || !enforces(r.meant)) {
    draft.message("`{}` has no effect", r.at(tag->span))
        .note("{}", *share == 100 ? "100 is what receivers assume without it" : "there is no policy to sample")
        .help("remove `{}`", r.at(tag->span))
        .severity(Severity::notice);
  } else if (*share == 0) {
    const bool has_t = r.find(Key::t) != nullptr;
    draft.message("`pct=0` is no longer a DMARC tag; `t=y` took its place")
        .note("receivers that follow RFC 9989 skip it and apply the policy in full")
        .help("{}", has_t ? "remove `pct=0`: the record has a `t` tag" : "write `t=y` in place of `pct=0`");
    if (editable && has_t) draft.suggest({removal(r, *tag)});
    if (editable && !has_t) draft.fix(tag->span, "t=y");
    return;
  } else {
    draft.message("`{}` means one thing to old receivers and nothing to new ones", r.at(tag->span))
        .note(
            "receivers that follow RFC 7489 apply the policy to {} % of failing mail; those that follow RFC 9989 "
            "skip the tag and apply it to all",
            static_cast<int>(*share))
        .help("remove it if the policy is to hold for all mail; use `t=y` to test");
    if (editable) draft.suggest({removal(r, *tag)});
    return;
  }
  if (editable) draft.fix({removal(r, *tag)});
}

// DMARC041 and 042 (RFC 9989 §9.3).
void removed_tag(Subject& s, Key key, Code code) {
  const Record& r = s.record;
  const Tag* const tag = r.find(key);
  if (tag == nullptr) return;
  auto draft = s.out.add(code, tag->span);
  if (is_complete_value(key, r.at(tag->value))) {
    draft.message("`{}` is no longer a DMARC tag", r.at(tag->name));
  } else {
    draft.message("`{}` is no longer a DMARC tag, and `{}` was never a value of it", r.at(tag->name), r.at(tag->value));
  }
  draft.note("receivers skip it").help("remove `{}`", r.at(tag->span));
  if (is_editable(*tag)) draft.fix({removal(r, *tag)});
}

void invalid_alignment(Subject& s, Key key) {
  const Record& r = s.record;
  const Tag* const tag = r.find(key);
  if (tag == nullptr || read_alignment(r.at(tag->value))) return;
  const std::string_view word = bare(r.at(tag->value));
  const bool strict = text::iequals(word, "s") || text::istarts_with(word, "str");
  const bool relaxed = text::iequals(word, "r") || text::istarts_with(word, "rel");
  auto draft = s.out.add(Code::dmarc_invalid_alignment, tag->value.empty() ? tag->span : tag->value);
  draft.message("`{}` is neither `{}=r` nor `{}=s`", r.at(tag->span), to_string(key), to_string(key))
      .note("receivers skip the tag and compare in the relaxed way");
  if (!strict && !relaxed) {
    draft.help("write `r` for relaxed or `s` for strict, or remove the tag");
    return;
  }
  draft.help("write `{}={}`", to_string(key), strict ? 's' : 'r');
  if (is_editable(*tag)) draft.fix(tag->value, strict ? "s" : "r");
}

void policy_not_second(Subject& s) {
  const Record& r = s.record;
  const auto first =
      std::ranges::find_if(r.tags, [](const Tag& tag) { return tag.key != Key::v && !tag.name.empty(); });
  const Tag* const policy = r.find(Key::p);
  if (policy == nullptr || &*first == policy || !r.meant.p || r.tags.front().key != Key::v) return;
  auto draft = s.out.add(Code::dmarc_policy_not_second, policy->span);
  draft.message("`{}` does not follow `v=DMARC1`", r.at(policy->span))
      .note("RFC 7489 asked for `p` in the second place, and an old receiver may insist")
      .help("move `{}` to right after `v=DMARC1`", r.at(policy->span));
  auto edit = after_version(r, r.at(policy->span));
  if (edit && is_editable(*policy)) draft.fix({*std::move(edit), removal(r, *policy)});
}

void strict_alignment(Subject& s) {
  const Record& r = s.record;
  const bool dkim = r.meant.adkim == Alignment::strict;
  const bool spf = r.meant.aspf == Alignment::strict;
  if (!dkim && !spf) return;
  auto draft = s.out.add(Code::dmarc_strict_alignment, r.find(dkim ? Key::adkim : Key::aspf)->span);
  draft.message("strict alignment: only mail {} exactly this domain passes", dkim ? "signed by" : "bounced to")
      .note("mail that a service sends with a subdomain of yours fails, which relaxed alignment lets pass")
      .help("keep it if no service sends with subdomains; else remove the tag");
  if (dkim && spf) draft.also(r.find(Key::aspf)->span);
}

}  // namespace

void check_policy(Subject& s) {
  policy_missing(s);
  invalid_policy(s, Key::p, Code::dmarc_invalid_policy);
  invalid_policy(s, Key::sp, Code::dmarc_invalid_subdomain_policy);
  invalid_policy(s, Key::np, Code::dmarc_invalid_subdomain_policy);
  monitoring_only(s);
  quarantine(s);
  weaker_subdomains(s);
  weaker_nonexistent_subdomains(s);
  invented_subdomains_open(s);
  test_mode(s);
  invalid_flag(s, Key::t);
  invalid_flag(s, Key::psd);
  boundary_not_pinned(s);
  pct(s);
  removed_tag(s, Key::rf, Code::dmarc_rf);
  removed_tag(s, Key::ri, Code::dmarc_ri);
  invalid_alignment(s, Key::adkim);
  invalid_alignment(s, Key::aspf);
  policy_not_second(s);
  strict_alignment(s);
}

}  // namespace envelint::dmarc
