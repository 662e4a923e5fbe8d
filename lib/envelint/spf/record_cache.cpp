#include <envelint/spf/record_cache.hpp>

namespace envelint::spf {

std::shared_ptr<const Record> RecordCache::get(std::string_view joined) {
  if (const auto kept = records_.find(joined); kept != records_.end()) return kept->second;
  if (records_.size() >= kMaxRecords || octets_ + joined.size() > kMaxOctets) {
    records_.clear();
    octets_ = 0;
  }
  auto record = std::make_shared<const Record>(parse(joined));
  records_.emplace(record->text, record);
  octets_ += joined.size();
  return record;
}

}  // namespace envelint::spf
