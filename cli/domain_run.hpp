#pragma once

#include "dns_source.hpp"
#include "domain_list.hpp"
#include "progress.hpp"

#include <envelint/audit/collect.hpp>
#include <envelint/audit/domain_facts.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/io/signal.hpp>
#include <envelint/io/task_set.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cli {

/// How domains are looked up.
struct DomainRunOptions {
  std::size_t jobs = 1;                 ///< domains at once
  bool unordered = false;               ///< give each as soon as it is done, not in the order of the list
  std::chrono::milliseconds timeout{};  ///< for each domain
  /// The DKIM selectors to look at for a domain; may be empty.
  std::function<std::vector<std::string>(const envelint::dns::Name&)> selectors;
};

/// Collects the facts about many domains on one loop. The memory it takes does not grow with their number: a domain is
/// begun only when the oldest one that has not been given yet is not far behind.
class DomainRun {
 public:
  using Take = std::function<void(envelint::audit::DomainFacts)>;

  /// Refers to all it is given but the options.
  DomainRun(DnsSource& dns, DomainList& list, DomainRunOptions options, Progress& progress);

  /// Gives every domain of the list to `take`, or ends early.
  /// @return the signal (SIGINT, SIGTERM) that ended it, or 0.
  [[nodiscard]] int run(Take take);

  /// Ends it; nothing more is given.
  void stop() noexcept { over_.set(); }

 private:
  [[nodiscard]] envelint::task::Task<void> feed();
  [[nodiscard]] envelint::task::Task<void> look_up(std::size_t number, envelint::dns::Name name);
  [[nodiscard]] envelint::task::Task<void> until_over();
  void give(std::size_t number, envelint::audit::DomainFacts facts);
  [[nodiscard]] bool is_full() const noexcept;

  DnsSource& dns_;
  DomainList& list_;
  DomainRunOptions options_;
  Progress& progress_;
  envelint::dns::PublicSuffixList suffixes_;
  Take take_;
  std::size_t started_ = 0;
  std::size_t running_ = 0;
  std::size_t given_ = 0;
  std::map<std::size_t, envelint::audit::DomainFacts> waiting_;  // for their turn
  envelint::io::Signal room_;
  envelint::io::Signal over_;
  envelint::io::TaskSet tasks_;  // last: what it holds refers to the others
};

}  // namespace cli
