#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/dns/text.hpp>

#include <cstddef>
#include <vector>

namespace envelint::spf {

/// The SPF records among the TXT records of a name (RFC 7208 §4.5): those that are exactly `v=spf1`, or begin with
/// `v=spf1` and a space, in any letter case. None means that the domain has no SPF record; more than one is a permerror.
/// The pointers lead into `answer`.
[[nodiscard]] std::vector<const dns::Text*> select_records(const dns::Answer& answer);

/// The same without a list: the first of them, and how many there are.
struct SelectedRecord {
  const dns::Text* first = nullptr;
  std::size_t count = 0;
};
[[nodiscard]] SelectedRecord select_record(const dns::Answer& answer);

}  // namespace envelint::spf
