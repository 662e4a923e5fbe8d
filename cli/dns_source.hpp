#pragma once

#include "command_line.hpp"

#include <envelint/dns/bounded_resolver.hpp>
#include <envelint/dns/direct_resolver.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/io/event_loop.hpp>
#include <envelint/task/task.hpp>

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

/// Where answers come from.
struct DnsOptions {
  bool overlay = false;                  ///< --overlay
  std::vector<std::string> nameservers;  ///< --nameserver
  std::string save;                      ///< --save-dns
  std::string replay;                    ///< --replay
};

/// Adds --overlay, --nameserver, --save-dns and --replay. `options` must outlive the parsing.
void add_dns_options(Command& command, DnsOptions& options);

/// What zone files mean for names they do not hold, without --overlay.
enum class Outside {
  nothing,  ///< such names do not exist: the files are the whole world
  /// An SOA record says where the files end, and beyond it nothing is known. Files without one are as with `nothing`, but
  /// for what pieces of zones do not say (dns::FragmentResolver).
  unknown,
};

/// DNS as the command line has it: the network, zone files, both, or a recording, perhaps recorded. For one thread.
class DnsSource {
 public:
  /// @param zone  the files of --zone, if there are any; not kept.
  /// @return the source, or in a few words what cannot be done or read.
  [[nodiscard]] static std::expected<std::unique_ptr<DnsSource>, std::string> open(const DnsOptions& options,
                                                                                   const envelint::dns::Zone* zone,
                                                                                   Outside outside);
  ~DnsSource();

  [[nodiscard]] envelint::dns::Resolver& resolver();
  /// Asks single servers; nullptr where nothing is asked over the network.
  [[nodiscard]] envelint::dns::DirectResolver* direct();
  [[nodiscard]] envelint::io::EventLoop& loop();
  /// Whether answers come over the network, so that waiting is to be expected.
  [[nodiscard]] bool is_live() const;

  /// Runs a task that asks the resolver, to its end.
  template <typename T>
  T run(envelint::task::Task<T> task) {
    return loop().run(std::move(task));
  }

  /// Adds questions that were given up to the recording, so that a replay knows of them.
  void record(const std::vector<envelint::dns::Unanswered>& unanswered);

  /// Puts the recording that --save-dns wants in its place. At the end, once.
  /// @return why it cannot be written or does not hold everything, or nothing.
  [[nodiscard]] std::optional<std::string> save();

 private:
  struct State;
  explicit DnsSource(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace cli
