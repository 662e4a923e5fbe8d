#include "rehearse.hpp"

#include "clock.hpp"
#include "exit_status.hpp"
#include "expectation_run.hpp"
#include "message_input.hpp"
#include "screen.hpp"
#include "signing_keys.hpp"
#include "zone_input.hpp"

#include <envelint/audit/collect.hpp>
#include <envelint/audit/zone_audit.hpp>
#include <envelint/audit/zone_domains.hpp>
#include <envelint/dkim/private_key.hpp>
#include <envelint/dns/deadline_resolver.hpp>
#include <envelint/dns/idna.hpp>
#include <envelint/dns/name_input.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/dns/zone_scope.hpp>
#include <envelint/expectation/check.hpp>
#include <envelint/expectation/report.hpp>
#include <envelint/mail/address.hpp>
#include <envelint/rehearsal/conclusion.hpp>
#include <envelint/rehearsal/rehearse.hpp>
#include <envelint/rehearsal/stage.hpp>
#include <envelint/render/rehearsal_json.hpp>
#include <envelint/render/rehearsal_text.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

using namespace envelint;

namespace {

constexpr std::string_view kExample = R"(Examples:
  envelint rehearse --zone new.zone --domain example.com --key K.pem --selector s1
  envelint rehearse ... --ip 192.0.2.10 --ip 2001:db8::10    mail from these hosts
  envelint rehearse ... --mail-from bounce@mail.example.com  with this return path
  envelint rehearse ... --zone provider.zone    with the names of a provider's zone
  envelint rehearse ... --overlay               with DNS for all that it does not have
  envelint rehearse ... --expect envelint.toml --format json      for CI

No mail is sent, and without --overlay no question leaves this machine.

Exit status: 0 the setup would work; 1 it would not: an error in the zone, a key
that is not the published one, a sender whose mail does not pass, forged mail
that does, an expectation that is not met; 2 wrong usage or unreadable input; 3
DNS leaves it undecided: a name is not in the zone files, or was not answered.)";

struct Options {
  ZoneInput zone;
  DnsOptions dns;
  std::string domain;
  SigningKeyOptions signing;
  std::string from;
  std::optional<std::string> mail_from;
  std::string helo;
  std::vector<std::string> ips;
  std::string message;
  std::string expect;
  std::optional<std::uint64_t> now;
  std::string format = "text";
  std::string colour = "auto";
  std::size_t width = 0;
};

/// One address, as From and MAIL FROM have it, with its domain in A-labels.
std::optional<std::string> one_address(std::string_view text) {
  const mail::AddressList list = mail::parse_address_list(text);
  const bool plain = list.faults.empty() && list.groups == 0 && list.mailboxes.size() == 1;
  if (!plain || !list.mailboxes.front().name) return std::nullopt;
  const mail::Mailbox& mailbox = list.mailboxes.front();
  const std::string_view address = text.substr(mailbox.address_span.start, mailbox.address_span.size());
  return fmt::format("{}@{}", address.substr(0, address.rfind('@')), mailbox.name->to_string());
}

/// For an argument of a shell, where it needs no quotes.
bool is_plain_word(std::string_view word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=,";
  return !word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos;
}

/// One run of the command.
class Rehearse {
 public:
  explicit Rehearse(const Options& options) : options_(options) {}

  int run() {
    if (const auto wrong = prepare()) return complain(*wrong), kUsage;
    auto stage = set_stage();
    std::optional<rehearsal::Rehearsal> done;
    if (const auto wrong = play(*stage, done)) return complain(*wrong), kUsage;
    done->lint = lint(*stage, *done);
    if (const auto fault = source_->save()) return complain(*fault), kUsage;
    print(*done);
    switch (result_of(*done)) {
      case rehearsal::Result::works: return kOk;
      case rehearsal::Result::fails: return kFindings;
      case rehearsal::Result::undecided: break;
    }
    return kUnknown;
  }

 private:
  using Wrong = std::optional<std::string>;

  static void complain(std::string_view message) {
    fmt::print(stderr, "envelint rehearse: {}\n", text::visible(message));
  }

  Wrong prepare() {
    if (options_.zone.paths.empty()) return "--zone FILE is missing: the zone as it is to be published";
    if (options_.domain.empty()) return "--domain is missing: the domain that the mail is from";
    auto domain = dns::parse_domain(options_.domain);
    if (!domain) return "--domain " + domain.error();
    domain_ = *std::move(domain);
    if (!options_.message.empty() && !options_.from.empty())
      return "--message has a From field of its own; leave --from out";
    for (const auto read : {&Rehearse::read_keys, &Rehearse::read_clients, &Rehearse::read_mail,
                            &Rehearse::read_envelope, &Rehearse::read_expectations, &Rehearse::read_zone}) {
      if (auto wrong = (this->*read)()) return wrong;
    }
    return std::nullopt;
  }

  Wrong read_keys() {
    auto keys = read_signing_keys(options_.signing, [](std::string_view text) { complain(text); });
    if (!keys) return keys.error();
    keys_ = *std::move(keys);
    return std::nullopt;
  }

  Wrong read_clients() {
    if (options_.ips.size() > rehearsal::kMaxClients)
      return fmt::format("--ip may be given {} times", rehearsal::kMaxClients);
    for (const std::string& text : options_.ips) {
      const auto address = net::Address::parse(text);
      if (!address) return fmt::format("--ip `{}` is no address; write 192.0.2.1 or 2001:db8::1", text);
      clients_.push_back(address->unmapped());
    }
    return std::nullopt;
  }

  /// The message and its From address.
  Wrong read_mail() {
    if (options_.message.empty()) {
      const std::string from = options_.from.empty() ? "postmaster@" + domain_.to_string() : options_.from;
      auto address = one_address(from);
      if (!address) return fmt::format("--from `{}` is no address; write alice@{}", from, domain_.to_string());
      from_ = *std::move(address);
      return std::nullopt;
    }
    auto input = read_message(options_.message);
    if (!input) return input.error();
    message_ = std::move(input->bytes);
    const auto split = mail::Message::split(message_);
    const mail::Field* field = split.find("From");
    auto address = field == nullptr ? std::nullopt : one_address(split.value(*field));
    if (!address || split.count("From") != 1)
      return fmt::format("{}: it needs one From field with one address", options_.message);
    from_ = *std::move(address);
    return std::nullopt;
  }

  Wrong read_envelope() {
    if (!options_.helo.empty()) {
      const auto helo = dns::parse_domain(options_.helo);
      if (!helo) return "--helo " + helo.error();
    }
    if (!options_.mail_from) return std::nullopt;
    std::string_view text = *options_.mail_from;
    if (text.empty() || text == "<>") {
      mail_from_ = "";
      return std::nullopt;
    }
    mail_from_ = one_address(text);
    if (!mail_from_) return fmt::format("--mail-from `{}` is no address; an empty one is that of bounces", text);
    return std::nullopt;
  }

  Wrong read_expectations() {
    if (options_.expect.empty()) return std::nullopt;
    auto read = read_expectation_file(options_.expect);
    if (!read) {
      for (std::size_t i = 0; i + 1 < read.error().size(); ++i) complain(read.error()[i]);
      return read.error().back();
    }
    expectations_ = *std::move(read);
    return std::nullopt;
  }

  Wrong read_zone() {
    auto zone = read_zones(options_.zone);
    if (!zone) return zone.error();
    zone_ = *std::move(zone);
    const bool known = std::ranges::any_of(zone_.records, [&](const dns::ZoneRecord& one) {
      return one.record.owner.is_within(domain_);
    });
    if (!known && !options_.dns.overlay) {
      return fmt::format("{}: nothing about `{}` is in it", options_.zone.paths.front(), domain_.to_string());
    }
    auto source = DnsSource::open(options_.dns, &zone_, Outside::nothing);
    if (!source) return source.error();
    source_ = *std::move(source);
    return std::nullopt;
  }

  /// The files say what stands in their zones; files without an SOA record, what stands below the organizational
  /// domain.
  std::unique_ptr<rehearsal::Stage> set_stage() {
    dns::Resolver* below = &source_->resolver();
    if (source_->is_live()) {
      constexpr std::chrono::seconds kLongest{60};
      in_time_.emplace(*below, source_->loop(), source_->loop().after(kLongest));
      below = &*in_time_;
    }
    if (options_.dns.overlay) return std::make_unique<rehearsal::Stage>(*below);
    dns::ZoneScope scope(zone_);
    if (!scope.is_whole_zone()) {
      scope = dns::ZoneScope(std::vector<dns::Name>{suffixes_.organizational_domain(domain_).value_or(domain_)});
    }
    return std::make_unique<rehearsal::Stage>(*below, std::move(scope));
  }

  Wrong play(rehearsal::Stage& stage, std::optional<rehearsal::Rehearsal>& done) {
    rehearsal::Plan plan(domain_, from_, suffixes_, options_.now.value_or(unix_time()));
    if (mail_from_) plan.mail_from = *mail_from_;
    if (!options_.helo.empty()) plan.helo = options_.helo;
    plan.keys = keys_.pairs();
    plan.message = message_;
    plan.clients = clients_;
    auto result = source_->run(rehearsal::rehearse(stage, std::move(plan)));
    if (!result) return std::string(to_string(result.error()));
    done = *std::move(result);
    return std::nullopt;
  }

  /// What `lint --zone` finds of the domain, and what came of expectations.
  audit::Report lint(rehearsal::Stage& stage, const rehearsal::Rehearsal& done) {
    audit::CollectOptions settings;
    auto selectors = audit::selectors_of(zone_);
    settings.selectors = std::move(selectors[domain_]);
    for (const std::string& selector : options_.signing.selectors) {
      if (std::ranges::find(settings.selectors, selector) == settings.selectors.end())
        settings.selectors.push_back(selector);
    }
    std::vector<audit::DomainFacts> facts;
    facts.push_back(source_->run(audit::collect(stage, domain_, std::move(settings), suffixes_)));
    audit::Report report = audit::audit_zone(zone_, {domain_}, facts);
    drop_missing_keys(done, report);
    if (!expectations_) return report;
    for (const expectation::Expectation& one : expectations_->names) {
      auto unmet = source_->run(expectation::check(stage, one, suffixes_));
      expectation::add_to_report(report, expectations_->file, one, std::move(unmet));
    }
    return report;
  }

  /// That a key is missing is told by the comparison with it.
  static void drop_missing_keys(const rehearsal::Rehearsal& done, audit::Report& report) {
    const auto is_compared = [&](const std::string& owner) {
      return std::ranges::any_of(done.keys, [&](const rehearsal::KeyResult& key) {
        return key.facts.asked.owner.to_string() == owner;
      });
    };
    for (audit::DomainReport& domain : report.domains) {
      std::erase_if(domain.findings, [&](const finding::Finding& one) {
        return one.code == finding::Code::dkim_selector_without_key && is_compared(one.owner);
      });
    }
  }

  void print(const rehearsal::Rehearsal& done) const {
    if (options_.format == "json") {
      std::cout << render::rehearsal_json(done);
      return;
    }
    const Screen screen = standard_output();
    render::TerminalOptions layout;
    layout.colour = options_.colour == "always" || (options_.colour == "auto" && screen.colour);
    layout.width = options_.width != 0 ? options_.width : screen.width;
    std::cout << render::rehearsal_text(done, {options_.signing.keys, lint_command()}, layout);
  }

  [[nodiscard]] std::string lint_command() const {
    std::string out = "envelint lint";
    for (const std::string& path : options_.zone.paths) {
      if (!is_plain_word(path)) return {};
      out += " --zone " + path;
    }
    if (options_.dns.overlay) out += " --overlay";
    return out + " " + domain_.to_string();
  }

  const Options& options_;
  dns::PublicSuffixList suffixes_;
  dns::Name domain_;
  SigningKeys keys_;
  std::vector<net::Address> clients_;
  std::string message_;
  std::string from_;
  std::optional<std::string> mail_from_;
  std::optional<expectation::Expectations> expectations_;
  dns::Zone zone_;
  std::unique_ptr<DnsSource> source_;
  std::optional<dns::DeadlineResolver> in_time_;
};

}  // namespace

void add_rehearse(CommandLine& line) {
  auto options = std::make_shared<Options>();
  Command command = line.add("rehearse", "Try out a domain's mail before its records are published", kExample,
                             [options] { return Rehearse(*options).run(); });
  add_zone_options(command, options->zone);
  command.option("--domain", options->domain, "the domain that signs (`d=`)").value("D");
  add_signing_key_options(command, options->signing);
  command.option("--from", options->from, "the address in From (default: postmaster at the domain)").value("ADDRESS");
  command.option("--mail-from", options->mail_from, "MAIL FROM, the return path (default: the address in From)")
      .value("ADDRESS");
  command.option("--helo", options->helo, "the name that senders give with HELO (default: the domain)").value("NAME");
  command.option("--ip", options->ips, "a sender, in place of those that SPF lists; repeatable").value("ADDRESS");
  command.option("--message", options->message, "a message to sign, in place of the sample").value("FILE");
  command.option("--expect", options->expect, "check what this file says must hold, too").value("FILE");
  add_dns_options(command, options->dns);
  command.option("--now", options->now, "the time of it all: seconds since 1970 (default: now)").value("UNIX-TIME");
  command.option("--format", options->format, "text or json").one_of({"text", "json"}).show_default();
  command.option("--color,--colour", options->colour, "auto, always or never")
      .one_of({"auto", "always", "never"})
      .show_default();
  command.option("--width", options->width, "columns to lay the text out for (default: the terminal's, or 80)");
}

}  // namespace cli
