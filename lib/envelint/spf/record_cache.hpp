#pragma once

#include <envelint/spf/record.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace envelint::spf {

/// Keeps records that were read, by their text: what large providers publish is included by a thousand domains, and
/// reading it costs more than evaluating it. Bounded; when it is full it begins anew. For one thread.
class RecordCache {
 public:
  static constexpr std::size_t kMaxRecords = 10'000;
  static constexpr std::size_t kMaxOctets = std::size_t{4}
                                            << 20;  ///< of all texts; a record takes some ten times as much

  /// The record with this text, read if it is not kept.
  [[nodiscard]] std::shared_ptr<const Record> get(std::string_view joined);

  [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }

 private:
  std::unordered_map<std::string_view, std::shared_ptr<const Record>> records_;  // the keys are the records' own texts
  std::size_t octets_ = 0;
};

}  // namespace envelint::spf
