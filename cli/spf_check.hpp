#pragma once

#include "dns_source.hpp"

#include <envelint/spf/check_host.hpp>
#include <envelint/task/task.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// What all evaluations of one run have in common. Not an aggregate: it is a coroutine parameter.
struct SpfSettings {
  SpfSettings() = default;

  envelint::spf::CheckLimits limits;
  std::string receiver = "unknown";
  std::uint64_t now = 0;             ///< seconds since 1970
  std::chrono::seconds timeout{20};  ///< for one evaluation; RFC 7208 §4.6.4 wants at least 20 seconds
  bool trace = false;
  envelint::spf::RecordCache* records = nullptr;  ///< for many evaluations
  std::vector<std::string> expected;              ///< results that are well; empty: those that are no trouble
};

/// A request with the settings, and angle brackets around MAIL FROM taken off: `<>` is the empty one.
[[nodiscard]] envelint::spf::CheckRequest request_for(envelint::net::Address ip, std::string_view mail_from,
                                                      std::string helo, const SpfSettings& settings);

/// Evaluates one sender. Over the network it ends in time. `source` must outlive the task.
[[nodiscard]] envelint::task::Task<envelint::spf::CheckResult> check_sender(DnsSource* source,
                                                                            envelint::spf::CheckRequest request,
                                                                            std::chrono::seconds timeout);

/// Whether it is one of the results that were expected.
[[nodiscard]] bool is_expected(envelint::spf::Verdict verdict, const SpfSettings& settings);

}  // namespace cli
