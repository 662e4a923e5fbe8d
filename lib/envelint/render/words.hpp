#pragma once

#include <envelint/audit/report.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace envelint::render {

/// What people call records of a kind, to stand before "record": "SPF", "MTA-STS", "address".
[[nodiscard]] std::string_view kind_word(audit::Kind kind) noexcept;

/// "1 error", "3 errors".
[[nodiscard]] std::string count_of(std::size_t count, std::string_view noun);

/// "2 errors, 1 warning, 1 question unanswered"; empty when there is nothing to count.
[[nodiscard]] std::string count_findings(const audit::Summary& summary);

/// "1 SPF record, 2 DKIM records"; "no records".
[[nodiscard]] std::string count_records(const audit::DomainReport& domain);

/// The same with what is known of them: "1 SPF record, valid; 2 DKIM records, 1 of them valid".
[[nodiscard]] std::string judge_records(const audit::DomainReport& domain);

/// What the first record is, and whether it can be used: "SPF record, not valid". Not a word about that where it can
/// be, and an error was found all the same.
[[nodiscard]] std::string judge_only_record(const audit::DomainReport& domain);

}  // namespace envelint::render
