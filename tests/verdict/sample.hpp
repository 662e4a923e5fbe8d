#pragma once

#include <envelint/dkim/private_key.hpp>
#include <envelint/dkim/sign.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>
#include <envelint/verdict/evaluate.hpp>

#include <string>
#include <string_view>

/// Messages and zones for tests of verdicts.
namespace test {

inline constexpr std::uint64_t kReceived = 1'700'000'000;

inline const envelint::dkim::PrivateKey& verdict_key() {
  static const auto key = envelint::dkim::PrivateKey::generate_ed25519().value();
  return key;
}

/// The record of the key for `s._domainkey.` and the domain, as a line of a zone.
inline std::string key_line(std::string_view domain) {
  return "s._domainkey." + std::string(domain) +
         ". TXT \"v=DKIM1; k=ed25519; p=" + verdict_key().public_key().encoded() + "\"\n";
}

inline std::string signed_by(std::string_view domain, const std::string& message) {
  envelint::dkim::SignOptions options(std::string(domain), kReceived);
  const auto split = envelint::mail::Message::split(message);
  return envelint::dkim::sign(split, {{&verdict_key(), "s"}}, options).value() + message;
}

inline envelint::verdict::Envelope from(std::string_view ip, std::string mail_from, std::string helo) {
  return {envelint::net::Address::parse(ip).value(), std::move(helo), std::move(mail_from)};
}

/// @param bytes  must outlive what is done with the verdict
inline envelint::verdict::Verdict evaluated(std::string_view zone, std::string_view bytes,
                                            envelint::verdict::Envelope envelope = {}) {
  static const envelint::dns::PublicSuffixList suffixes;
  envelint::dns::FakeResolver dns(zone);
  const auto message = envelint::mail::Message::split(bytes);
  envelint::verdict::EvaluationOptions options(suffixes, kReceived);
  return envelint::task::sync_wait(envelint::verdict::evaluate(dns, message, std::move(envelope), options));
}

}  // namespace test
