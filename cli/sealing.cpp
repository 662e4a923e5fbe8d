#include "sealing.hpp"

#include "message_input.hpp"
#include "zone_source.hpp"

#include <envelint/arc/seal.hpp>
#include <envelint/arc/validate.hpp>
#include <envelint/dns/deadline_resolver.hpp>
#include <envelint/verdict/authentication_results.hpp>

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

namespace cli {

using namespace envelint;

namespace {

using SealKind = arc::SealFault::Kind;

/// Over the network it ends in time.
task::Task<arc::ChainResult> validate_from(DnsSource* source, mail::Message message, dkim::VerifyOptions options) {
  constexpr std::chrono::seconds kLongest{20};
  if (!source->is_live()) co_return co_await arc::validate(source->resolver(), std::move(message), options);
  dns::DeadlineResolver resolver(source->resolver(), source->loop(), source->loop().after(kLongest));
  co_return co_await arc::validate(resolver, std::move(message), options);
}

std::string why(const arc::ChainResult& chain) {
  const std::string where = chain.instance == 0 ? "" : fmt::format(" (i={})", chain.instance);
  const std::string detail = chain.detail.empty() ? "" : ": " + chain.detail;
  return fmt::format("{}{}{}", to_string(chain.fault), where, detail);
}

std::string words_for(const arc::SealFault& fault, const dkim::SignOptions& options) {
  const bool is_domain = fault == arc::SealFault{SealKind::not_signed, dkim::SignFault::bad_domain};
  return std::string(to_string(fault)) + (is_domain ? ": --domain " + options.domain : "");
}

Sealed failed(std::string fault, bool dns_is_silent = false) { return {"", std::move(fault), dns_is_silent}; }

Sealed seal_with(const mail::Message& message, const verdict::AuthenticationResults& results,
                 const arc::ChainResult& chain, const dkim::SigningKey& key, const dkim::SignOptions& options,
                 const std::function<void(std::string_view)>& warn) {
  auto set = arc::seal(message, chain, verdict::print(results), key, options);
  if (!set) {
    const SealKind kind = set.error().kind;
    if (kind != SealKind::failed_before && kind != SealKind::full) return failed(words_for(set.error(), options));
    warn(fmt::format("warning: not sealed: {}", to_string(set.error())));
    return {};
  }
  if (seal_status(message, chain) == arc::ChainStatus::fail) {
    const bool failed = chain.status == arc::ChainStatus::fail;
    warn(fmt::format("warning: sealed as cv=fail: {}",
                     failed ? why(chain) : "its chain is not the one that was validated"));
  }
  if (results.none) {
    warn(fmt::format("warning: no result of {} stands on top of the message, so the seal says `none`",
                     results.authserv_id));
  }
  return {*std::move(set), "", false};
}

}  // namespace

void add_seal_options(Command& command, SealInput& input) {
  command.flag("--arc", input.arc, "seal a message that is passed on with ARC (RFC 8617), instead of signing it");
  command
      .option("--authserv-id", input.authserv_id,
              "with --arc: whose Authentication-Results fields go into the seal, the name of your mail server")
      .value("NAME");
  command.option("--original", input.original, "with --arc: the message as it came, where it was changed since")
      .value("FILE");
  add_zone_options(command, input.zone);
  add_dns_options(command, input.dns);
}

std::optional<std::string> wrong_seal_options(const SealInput& input) {
  const bool asks = !input.zone.paths.empty() || !input.dns.nameservers.empty() || !input.dns.save.empty() ||
                    !input.dns.replay.empty() || input.dns.overlay;
  if (!input.arc && !input.authserv_id.empty())
    return "--authserv-id is for --arc; signing with DKIM has no use for it";
  if (!input.arc && !input.original.empty()) return "--original is for --arc: whose chain is validated";
  if (!input.arc && asks) return "signing with DKIM asks no DNS; where it is, is for --arc";
  if (input.arc && input.authserv_id.empty()) {
    return "--authserv-id is missing: the name that your mail server gives itself in Authentication-Results fields";
  }
  return std::nullopt;
}

Sealed seal_message(const mail::Message& message, const SealInput& input, const dkim::SigningKey& key,
                    const dkim::SignOptions& options, const std::function<void(std::string_view)>& warn) {
  std::optional<MessageInput> original;
  if (!input.original.empty()) {
    auto read = read_message(input.original);
    if (!read) return failed(read.error());
    original = *std::move(read);
  }
  const auto came = original ? mail::Message::split(original->bytes) : message;
  auto source = open_dns(input.zone, input.dns, warn);
  if (!source) return failed(source.error());
  dkim::VerifyOptions settings(options.now);
  const arc::ChainResult chain = (*source)->run(validate_from(source->get(), came, settings));
  if (const auto fault = (*source)->save()) return failed(*fault);
  // A seal that says `cv=fail` cannot be taken back, so that is not written for trouble that passes.
  if (chain.unknown) return failed(fmt::format("DNS would not say whether the chain is good: {}", why(chain)), true);
  return seal_with(message, verdict::own_results(came, input.authserv_id), chain, key, options, warn);
}

}  // namespace cli
