#pragma once

#include <envelint/dns/zone_file.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::dns {

/// What is wrong with a zone file itself, whatever its records are for: lines that cannot be read, and records that
/// contradict each other or are not what their author meant.
///
/// Every finding has a `place`; its file is an index into `zone.files`. One about a record has the record's index in
/// `zone.records`, and its `span` is a span of the record's joined text, empty where it is about no part of it.
/// Fixes are changes to the files. The cost is linear in the size of the zone, but for sorting.
void check_zone(const Zone& zone, finding::Findings& out);

}  // namespace envelint::dns
