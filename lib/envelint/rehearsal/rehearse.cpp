#include <envelint/rehearsal/rehearse.hpp>

#include <envelint/audit/key_report.hpp>
#include <envelint/dns/idna.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/rehearsal/sample.hpp>
#include <envelint/rehearsal/stage.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace envelint::rehearsal {
namespace {

using Message = std::shared_ptr<const std::string>;

std::optional<dns::Name> domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto ascii = dns::to_a_labels(address.substr(at + 1));
  if (!ascii) return std::nullopt;
  auto name = dns::Name::parse(*ascii);
  return name && !name->is_root() ? std::optional(*std::move(name)) : std::nullopt;
}

/// Lives in the frame of rehearse().
class Play {
 public:
  Play(dns::Resolver& resolver, Plan plan) : dns_(resolver), plan_(std::move(plan)) {
    out_.domain = plan_.domain;
    out_.from = plan_.from;
    out_.mail_from = plan_.mail_from;
    out_.helo = plan_.helo;
    out_.clients_given = !plan_.clients.empty();
  }

  task::Task<std::expected<Rehearsal, dkim::SignFault>> run() {
    const std::string unsigned_mail =
        plan_.message.empty() ? sample_message(plan_.from, plan_.now) : std::move(plan_.message);
    const auto split = mail::Message::split(unsigned_mail);
    dkim::SignOptions settings(plan_.domain.to_string(), plan_.now);
    const auto fields = dkim::sign(split, plan_.keys, std::move(settings));
    if (!fields) co_return std::unexpected(fields.error());
    signed_ = std::make_shared<const std::string>(*fields + unsigned_mail);
    co_await check_keys();
    co_await choose_senders();
    co_await deliver_own_mail();
    co_await deliver_for_others();
    co_return std::move(out_);
  }

 private:
  task::Task<void> check_keys() {
    for (const dkim::SigningKey& one : plan_.keys) {
      dkim::KeyCheckRequest request(plan_.domain, one.selector, one.key->public_key(), audit::likely_selectors());
      KeyResult result;
      result.selector = one.selector;
      auto asking = dkim::collect_key_facts(dns_, std::move(request));
      result.facts = co_await std::move(asking);
      result.verdict = dkim::judge_key(result.facts);
      out_.keys.push_back(std::move(result));
    }
  }

  /// SPF goes by the domain of MAIL FROM, or by HELO where that is empty (RFC 7208 §2.4).
  task::Task<void> choose_senders() {
    const dns::Name author = domain_of(plan_.from).value_or(plan_.domain);
    const auto envelope = domain_of(plan_.mail_from.empty() ? "@" + plan_.helo : plan_.mail_from);
    const dns::Name sender = envelope.value_or(author);
    auto finding = find_senders(dns_, sender);
    out_.senders = co_await std::move(finding);
    net::PrefixSet others;
    const std::array<dns::Name, 2> more_domains{author, plan_.domain};
    for (const dns::Name& other : more_domains) {
      if (other == sender) continue;
      auto finding_more = find_senders(dns_, other);
      Senders more = co_await std::move(finding_more);
      others.add(more.passing);
      // A return path without a record of its own: those whom the other domain lists are tried all the same.
      if (out_.senders.records == 0 && out_.senders.open.empty()) out_.senders = std::move(more);
    }
    stranger_ = stranger_to(out_.senders.passing, others);
  }

  task::Task<void> deliver_own_mail() {
    std::vector<Sender> senders = out_.clients_given ? std::vector<Sender>() : out_.senders.listed;
    for (const net::Address& client : plan_.clients) {
      if (senders.size() < kMaxClients) senders.emplace_back(client);
    }
    for (Sender& sender : senders) {
      verdict::Envelope envelope(sender.address, plan_.helo, plan_.mail_from);
      auto delivering = deliver(Scene::sender, std::move(sender), signed_, std::move(envelope));
      co_await std::move(delivering);
    }
  }

  task::Task<void> deliver_for_others() {
    const Sender stranger(stranger_);
    auto forged = std::make_shared<const std::string>(sample_message(plan_.from, plan_.now));
    auto changed = std::make_shared<const std::string>(as_a_list_passes_it_on(*signed_));
    verdict::Envelope from_forwarder(stranger_, std::string(kForwarder), plan_.mail_from);
    verdict::Envelope from_list(stranger_, std::string(kList), fmt::format("bounces@{}", kList));
    verdict::Envelope from_stranger(stranger_, std::string(kStranger), plan_.from);
    auto forwarding = deliver(Scene::forwarded, stranger, signed_, std::move(from_forwarder));
    co_await std::move(forwarding);
    auto changing = deliver(Scene::list, stranger, std::move(changed), std::move(from_list));
    co_await std::move(changing);
    auto forging = deliver(Scene::forgery, stranger, std::move(forged), std::move(from_stranger));
    co_await std::move(forging);
  }

  task::Task<void> deliver(Scene scene, Sender sender, Message message, verdict::Envelope envelope) {
    Delivery row;
    row.scene = scene;
    row.sender = std::move(sender);
    row.message = std::move(message);
    verdict::EvaluationOptions options(*plan_.suffixes, plan_.now);
    auto split = mail::Message::split(*row.message);
    auto evaluating = verdict::evaluate(dns_, std::move(split), std::move(envelope), std::move(options));
    row.verdict = co_await std::move(evaluating);
    judge(row);
    out_.rows.push_back(std::move(row));
  }

  dns::Resolver& dns_;
  Plan plan_;
  Rehearsal out_;
  Message signed_;
  net::Address stranger_;
};

}  // namespace

std::string_view to_string(Scene scene) noexcept {
  constexpr std::array<std::string_view, 4> kWords{"sender", "forgery", "forwarded", "list"};
  return kWords[static_cast<std::size_t>(scene)];
}

std::string_view to_string(Outcome outcome) noexcept {
  constexpr std::array<std::string_view, 4> kWords{"as_it_should", "broken", "undecided", "told"};
  return kWords[static_cast<std::size_t>(outcome)];
}

task::Task<std::expected<Rehearsal, dkim::SignFault>> rehearse(dns::Resolver& resolver, Plan plan) {
  Play play(resolver, std::move(plan));
  co_return co_await play.run();
}

}  // namespace envelint::rehearsal
