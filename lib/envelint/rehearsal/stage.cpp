#include <envelint/rehearsal/stage.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace envelint::rehearsal {
namespace {

using dns::Answer;
using dns::Name;

constexpr std::uint32_t kTtl = 3600;

Name name_of(std::string_view text) { return Name::parse(text).value_or(Name()); }

}  // namespace

Stage::Stage(dns::Resolver& others) : below_(others), nobodys_(name_of("invalid")), list_(name_of(kList)) {}

Stage::Stage(dns::Resolver& files, dns::ZoneScope scope) : Stage(files) { scope_.emplace(std::move(scope)); }

bool Stage::is_told(const Name& name, dns::Type type, const Answer& answer) const {
  if (!scope_) return true;
  if (type == dns::Type::soa && !scope_->is_whole_zone()) return !answer.nothing();
  return answer.state != Answer::State::nxdomain || scope_->holds(name) || is_above(name);
}

// `com` and `_dmarc.com` for a zone example.com.
bool Stage::is_above(const Name& name) const {
  const auto labels = name.labels();
  const bool policy = !labels.empty() && text::iequals(labels.front(), "_dmarc");
  const Name owner = policy ? name.parent() : name;
  return std::ranges::any_of(scope_->apexes(), [&](const Name& apex) { return apex.is_within(owner); });
}

Answer Stage::about_the_play(const dns::Query& query) const {
  if (query.name != list_) return Answer(Answer::State::nxdomain);
  if (query.type != dns::Type::txt) return Answer(Answer::State::nodata);
  Answer out(Answer::State::records);
  out.records.emplace_back(list_, dns::Type::txt, kTtl, dns::Text(std::string("v=spf1 +all")));
  return out;
}

task::Task<Answer> Stage::query(dns::Query query) {
  if (query.name.is_within(nobodys_)) co_return about_the_play(query);
  const Name name = query.name;
  const dns::Type type = query.type;
  Answer answer = co_await below_.query(std::move(query));
  const Name& last = answer.chain.empty() ? name : answer.chain.back();
  if (is_told(last, type, answer)) co_return answer;
  Answer outside(dns::Trouble::outside, std::string(kNotInFiles));
  outside.chain = std::move(answer.chain);
  co_return outside;
}

}  // namespace envelint::rehearsal
