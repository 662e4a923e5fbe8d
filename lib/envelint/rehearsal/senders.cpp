#include <envelint/rehearsal/senders.hpp>

#include <envelint/dns/describe.hpp>
#include <envelint/net/prefix.hpp>
#include <envelint/spf/macro.hpp>
#include <envelint/spf/record.hpp>
#include <envelint/spf/record_selection.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace envelint::rehearsal {
namespace {

using dns::Answer;
using dns::Name;
using dns::Type;
using net::Address;
using net::PrefixSet;
using spf::Mechanism;
using spf::Modifier;
using spf::Term;

/// Includes and redirects within each other; no evaluation comes to more than 10 (RFC 7208 §4.6.4).
constexpr std::size_t kMaxDepth = 10;
/// More hosts are a permerror (§4.6.4).
constexpr std::size_t kMaxHosts = 10;
constexpr std::array<Type, 2> kAddressTypes{Type::a, Type::aaaa};

PrefixSet everybody() {
  const std::array<net::Prefix, 2> all{net::Prefix(Address(), 0),
                                       net::Prefix(Address(std::array<std::uint8_t, 16>{}), 0)};
  return PrefixSet(all);
}

/// The addresses of a network that a host can have: not the first, which is the network itself, where there are more.
Address host_in(const net::Prefix& network) {
  if (network.has_host_bits()) return network.address();
  if (network.length() >= network.address().bits() - 1) return network.first();
  std::array<std::uint8_t, 16> octets = network.first().octets();
  octets[static_cast<std::size_t>(network.address().bits()) / 8 - 1] |= 1;
  if (!network.first().is_v4()) return Address(octets);
  return Address(std::array<std::uint8_t, 4>{octets[0], octets[1], octets[2], octets[3]});
}

/// One record that is being read.
struct Place {
  Name name;
  std::string via;  ///< the term that led here; empty for the domain itself
  Name via_in;      ///< whose record that is in
  const Place* from = nullptr;
  std::size_t depth = 0;
  bool lets_send = true;  ///< whether a pass here is one for the domain

  [[nodiscard]] bool is_on_the_way() const {
    for (const Place* one = from; one != nullptr; one = one->from) {
      if (one->name == name) return true;
    }
    return false;
  }
};

/// Lives in the frame of find_senders().
class Reader {
 public:
  Reader(dns::Resolver& resolver, Name domain) : dns_(resolver) { out_.domain = std::move(domain); }

  task::Task<Senders> run() {
    Place own;
    own.name = out_.domain;
    own.via_in = out_.domain;
    auto reading = read(&own, PrefixSet());
    out_.passing = co_await std::move(reading);
    co_return std::move(out_);
  }

 private:
  /// What a mechanism matches, and whole addresses of hosts in it.
  struct Match {
    PrefixSet addresses;
    std::vector<Address> hosts;

    void add(const Address& host, int length) {
      hosts.push_back(host);
      addresses.add(net::Prefix(host, length));
    }
  };

  task::Task<Answer> ask(Name name, Type type) {
    if (++questions_ > kMaxSenderQuestions) {
      out_.cut = true;
      co_return Answer(Answer::State::nodata);
    }
    dns::Query query(std::move(name), type);
    co_return co_await dns_.query(std::move(query));
  }

  /// @param before  addresses that terms before this record have decided about
  /// @return those that pass by it
  task::Task<PrefixSet> read(const Place* place, PrefixSet before) {
    PrefixSet none;
    if (place->is_on_the_way()) co_return none;
    if (place->depth > kMaxDepth || ++records_ > kMaxSenderRecords) {
      out_.cut = true;
      co_return none;
    }
    const Answer answer = co_await ask(place->name, Type::txt);
    if (answer.unknown()) {
      if (place->lets_send) add_open(*place, place->name, Type::txt, answer);
      co_return none;
    }
    const spf::SelectedRecord found = spf::select_record(answer);
    if (place->from == nullptr) out_.records = found.count;
    if (found.count != 1) co_return none;
    const spf::Record record = spf::parse(found.first->joined());
    if (place->from == nullptr) out_.record = record.text;
    if (!record.valid()) co_return none;
    auto reading = read_terms(place, &record, std::move(before));
    co_return co_await std::move(reading);
  }

  task::Task<PrefixSet> read_terms(const Place* place, const spf::Record* record, PrefixSet before) {
    PrefixSet passing;
    for (const Term& term : record->terms) {
      if (term.kind != spf::TermKind::mechanism) continue;
      PrefixSet fresh;
      if (term.is(Mechanism::include)) {
        auto reading = read_included(place, record, &term, before);
        fresh = co_await std::move(reading);
      } else {
        auto matching = match(place, record, &term);
        Match found = co_await std::move(matching);
        found.addresses.remove(before);
        if (lets_send(*place, term)) add_senders(*place, *record, term, found);
        fresh = std::move(found.addresses);
      }
      before.add(fresh);
      if (term.qualifier == spf::Qualifier::pass) passing.add(fresh);
      if (term.is(Mechanism::all)) co_return passing;  // §5.1: what stands behind is never tested
    }
    const auto redirect =
        std::ranges::find_if(record->terms, [](const Term& term) { return term.is(Modifier::redirect); });
    if (redirect != record->terms.end()) {
      auto reading = read_included(place, record, &*redirect, std::move(before));
      const PrefixSet redirected = co_await std::move(reading);
      passing.add(redirected);
    }
    co_return passing;
  }

  static bool lets_send(const Place& place, const Term& term) {
    return place.lets_send && term.qualifier == spf::Qualifier::pass;
  }

  /// include (§5.2), and redirect (§6.1), where what passes there passes here.
  task::Task<PrefixSet> read_included(const Place* place, const spf::Record* record, const Term* term,
                                      PrefixSet before) {
    PrefixSet none;
    const bool counts = place->lets_send && (term->is(Modifier::redirect) || lets_send(*place, *term));
    const auto target = target_of(*place, *record, *term);
    if (!target) {
      if (counts && term->has_macros()) add_depending(*place, *record, *term);
      co_return none;
    }
    Place next;
    next.name = *target;
    next.via = record->at(term->span);
    next.via_in = place->name;
    next.from = place;
    next.depth = place->depth + 1;
    next.lets_send = counts;
    auto reading = read(&next, std::move(before));
    co_return co_await std::move(reading);
  }

  static std::optional<Name> target_of(const Place& place, const spf::Record& record, const Term& term) {
    if (term.has_macros()) return std::nullopt;
    if (term.value.empty()) return place.name;
    return spf::target_name(record.at(term.value));
  }

  task::Task<Match> match(const Place* place, const spf::Record* record, const Term* term) {
    Match out;
    if (term->is(Mechanism::ip4) || term->is(Mechanism::ip6)) {
      out.hosts.push_back(host_in(term->network));
      out.addresses.add(term->network);
      co_return out;
    }
    if (term->is(Mechanism::all)) {
      out.addresses = everybody();
      co_return out;
    }
    const auto target = target_of(*place, *record, *term);
    const bool by_address = term->is(Mechanism::a) || term->is(Mechanism::mx);
    if (!target || !by_address) {
      if (lets_send(*place, *term) && (term->has_macros() || !by_address)) add_depending(*place, *record, *term);
      co_return out;
    }
    if (term->is(Mechanism::a)) {
      co_await add_host(place, record, term, *target, &out);
    } else {
      co_await add_mail_hosts(place, record, term, *target, &out);
    }
    co_return out;
  }

  task::Task<void> add_mail_hosts(const Place* place, const spf::Record* record, const Term* term, Name target,
                                  Match* out) {
    const Answer answer = co_await ask(target, Type::mx);
    if (answer.unknown()) add_open(*place, *record, *term, target, Type::mx, answer);
    if (answer.records.size() > kMaxHosts) co_return;
    for (const dns::Record& one : answer.records) {
      const auto* mx = std::get_if<dns::Mx>(&one.data);
      if (mx != nullptr && !mx->exchange.is_root()) co_await add_host(place, record, term, mx->exchange, out);
    }
  }

  task::Task<void> add_host(const Place* place, const spf::Record* record, const Term* term, Name host, Match* out) {
    for (const Type type : kAddressTypes) {
      const Answer answer = co_await ask(host, type);
      if (answer.unknown()) add_open(*place, *record, *term, host, type, answer);
      for (const dns::Record& one : answer.records) {
        const auto* address = std::get_if<Address>(&one.data);
        if (address != nullptr) out->add(*address, address->is_v4() ? term->prefix4 : term->prefix6);
      }
    }
  }

  /// One address of each family, of those that come to this term.
  void add_senders(const Place& place, const spf::Record& record, const Term& term, const Match& found) {
    if (term.is(Mechanism::all)) return;
    for (const net::Family family : {net::Family::v4, net::Family::v6}) {
      const auto address = first_of(family, found);
      if (!address) continue;
      if (out_.listed.size() == kMaxSenders) {
        out_.cut = true;
        return;
      }
      out_.listed.emplace_back(*address, std::string(record.at(term.span)), place.name);
    }
  }

  static std::optional<Address> first_of(net::Family family, const Match& found) {
    for (const Address& host : found.hosts) {
      if (host.family() == family && found.addresses.contains(host)) return host;
    }
    for (const PrefixSet::Range& range : found.addresses.ranges()) {
      if (range.first.family() == family) return range.first;
    }
    return std::nullopt;
  }

  void add_open(const Place& place, const Name& name, Type type, const Answer& answer) {
    add({.why = why_of(answer), .term = place.via, .listed_in = place.via_in, .question = {}, .reason = {}}, name, type,
        answer);
  }

  void add_open(const Place& place, const spf::Record& record, const Term& term, const Name& name, Type type,
                const Answer& answer) {
    if (!lets_send(place, term)) return;
    add({.why = why_of(answer),
         .term = std::string(record.at(term.span)),
         .listed_in = place.name,
         .question = {},
         .reason = {}},
        name, type, answer);
  }

  void add(OpenTerm term, const Name& name, Type type, const Answer& answer) {
    // One term is told of once, though it asks for A and AAAA.
    const bool told = std::ranges::any_of(out_.open, [&](const OpenTerm& one) {
      return one.term == term.term && one.listed_in == term.listed_in;
    });
    if (told) return;
    term.question = fmt::format("{} {}", name.to_string(), to_string(type));
    term.reason = dns::describe(answer);
    out_.open.push_back(std::move(term));
  }

  void add_depending(const Place& place, const spf::Record& record, const Term& term) {
    out_.open.push_back({.why = OpenTerm::Why::depends,
                         .term = std::string(record.at(term.span)),
                         .listed_in = place.name,
                         .question = {},
                         .reason = "it depends on the message"});
  }

  static OpenTerm::Why why_of(const Answer& answer) {
    return answer.trouble == dns::Trouble::outside ? OpenTerm::Why::outside : OpenTerm::Why::unanswered;
  }

  dns::Resolver& dns_;
  Senders out_;
  std::size_t records_ = 0;
  std::size_t questions_ = 0;
};

}  // namespace

task::Task<Senders> find_senders(dns::Resolver& resolver, Name domain) {
  Reader reader(resolver, std::move(domain));
  co_return co_await reader.run();
}

Address stranger_to(const PrefixSet& senders, const PrefixSet& others) {
  constexpr std::array<std::array<std::uint8_t, 3>, 3> kNetworks{{{203, 0, 113}, {198, 51, 100}, {192, 0, 2}}};
  const auto in = [](const std::array<std::uint8_t, 3>& network, std::uint8_t host) {
    return Address(std::array<std::uint8_t, 4>{network[0], network[1], network[2], host});
  };
  for (const auto& network : kNetworks) {
    for (std::uint8_t host = 1; host < 255; ++host) {
      const Address address = in(network, host);
      if (!senders.contains(address) && !others.contains(address)) return address;
    }
  }
  return in(kNetworks.front(), 1);
}

}  // namespace envelint::rehearsal
