#include "spf_check.hpp"

#include <envelint/dns/deadline_resolver.hpp>

#include <algorithm>
#include <utility>

namespace cli {

using namespace envelint;

spf::CheckRequest request_for(net::Address ip, std::string_view mail_from, std::string helo,
                              const SpfSettings& settings) {
  if (mail_from.starts_with('<') && mail_from.ends_with('>')) mail_from = mail_from.substr(1, mail_from.size() - 2);
  spf::CheckRequest request(ip, std::string(mail_from), std::move(helo));
  request.receiver = settings.receiver;
  request.now = settings.now;
  request.limits = settings.limits;
  request.trace = settings.trace;
  return request;
}

task::Task<spf::CheckResult> check_sender(DnsSource* source, spf::CheckRequest request, std::chrono::seconds timeout) {
  if (!source->is_live()) co_return co_await spf::check_host(source->resolver(), std::move(request));
  dns::DeadlineResolver resolver(source->resolver(), source->loop(), source->loop().after(timeout));
  co_return co_await spf::check_host(resolver, std::move(request));
}

bool is_expected(spf::Verdict verdict, const SpfSettings& settings) {
  return std::ranges::find(settings.expected, to_string(verdict)) != settings.expected.end();
}

}  // namespace cli
