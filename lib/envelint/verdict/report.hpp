#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/verdict/evaluate.hpp>

#include <cstdint>
#include <vector>

namespace envelint::verdict {

/// Whose demands a message is held against, beside the standards.
enum class Profile : std::uint8_t {
  none,
  bulk_sender,  ///< what Gmail, Yahoo and Outlook.com want of those who send to many (X014)
};

/// What is wrong, and what to change in which record: a report for each domain that has signed, and one for the author
/// domain, which has the client in it too; those alone of which there is something to say. Pure.
[[nodiscard]] std::vector<audit::DomainReport> report(const mail::Message& message, const Verdict& verdict,
                                                      Profile profile = Profile::none);

}  // namespace envelint::verdict
