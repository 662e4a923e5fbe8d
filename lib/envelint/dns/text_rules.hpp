#pragma once

#include <envelint/dns/text.hpp>
#include <envelint/finding/finding.hpp>

/// Faults that the value of any mail TXT record can have, whatever its protocol: what control panels, word processors
/// and copying leave in it.
namespace envelint::dns {

/// Which of the faults the rules of the value's own protocol report in their own words, so that one slip stays one
/// finding. The default reports everything.
struct TextOptions {
  /// White space and quotes before the first and behind the last character (DNS015, DNS012).
  /// Off for SPF and DMARC, whose SPF005 and DMARC005 say that receivers discard such a record.
  bool edges = true;
  /// TAB, CR and LF between other characters (DNS015). Off for SPF, whose SPF025 says what they do to its terms.
  bool inner_space = true;
  /// Whether the protocol ignores a value that does not begin with its version to the letter: the findings about
  /// what stands before it are then errors.
  bool version_must_lead = false;
};

/// Finds the faults DNS010, DNS012, DNS013, DNS014, DNS015, DNS029 and DNS033 of a value. Every kind is found at most once,
/// with all its places, but for DNS010 (each join) and DNS014 and DNS029 (each run of octets or name, up to 16 together). Their fixes touch
/// different bytes and can be made together. Linear in the length of the value.
///
/// @return whether the value can be read on: not when it is escaped for another medium throughout (DNS033), for then
///         the rules of its protocol would only say the same again.
bool check_text(const Text& text, finding::Findings& out, const TextOptions& options = {});

}  // namespace envelint::dns
