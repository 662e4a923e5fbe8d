#include <envelint/verdict/bulk_rules.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/verdict/conclusion.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::verdict {
namespace {

using finding::Code;
using finding::Findings;
using finding::Severity;

constexpr std::string_view kUnsubscribe = "List-Unsubscribe";
constexpr std::string_view kUnsubscribePost = "List-Unsubscribe-Post";

/// Without it mail is refused or filed as spam, so that each is an error to whoever asks for this profile.
finding::Draft add(std::string_view owner, Findings& out) {
  auto draft = out.add(Code::x_bulk_sender, {});
  draft.owner(std::string(owner)).severity(Severity::error);
  return draft;
}

class BulkRules {
 public:
  BulkRules(const mail::Message& message, const Verdict& verdict, Findings& out)
      : message_(message), verdict_(verdict), out_(out) {
    if (!verdict.author.domains.empty()) owner_ = verdict.author.domains.front().to_string();
  }

  void check() {
    check_spf();
    check_dkim();
    check_dmarc();
    check_form();
    check_unsubscription();
    check_connection();
  }

 private:
  void check_spf() {
    if (!verdict_.spf || verdict_.spf->verdict == spf::Verdict::pass) return;
    if (verdict_.spf->verdict == spf::Verdict::temperror) return;
    add(owner_, out_)
        .message("SPF does not pass: {}", to_string(verdict_.spf->verdict))
        .note("both SPF and DKIM have to pass")
        .help("list `{}` in the SPF record of {}", verdict_.envelope.client->unmapped().to_string(),
              verdict_.spf->domain.empty() ? "the domain in MAIL FROM" : verdict_.spf->domain);
  }

  void check_dkim() {
    const auto is = [&](dkim::Result result) {
      return std::ranges::find(verdict_.dkim, result, &dkim::SignatureResult::result) != verdict_.dkim.end();
    };
    if (is(dkim::Result::pass) || is(dkim::Result::temperror)) return;
    add(owner_, out_)
        .message("{}", verdict_.dkim.empty() ? "the message is not signed" : "no DKIM signature passes")
        .note("both SPF and DKIM have to pass")
        .help("have the mail signed with `d={}`: `envelint keygen {}` makes a key and its record", owner_, owner_);
  }

  void check_dmarc() {
    const AuthorVerdict* author = verdict_.of_author();
    if (author == nullptr) {
      add(owner_, out_)
          .message("{}", author_trouble(verdict_.author))
          .note("mail that does not say in one From field who it is from is refused")
          .help("write one From field with one address");
      return;
    }
    const DmarcResult& result = author->rfc9989;
    if (result.status == DmarcStatus::none || result.status == DmarcStatus::permerror) {
      add(owner_, out_)
          .message("{} has no DMARC policy", owner_)
          .note("one is demanded of whoever sends to many; `p=none` is enough")
          .help("publish `_dmarc.{}. TXT \"v=DMARC1; p=none; rua=mailto:dmarc-reports@{}\"`", owner_, owner_);
    }
    if (result.status != DmarcStatus::fail) return;
    add(owner_, out_)
        .message("neither SPF nor DKIM passes for a domain that is aligned with {}", owner_)
        .note("a message has to pass DMARC")
        .help("have the mail signed with `d={}`", owner_);
  }

  // RFC 5322 §3.6.
  void check_form() {
    for (const std::string_view name : {std::string_view("Message-ID"), std::string_view("Date")}) {
      const std::size_t count = message_.count(name);
      if (count == 1) continue;
      add(owner_, out_)
          .message("{}", count == 0 ? fmt::format("the message has no {} field", name)
                                    : fmt::format("the message has {} {} fields", count, name))
          .note("messages have to be of the form of RFC 5322, with one of each")
          .help("have the software that sends write one");
    }
  }

  /// The result that vouches for the author and covers a field, or nullptr.
  [[nodiscard]] bool is_signed(std::string_view name) const {
    return std::ranges::any_of(verdict_.dkim, [&](const dkim::SignatureResult& result) {
      if (result.result != dkim::Result::pass) return false;
      const dkim::Coverage coverage = dkim::coverage(message_, result);
      return std::ranges::any_of(coverage.signed_names, [&](const auto& one) { return text::iequals(one, name); });
    });
  }

  // RFC 8058 §3.1.
  void check_unsubscription() {
    const mail::Field* link = message_.find(kUnsubscribe);
    const mail::Field* post = message_.find(kUnsubscribePost);
    if (const auto fault = unsubscription_fault(link, post)) {
      add(owner_, out_)
          .message("there is no one-click unsubscription: {}", *fault)
          .note("mail that advertises has to have it; what people ask for, such as receipts, does not")
          .help("add `List-Unsubscribe: <https://…>` and `List-Unsubscribe-Post: List-Unsubscribe=One-Click`");
      return;
    }
    for (const std::string_view name : {kUnsubscribe, kUnsubscribePost}) {
      if (is_signed(name)) continue;
      add(owner_, out_)
          .message("no DKIM signature that passes covers `{}`", name)
          .note("one-click unsubscription is offered only where both of its fields are signed")
          .help("add `{}` to the fields that the signing software signs", name);
    }
  }

  [[nodiscard]] std::optional<std::string> unsubscription_fault(const mail::Field* link,
                                                                const mail::Field* post) const {
    if (link == nullptr) return "the message has no List-Unsubscribe field";
    const std::string value = text::lower(message_.value(*link));
    if (!value.contains("<https://")) return "List-Unsubscribe has no https link";
    if (post == nullptr) return "the message has no List-Unsubscribe-Post field";
    if (!text::lower(message_.value(*post)).contains("list-unsubscribe=one-click")) {
      return "List-Unsubscribe-Post does not say `List-Unsubscribe=One-Click`";
    }
    return std::nullopt;
  }

  void check_connection() {
    if (verdict_.envelope.tls == false) {
      add(owner_, out_)
          .message("the message came without TLS")
          .note("mail has to be sent over TLS")
          .help("have the mail server use STARTTLS when it sends (Postfix: `smtp_tls_security_level = may`)");
    }
    const bool unnamed =
        verdict_.reverse.status == ReverseStatus::fail || verdict_.reverse.status == ReverseStatus::permerror;
    if (!unnamed) return;
    add(owner_, out_)
        .message("the client `{}` has no name in reverse DNS that leads back to it",
                 verdict_.envelope.client->unmapped().to_string())
        .note("forward and reverse DNS of the sending address have to agree")
        .help("have a PTR record for the address, and an address record for the name in it");
  }

  const mail::Message& message_;
  const Verdict& verdict_;
  Findings& out_;
  std::string owner_;
};

}  // namespace

void check_bulk_sender(const mail::Message& message, const Verdict& verdict, Findings& out) {
  BulkRules(message, verdict, out).check();
}

}  // namespace envelint::verdict
