#include <envelint/verdict/received_spf.hpp>

#include <envelint/mail/folded_field.hpp>
#include <envelint/verdict/field_text.hpp>

#include <fmt/format.h>

namespace envelint::verdict {
namespace {

using spf::Verdict;

bool is_error(Verdict verdict) { return verdict == Verdict::temperror || verdict == Verdict::permerror; }

std::string in_words(const spf::CheckResult& result, const std::string& client) {
  switch (result.verdict) {
    case Verdict::pass: return fmt::format("{} permits {}", result.domain, client);
    case Verdict::fail: return fmt::format("{} does not permit {}", result.domain, client);
    case Verdict::softfail: return fmt::format("{} probably does not permit {}", result.domain, client);
    case Verdict::neutral: return fmt::format("{} says nothing about {}", result.domain, client);
    case Verdict::none:
    case Verdict::temperror:
    case Verdict::permerror: break;
  }
  return result.reason;
}

/// Key and value pairs, with a semicolon between them.
class Pairs {
 public:
  void add(std::string_view key, std::string_view value) {
    if (!text_.empty()) text_ += "; ";
    text_ += fmt::format("{}={}", key, dot_atom_text(value));
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace

std::string received_spf_field(const spf::CheckResult& result, const spf::CheckRequest& request,
                               std::string_view receiver) {
  const std::string client = request.ip.unmapped().to_string();
  mail::FoldedField out("Received-SPF:");
  out.word(to_string(result.verdict));
  out.words(comment_text(fmt::format("{}: {}", receiver, in_words(result, client))));

  Pairs pairs;
  pairs.add("identity", to_string(result.identity));
  pairs.add("client-ip", client);
  pairs.add("receiver", receiver);
  if (result.identity == spf::Identity::mail_from) pairs.add("envelope-from", request.mail_from);
  pairs.add("helo", request.helo);
  if (is_error(result.verdict)) pairs.add("problem", result.reason);
  if (!is_error(result.verdict) && result.verdict != Verdict::none) {
    pairs.add("mechanism", result.mechanism.empty() ? "default" : result.mechanism);
  }
  out.words(pairs.text());
  return out.text() + "\r\n";
}

}  // namespace envelint::verdict
