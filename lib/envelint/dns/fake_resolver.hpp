#pragma once

#include <envelint/dns/zone_resolver.hpp>

#include <string_view>
#include <vector>

namespace envelint::dns {

/// A resolver for tests: answers from zone text and remembers what it was asked.
///
///     FakeResolver dns(R"(
///       example.com.  TXT "v=spf1 include:slow.example -all"
///       ;! timeout slow.example
///     )");
///
/// For one thread.
class FakeResolver : public Resolver {
 public:
  /// @param zone  zone text whose origin is the root. Lines that are indented alike are taken as if they were not.
  /// @throws std::invalid_argument with the fault when the text cannot be read: that is a mistake in the test.
  explicit FakeResolver(std::string_view zone);

  task::Task<Answer> query(Query query) override;

  /// Every question so far, in order.
  [[nodiscard]] const std::vector<Query>& queries() const noexcept { return queries_; }

 private:
  ZoneResolver resolver_;
  std::vector<Query> queries_;
};

}  // namespace envelint::dns
