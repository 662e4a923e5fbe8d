#include <envelint/rehearsal/stage.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <string>

namespace envelint::rehearsal {
namespace {

using dns::Answer;
using dns::Name;

constexpr std::uint32_t kTtl = 3600;

Name name_of(std::string_view text) { return Name::parse(text).value_or(Name()); }

}  // namespace

Stage::Stage(dns::Resolver& files, Scope scope)
    : below_(files), scope_(std::move(scope)), nobodys_(name_of("invalid")), list_(name_of(kList)) {}

Stage::Stage(dns::Resolver& others) : Stage(others, Scope{.apexes = {Name()}}) {}

bool Stage::has_the_say(const Name& name) const {
  return std::ranges::any_of(scope_.apexes, [&](const Name& apex) { return name.is_within(apex); });
}

// `com` and `_dmarc.com` for a zone example.com.
bool Stage::is_above(const Name& name) const {
  const auto labels = name.labels();
  const bool policy = !labels.empty() && text::iequals(labels.front(), "_dmarc");
  const Name owner = policy ? name.parent() : name;
  return std::ranges::any_of(scope_.apexes, [&](const Name& apex) { return apex.is_within(owner); });
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
  const bool asks_for_zone = query.type == dns::Type::soa;
  Answer answer = co_await below_.query(std::move(query));
  const Name& last = answer.chain.empty() ? name : answer.chain.back();
  const bool untold = answer.state == Answer::State::nxdomain && !has_the_say(last) && !is_above(last);
  const bool no_zone = asks_for_zone && !scope_.whole_zones && answer.nothing();
  if (!untold && !no_zone) co_return answer;
  Answer outside(dns::Trouble::outside, std::string(kNotInFiles));
  outside.chain = std::move(answer.chain);
  co_return outside;
}

}  // namespace envelint::rehearsal
