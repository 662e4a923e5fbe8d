#include "exit_status.hpp"
#include "keygen_options.hpp"
#include "screen.hpp"
#include "zone_source.hpp"

#include <envelint/audit/key_report.hpp>
#include <envelint/dkim/key_check.hpp>
#include <envelint/dkim/key_text.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/render/terminal.hpp>

#include <fmt/core.h>

#include <iostream>
#include <memory>
#include <utility>

namespace cli {

using namespace envelint;
using dkim::KeyMatch;

namespace {

/// One run of `keygen --check`.
class KeyCheck {
 public:
  explicit KeyCheck(const KeygenOptions& options) : options_(options) {}

  int run() {
    if (auto wrong = prepare()) return say(*wrong), kUsage;
    dkim::KeyCheckRequest request(domain_, selector_, key_, audit::likely_selectors());
    const dkim::KeyCheckFacts facts = source_->run(dkim::collect_key_facts(source_->resolver(), std::move(request)));
    if (auto wrong = source_->save()) return say(*wrong), kUsage;
    const dkim::KeyVerdict verdict = dkim::judge_key(facts);
    audit::Report report;
    report.domains.push_back(audit::report_key(facts, verdict));
    options_.json() ? print_json(facts, verdict, report) : print_text(facts, verdict, report);
    if (verdict.match == KeyMatch::unknown) return kUnknown;
    return verdict.match == KeyMatch::matches ? kOk : kFindings;
  }

 private:
  using Wrong = std::optional<std::string>;

  Wrong prepare() {
    if (options_.domain.empty() || options_.selectors.size() != 1 || options_.key.empty()) {
      return "--check needs a domain, one --selector and --key FILE";
    }
    if (!options_.from.empty() || options_.dual || options_.force || !options_.out.empty()) {
      return "--check makes nothing; leave --from, --dual, --out and --force out";
    }
    auto domain = read_domain(options_.domain);
    if (!domain) return domain.error();
    domain_ = *std::move(domain);
    auto selector = read_selector(options_.selectors.front(), domain_);
    if (!selector) return selector.error();
    selector_ = *std::move(selector);
    const auto passphrase = read_passphrase(options_.passphrase_file);
    if (!passphrase) return passphrase.error();
    auto key = read_key_of(options_.key, *passphrase ? &**passphrase : nullptr);
    if (!key) return key.error();
    key_ = *std::move(key);
    return open_source();
  }

  Wrong open_source() {
    auto source = open_dns(options_.zone, options_.dns, [](std::string_view words) { say(words); });
    if (!source) return source.error();
    source_ = *std::move(source);
    return std::nullopt;
  }

  void print_text(const dkim::KeyCheckFacts& facts, const dkim::KeyVerdict& verdict,
                  const audit::Report& report) const {
    const Screen screen = standard_output();
    if (!report.domains.front().findings.empty()) {
      render::TerminalOptions layout;
      layout.colour = screen.colour;
      layout.width = screen.width;
      std::cout << render::terminal(report, layout) << '\n';
    }
    std::string_view word = "no match";
    if (verdict.match == KeyMatch::matches) word = "match";
    if (verdict.match == KeyMatch::unknown) word = "not known";
    line(fmt::format("{}: {}", word, verdict.summary));
    line(fmt::format("  name  {}", facts.asked.owner.to_string()));
    line(fmt::format("  file  {}", options_.key));
    line(fmt::format("  key   {}, {}", describe(key_), key_.fingerprint()));
    for (const dkim::KeyPlace& place : verdict.found_at) {
      line(fmt::format("  also  at {}", place.owner.to_string()));
    }
    if (verdict.match == KeyMatch::matches || verdict.match == KeyMatch::unknown) return;
    line("\nThe record of this key:\n");
    line(dkim::key_record_text(key_, options_.tags));
  }

  static void line(std::string_view text) { std::cout << visible_lines(text) << '\n'; }

  void print_json(const dkim::KeyCheckFacts& facts, const dkim::KeyVerdict& verdict,
                  const audit::Report& report) const {
    std::string out;
    render::JsonWriter json(out, true);
    json.open_object();
    json.member("schema", "envelint/keygen/1");
    json.member("owner", facts.asked.owner.to_string());
    json.member("domain", domain_.to_string());
    json.member("selector", selector_);
    json.member("value", dkim::key_record_text(key_, options_.tags));
    json.member("match", dkim::to_string(verdict.match));
    json.member("summary", verdict.summary);
    json.open_object("key");
    add_key(json, key_);
    json.close_object();
    if (verdict.published) {
      json.open_object("published");
      add_key(json, *verdict.published);
      json.close_object();
    }
    json.open_array("found_at");
    for (const dkim::KeyPlace& place : verdict.found_at) json.value(place.owner.to_string());
    json.close_array();
    json.open_array("findings");
    for (const finding::Finding& finding : report.domains.front().findings) add_finding(json, finding);
    json.close_array();
    json.close_object();
    std::cout << out << '\n';
  }

  static void add_key(render::JsonWriter& json, const dkim::PublicKey& key) {
    json.member("type", key.type());
    json.member("bits", std::uint64_t{key.bits});
    json.member("fingerprint", key.fingerprint());
  }

  static void add_finding(render::JsonWriter& json, const finding::Finding& finding) {
    const finding::CatalogueEntry& entry = finding::entry(finding.code);
    json.open_object();
    json.member("code", entry.id);
    json.member("name", entry.name);
    json.member("severity", to_string(finding.severity));
    json.member("message", finding.message);
    json.member_unless_empty("note", finding.note);
    json.member_unless_empty("help", finding.help);
    if (entry.reference != "-") json.member("reference", entry.reference);
    json.close_object();
  }

  const KeygenOptions& options_;
  dns::Name domain_;
  std::string selector_;
  dkim::PublicKey key_;
  std::unique_ptr<DnsSource> source_;
};

}  // namespace

int check_key(const KeygenOptions& options) { return KeyCheck(options).run(); }

}  // namespace cli
