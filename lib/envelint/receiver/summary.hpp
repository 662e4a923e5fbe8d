#pragma once

#include <envelint/receiver/arrival.hpp>

#include <string>
#include <string_view>

namespace envelint::receiver {

/// What came of SPF, DKIM, ARC and DMARC, a word of RFC 8601 §2.7 each. Empty: not checked.
struct ResultWords {
  std::string_view spf;
  std::string_view dkim;  ///< `pass` if any signature passes, else the best of the others
  std::string_view arc;
  std::string_view dmarc;
};
[[nodiscard]] ResultWords words_of(const Arrival& arrival);

/// `spf=pass dkim=pass dmarc=fail`; what was not checked is `-`.
[[nodiscard]] std::string results_in_words(const Arrival& arrival);

/// What a list says of the message.
[[nodiscard]] inbox::Summary summary_of(const Arrival& arrival);

}  // namespace envelint::receiver
