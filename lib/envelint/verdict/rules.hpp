#pragma once

#include <envelint/finding/finding.hpp>
#include <envelint/verdict/evaluate.hpp>

namespace envelint::verdict {

/// What is wrong with the client of a message: its name in reverse DNS, and the name it gave with HELO (PTR001, PTR002,
/// PTR006 to PTR009). Says nothing of addresses that never send mail over the Internet, nor where DNS did not answer.
void check_client(const Verdict& verdict, finding::Findings& out);

/// Who authenticated a message that fails DMARC, though not as its author domain (X013).
/// @param record  the index of the author domain's DMARC record among the records of the report; -1: not there.
void check_alignment(const Verdict& verdict, int record, finding::Findings& out);

/// What would have authenticated a message that fails DMARC and that nobody vouches for (X018).
/// @param record  the index of the SPF record that does not list the client among the records of the report; -1.
void check_authorization(const Verdict& verdict, int record, finding::Findings& out);

}  // namespace envelint::verdict
