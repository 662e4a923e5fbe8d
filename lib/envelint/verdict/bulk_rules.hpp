#pragma once

#include <envelint/finding/finding.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/verdict/evaluate.hpp>

namespace envelint::verdict {

/// What Gmail, Yahoo (since 2024) and Outlook.com (since 2025) demand of who sends to many, as far as a message shows it
/// (X014): SPF and DKIM both pass and one of them is aligned, a DMARC policy, one From, Message-ID and Date, one-click
/// unsubscription (RFC 8058) that is signed, TLS, and a client whose name leads back to it.
///
/// What is not known of the message, such as its client or TLS, is not held against it.
void check_bulk_sender(const mail::Message& message, const Verdict& verdict, finding::Findings& out);

}  // namespace envelint::verdict
