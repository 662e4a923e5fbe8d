#include <envelint/verdict/reverse_dns.hpp>

#include <envelint/dns/reverse.hpp>
#include <envelint/task/gather.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace envelint::verdict {

std::string_view to_string(ReverseStatus status) noexcept {
  constexpr std::array<std::string_view, 5> kTexts{"none", "pass", "fail", "temperror", "permerror"};
  return kTexts[static_cast<std::size_t>(status)];
}

const dns::Name* ReverseDns::confirmed() const noexcept {
  const auto it = std::ranges::find(names, true, &ClientName::leads_back);
  return it == names.end() ? nullptr : &it->name;
}

task::Task<bool> leads_to(dns::Resolver& resolver, dns::Name name, net::Address address, dns::Answer* answer) {
  const net::Address wanted = address.unmapped();
  dns::Query query(std::move(name), wanted.is_v4() ? dns::Type::a : dns::Type::aaaa);
  *answer = co_await resolver.query(std::move(query));
  co_return std::ranges::any_of(answer->records, [&](const dns::Record& record) {
    const auto* found = std::get_if<net::Address>(&record.data);
    return found != nullptr && *found == wanted;
  });
}

task::Task<ReverseDns> look_up_client(dns::Resolver& resolver, net::Address client) {
  ReverseDns out;
  dns::Query query(dns::reverse_name(client), dns::Type::ptr);
  out.ptr = co_await resolver.query(std::move(query));
  for (const dns::Record& record : out.ptr.records) {
    const auto* name = std::get_if<dns::Name>(&record.data);
    if (name == nullptr || out.names.size() == kMaxClientNames) continue;
    out.names.emplace_back().name = *name;
  }
  std::vector<task::Task<bool>> checks;
  for (ClientName& one : out.names) checks.push_back(leads_to(resolver, one.name, client, &one.addresses));
  const std::vector<bool> leads_back = co_await task::gather(std::move(checks));
  for (std::size_t i = 0; i < out.names.size(); ++i) out.names[i].leads_back = leads_back[i];

  const bool unknown = out.ptr.unknown() ||
                       std::ranges::any_of(out.names, [](const ClientName& one) { return one.addresses.unknown(); });
  if (out.confirmed() != nullptr) {
    out.status = ReverseStatus::pass;
  } else if (unknown) {
    out.status = ReverseStatus::temperror;
  } else {
    out.status = out.names.empty() ? ReverseStatus::permerror : ReverseStatus::fail;
  }
  co_return out;
}

}  // namespace envelint::verdict
