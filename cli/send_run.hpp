#pragma once

#include "send_mail.hpp"

#include <envelint/io/endpoint.hpp>
#include <envelint/io/event_loop.hpp>
#include <envelint/io/tls.hpp>
#include <envelint/smtp/client.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Where mail goes, and how.
struct SendSettings {
  std::string host;                               ///< as it was given: for SNI and the certificate
  std::vector<envelint::io::Endpoint> endpoints;  ///< tried in this order
  std::uint16_t default_port = 25;
  envelint::smtp::ClientOptions client;             ///< without what hangs on the connection
  bool hello_is_address = false;                    ///< the address literal of our end, in place of `client.hello`
  std::optional<envelint::io::TlsContext> strict;   ///< verifies
  std::optional<envelint::io::TlsContext> lenient;  ///< does not, and tells
  bool trust_loopback = false;                      ///< take `lenient` for loopback, else `strict`
  std::string notify, ret, envid;

  std::size_t repeat = 1;
  std::size_t parallel = 1;
  double per_second = 0;  ///< mails begun; 0: as many as go
  bool reuse = false;     ///< several mails a connection
};

/// What became of one mail.
struct SentMail {
  envelint::smtp::Delivery delivery;
  std::optional<envelint::smtp::ClientFault> fault;  ///< why there was no session, or it ended
  bool unreachable = false;                          ///< nobody took the connection
  double milliseconds = 0;                           ///< from the connection, or MAIL with --reuse, to the last reply

  [[nodiscard]] bool accepted() const noexcept { return !fault && !unreachable && delivery.all_accepted(); }
  /// Whether time ran out, or there was nobody.
  [[nodiscard]] bool silent() const noexcept;
  /// Why it was not accepted, in a few words: the reply of the server, or what happened. Everything hidden is visible.
  [[nodiscard]] std::string why_not() const;
};

/// What became of all of them.
struct SendTotals {
  std::size_t accepted = 0;
  std::size_t failed = 0;
  std::size_t not_tried = 0;
  bool any_refused = false;
  bool any_silent = false;
  std::map<std::string, std::size_t> reasons;  ///< bounded, the rest under `other reasons`
  std::vector<double> milliseconds;            ///< of those accepted
  double seconds = 0;
  int interrupted_by = 0;                          ///< the signal that stopped it, or 0
  std::optional<envelint::io::TlsSummary> tls;     ///< of the last session
  std::optional<envelint::io::Endpoint> endpoint;  ///< that took the last connection
  std::optional<SentMail> last;

  /// Below which so many of a hundred are; 0 where there are none.
  [[nodiscard]] double latency(double percent) const;
};

/// Sends all of it.
/// @param told  what is said in a session, and what happens around it
[[nodiscard]] SendTotals send_all(const SendSettings& settings, const SendMail& mail,
                                  const std::function<void(const envelint::smtp::TranscriptEntry&)>& told);

}  // namespace cli
