#include <envelint/spf/check_host.hpp>

#include <envelint/spf/evaluation.hpp>

#include <array>
#include <utility>

namespace envelint::spf {

std::string_view to_string(Verdict verdict) noexcept {
  constexpr std::array<std::string_view, 7> kWords{"none",     "neutral",   "pass",     "fail",
                                                   "softfail", "temperror", "permerror"};
  return kWords[static_cast<std::size_t>(verdict)];
}

std::string_view to_string(Identity identity) noexcept { return identity == Identity::helo ? "helo" : "mailfrom"; }

task::Task<CheckResult> check_host(dns::Resolver& resolver, CheckRequest request) {
  return Evaluation::run(&resolver, std::move(request));
}

}  // namespace envelint::spf
