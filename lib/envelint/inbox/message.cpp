#include <envelint/inbox/message.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace envelint::inbox {
namespace {

/// Octets of what others have sent. Members of a class, so that each finds all others.
struct Octets {
  static std::size_t of(const std::string& text) noexcept { return text.size(); }

  template <class T>
  static std::size_t of(const std::optional<T>& value) noexcept {
    return value ? of(*value) : 0;
  }

  static std::size_t of(const smtp::Parameter& parameter) noexcept {
    return of(parameter.keyword) + of(parameter.value);
  }

  static std::size_t of(const smtp::Path& path) noexcept {
    return of(path.local_part) + of(path.domain) + of(path.written) + of(path.route);
  }

  static std::size_t of(const smtp::OriginalRecipient& original) noexcept {
    return of(original.type) + of(original.address);
  }

  static std::size_t of(const smtp::Sender& from) noexcept {
    return of(from.path) + of(from.envid) + of(from.auth) + of(from.parameters);
  }

  static std::size_t of(const smtp::Recipient& to) noexcept {
    return of(to.path) + of(to.original) + of(to.parameters);
  }

  static std::size_t of(const smtp::Client& client) noexcept { return of(client.name) + of(client.hello); }

  static std::size_t of(const smtp::TlsInfo& tls) noexcept {
    return of(tls.version) + of(tls.cipher) + of(tls.server_name) + of(tls.client_certificate);
  }

  static std::size_t of(const smtp::Identity& identity) noexcept {
    return of(identity.mechanism) + of(identity.user) + of(identity.authorization) + of(identity.secret);
  }

  static std::size_t of(const smtp::TranscriptEntry& entry) noexcept { return of(entry.text); }

  template <class T>
  static std::size_t of(const std::vector<T>& values) noexcept {
    std::size_t sum = values.size() * sizeof(T);
    for (const T& value : values) sum += of(value);
    return sum;
  }

  static std::size_t of(const smtp::Envelope& envelope) noexcept {
    return of(envelope.client) + of(envelope.hello_name) + of(envelope.from) + of(envelope.to) + of(envelope.identity) +
           of(envelope.tls);
  }

  static std::size_t of(const Summary& summary) noexcept {
    return of(summary.from) + of(summary.to) + of(summary.subject);
  }
};

/// What is kept for searches; about as much as is given for it.
std::size_t searched(const Message& message) noexcept {
  const std::size_t given = message.search_header.size() + message.search_text.size();
  return std::min(given == 0 ? message.raw.size() : given, kMaxSearched);
}

}  // namespace

std::vector<smtp::TranscriptEntry> bounded(std::vector<smtp::TranscriptEntry> transcript) {
  constexpr std::size_t kHalf = kMaxTranscript / 2;
  if (Octets::of(transcript) <= kMaxTranscript) return transcript;
  const auto size_of = [](const smtp::TranscriptEntry& entry) { return sizeof(entry) + entry.text.size(); };
  auto first = transcript.begin();
  for (std::size_t kept = size_of(*first); kept <= kHalf; kept += size_of(*first)) ++first;
  auto last = transcript.end();
  for (std::size_t kept = size_of(*std::prev(last)); kept <= kHalf; kept += size_of(*std::prev(last))) --last;
  const auto left_out = std::distance(first, last);
  const auto behind = transcript.erase(first, last);
  transcript.insert(behind, {smtp::TranscriptEntry::Who::note, fmt::format("{} lines are left out here", left_out)});
  return transcript;
}

std::uint64_t weight(const Message& message) noexcept {
  return sizeof(Message) + Octets::of(message.envelope) + message.oddities.size() * sizeof(smtp::WireOddity) +
         Octets::of(message.raw) + Octets::of(message.summary) + Octets::of(message.verdict_json) +
         Octets::of(message.reply_text) + searched(message);
}

std::uint64_t weight(const Session& session) noexcept {
  return sizeof(Session) + Octets::of(session.client) + Octets::of(session.hello_name) + Octets::of(session.tls) +
         Octets::of(session.ended) + Octets::of(session.transcript);
}

}  // namespace envelint::inbox
