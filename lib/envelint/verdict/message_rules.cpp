#include <envelint/spf/record.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/verdict/conclusion.hpp>
#include <envelint/verdict/rules.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace envelint::verdict {
namespace {

using finding::Code;
using finding::Findings;
using State = Identifier::State;

/// The verdict on the author of a message that fails DMARC, or nullptr.
const AuthorVerdict* failing_author(const Verdict& verdict) {
  const AuthorVerdict* author = verdict.of_author();
  return author != nullptr && author->rfc9989.status == DmarcStatus::fail ? author : nullptr;
}

std::string wish(const AuthorVerdict& author) {
  const DmarcResult& result = author.rfc9989;
  if (result.disposition == dmarc::Policy::none)
    return "the policy is `none`, so it is delivered as it would be without";
  return fmt::format("receivers are asked to {} it ({})", to_string(result.disposition), place_of(result.policy));
}

/// Where a strict policy says so: `aspf=s`.
text::Span strict_tag(const AuthorVerdict& author, dmarc::Key key) {
  const dmarc::Tag* tag = author.rfc9989.policy.source->record->find(key);
  return tag == nullptr ? text::Span() : tag->span;
}

/// Adds X013 about an identifier that is authenticated and does not count, and what is the same in all of them.
finding::Draft add(const AuthorVerdict& author, text::Span span, Findings& out) {
  auto draft = out.add(Code::x_weak_signature, span);
  draft.owner(author.rfc9989.policy.source->owner.to_string())
      .note("DMARC goes by the domain in From, which readers see; {}", wish(author));
  return draft;
}

/// The policy asks for the very domain, and the identifier is of another in the organization.
void too_strict(const AuthorVerdict& author, const Identifier& its, int record, Findings& out) {
  const bool spf = its.mechanism == Mechanism::spf;
  const std::string_view tag = spf ? "aspf" : "adkim";
  const text::Span span = record < 0 ? text::Span() : strict_tag(author, spf ? dmarc::Key::aspf : dmarc::Key::adkim);
  auto draft = add(author, span, out);
  draft
      .message("{} {}, and the policy of {} wants the same domain (`{}=s`)",
               spf ? "SPF vouches for" : "the message is signed by", its.domain.to_string(),
               author.discovery.domain.to_string(), tag)
      .help("`{}=r` accepts every domain below {}", tag, author.rfc9989.organizational_domain.name.to_string());
  if (span.size() > 0) draft.record(record).suggest(span, fmt::format("{}=r", tag));
}

/// The domain that SPF vouches for is another.
void spf_elsewhere(const AuthorVerdict& author, const Identifier& its, dmarc::Alignment mode, Findings& out) {
  const std::string name = author.discovery.domain.to_string();
  const bool strict = mode == dmarc::Alignment::strict;
  add(author, {}, out)
      .message("SPF vouches for {}, which is not aligned with {}", its.domain.to_string(), name)
      .help(
          "have the return path (MAIL FROM) of this mail {}: services that send for others call it a custom return "
          "path or bounce domain. Or have it signed with `d={}`, which holds where mail is forwarded, too",
          strict ? "at " + name : "below " + author.rfc9989.organizational_domain.name.to_string(), name);
}

/// The domain that has signed is another.
void dkim_elsewhere(const AuthorVerdict& author, const Identifier& its, Findings& out) {
  const std::string name = author.discovery.domain.to_string();
  add(author, {}, out)
      .message("the message is signed by {}, which is not aligned with {}", its.domain.to_string(), name)
      .help("have it signed with `d={}`: whoever signs gives you a record to publish at a name below `_domainkey.{}`",
            name, name);
}

void partial_body(const AuthorVerdict& author, const Identifier& its, Findings& out) {
  out.add(Code::x_weak_signature, {})
      .owner(author.rfc9989.policy.source->owner.to_string())
      .message("the signature of {} leaves text unsigned by `l=`, so that it does not count for DMARC here",
               its.domain.to_string())
      .note("anybody may have appended that text; {}", wish(author))
      .help("turn the body length count off in the signing software (OpenDKIM: `BodyLengths`)");
}

bool vouches(const Identifier& its) { return its.state == State::authenticated || its.state == State::not_counted; }

std::string term_for(const net::Address& client) {
  return fmt::format("{}:{}", client.is_v4() ? "ip4" : "ip6", client.to_string());
}

/// Where a term can stand so that it is tested: before `all`, else at the end.
void suggest_term(const std::string& term, const dns::Text& text, int index, finding::Draft& draft) {
  const spf::Record record = spf::parse(text.joined());
  const auto all = std::ranges::find_if(record.terms, [](const spf::Term& one) { return one.is(spf::Mechanism::all); });
  const auto end = static_cast<std::uint32_t>(record.text.size());
  const std::uint32_t at = all == record.terms.end() ? end : all->span.start;
  std::string edited = record.text;
  const std::string inserted = all == record.terms.end() ? " " + term : term + " ";
  edited.insert(at, inserted);
  draft.help("if the client is yours, add `{}`: `{}`", term, edited);
  if (index >= 0) draft.record(index).suggest(text::span_of(at, at), inserted);
}

/// What to type so that the client may send.
void advise_spf(const Verdict& verdict, int index, finding::Draft& draft) {
  const net::Address client = verdict.envelope.client->unmapped();
  const SenderRecord& sender = *verdict.sender_record;
  const std::string term = term_for(client);
  const std::string domain = sender.domain.to_string();
  if (sender.texts.unknown()) return;
  const spf::SelectedRecord selected = spf::select_record(sender.texts);
  if (selected.count == 0) {
    draft.help("if the client is yours, publish `{}. TXT \"v=spf1 {} -all\"`, and have MAIL FROM at {}", domain, term,
               domain);
  } else if (selected.count > 1 || verdict.spf->verdict == spf::Verdict::permerror) {
    draft.help("the SPF record cannot be evaluated: `envelint lint {}` says why", domain);
  } else {
    suggest_term(term, *selected.first, index, draft);
  }
}

}  // namespace

void check_alignment(const Verdict& verdict, int record, Findings& out) {
  const AuthorVerdict* author = failing_author(verdict);
  if (author == nullptr) return;
  bool signer_told = false;
  for (const Alignment& one : author->rfc9989.alignments) {
    const Identifier& its = verdict.identifiers[one.identifier];
    if (its.state == State::not_counted && one.aligned == true) partial_body(*author, its, out);
    if (its.state != State::authenticated || one.aligned != false) continue;
    const bool signer = its.mechanism == Mechanism::dkim;
    if (signer && std::exchange(signer_told, true)) continue;
    if (one.reason == AlignmentReason::strict) {
      too_strict(*author, its, record, out);
    } else if (signer) {
      dkim_elsewhere(*author, its, out);
    } else {
      spf_elsewhere(*author, its, one.mode, out);
    }
  }
}

void check_authorization(const Verdict& verdict, int record, Findings& out) {
  const AuthorVerdict* author = failing_author(verdict);
  if (author == nullptr || !verdict.spf || !verdict.sender_record) return;
  if (std::ranges::any_of(verdict.identifiers, vouches)) return;
  auto draft = out.add(Code::x_unauthenticated_message, {});
  draft.owner(verdict.sender_record->domain.to_string())
      .message("`{}` sent a message from {}, and neither SPF nor DKIM vouches for it",
               verdict.envelope.client->unmapped().to_string(), author->discovery.domain.to_string())
      .note("{}; where the message is not yours, that is as it should be", wish(*author));
  advise_spf(verdict, record, draft);
}

}  // namespace envelint::verdict
