#include <envelint/render/servers.hpp>

#include <envelint/render/prose.hpp>
#include <envelint/render/words.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace envelint::render {
namespace {

using dns::Opinion;
using dns::ZoneServer;
using dns::ZoneServers;
using State = ZoneServer::State;

/// 90 s, 5 min, 1 h, 2 d: in the largest unit that it is a whole number of.
std::string duration(std::uint32_t seconds) {
  constexpr std::array<std::pair<std::uint32_t, std::string_view>, 3> kUnits{{{86400, "d"}, {3600, "h"}, {60, "min"}}};
  for (const auto& [size, unit] : kUnits) {
    if (seconds >= size && seconds % size == 0) return fmt::format("{} {}", seconds / size, unit);
  }
  return fmt::format("{} s", seconds);
}

std::string question_of(const dns::Query& query) {
  return fmt::format("{} {}", query.name.to_string(), to_string(query.type));
}

std::string_view word_of(State state) {
  constexpr std::array<std::string_view, 5> kWords{"serves", "lame", "silent", "set_aside", "no_route"};
  return kWords[static_cast<std::size_t>(state)];
}

std::string standing_of(const ZoneServer& server, const ZoneServers& zone) {
  const dns::Soa* const soa = server.start_of_authority();
  switch (server.state) {
    case State::serves: {
      const bool old = soa->serial != zone.newest()->serial;
      const auto milliseconds = server.soa.round_trip.count() / 1000;
      return fmt::format("serial {}{}, {} ms", soa->serial, old ? " (older)" : "", milliseconds);
    }
    case State::lame: return "does not serve the zone: " + server.why;
    case State::silent: return "does not answer: " + server.why;
    case State::set_aside: return "not asked: " + server.why;
    case State::no_route: return "not asked: " + server.why;
  }
  return {};
}

/// How long an answer may be kept, the longest of all questions.
std::string hidden_for(const ZoneServers& zone) {
  std::uint32_t longest = 0;
  std::size_t of = zone.questions.size();
  for (std::size_t i = 0; i < zone.questions.size(); ++i) {
    for (const Opinion& one : opinions(zone, i)) {
      if (one.lines.empty() || one.ttl <= longest) continue;
      longest = one.ttl;
      of = i;
    }
  }
  std::string out;
  if (of < zone.questions.size()) {
    out = fmt::format("caches may hide a change for up to {} ({})", duration(longest), question_of(zone.questions[of]));
  }
  if (const auto negative = zone.negative_ttl()) {
    out += fmt::format("{} for up to {}", out.empty() ? "caches may hide a new record" : ", a new record", duration(*negative));
  }
  return out;
}

/// Lays out one domain's zones.
class Table {
 public:
  Table(std::string& out, const Painter& paint, std::size_t width) : out_(out), paint_(paint), width_(width) {}

  void add(const ZoneServers& zone) {
    line(0, Style::strong, fmt::format("name servers of {}", zone.zone.to_string()));
    add_servers(zone);
    if (zone.left_out > 0) line(2, Style::faint, fmt::format("{} not asked: too many", count_of(zone.left_out, "more address")));
    std::size_t agreed = 0;
    for (std::size_t i = 0; i < zone.questions.size(); ++i) {
      const auto said = opinions(zone, i);
      if (said.size() > 1 || resolver_differs(zone, i)) {
        add_difference(zone, i, said);
      } else if (said.size() == 1) {
        ++agreed;
      }
    }
    if (agreed > 0) line(2, Style::plain, fmt::format("the same from all: {}", count_of(agreed, "question")));
    if (const std::string hidden = hidden_for(zone); !hidden.empty()) line(2, Style::plain, hidden);
    out_ += '\n';
  }

 private:
  // No backquotes here mean code: what DNS holds is shown as it is.
  void line(std::size_t indent, Style style, std::string_view text) {
    const std::string seen = text::visible(text);
    const std::vector<std::string> lines = wrap(seen, width_ - indent, width_ - indent - 2, LongWord::shorten);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      out_.append(indent + (i == 0 ? 0 : 2), ' ');
      paint_.append(out_, style, lines[i]);
      out_ += '\n';
    }
  }

  void add_servers(const ZoneServers& zone) {
    std::size_t name_width = 0;
    std::size_t address_width = 0;
    for (const ZoneServer& server : zone.servers) {
      name_width = std::max(name_width, columns(text::visible(server.name.to_string())));
      address_width = std::max(address_width, server.address.to_string().size());
    }
    const bool aligned = name_width + address_width + 30 <= width_;
    for (const ZoneServer& server : zone.servers) {
      std::string text = text::visible(server.name.to_string());
      if (aligned) text.append(name_width - columns(text), ' ');
      std::string address = server.address.to_string();
      if (aligned) address.resize(address_width, ' ');
      add_server(text + "  " + address, standing_of(server, zone), style_of(server, zone));
    }
    for (const dns::NamelessServer& server : zone.without_address) {
      add_server(text::visible(server.name.to_string()), "no address", Style::warning);
    }
  }

  static Style style_of(const ZoneServer& server, const ZoneServers& zone) {
    if (server.state == State::no_route) return Style::faint;
    if (server.state != State::serves) return Style::warning;
    return server.start_of_authority()->serial == zone.newest()->serial ? Style::plain : Style::warning;
  }

  void add_server(const std::string& who, const std::string& standing, Style style) {
    const std::size_t used = columns(who) + 4;
    // Behind the name where that leaves some columns, else below it.
    if (used + 20 > width_) {
      line(2, Style::plain, who);
      line(4, style, standing);
      return;
    }
    const auto lines = wrap(text::visible(standing), width_ - used, width_ - 6, LongWord::shorten);
    out_.append("  ").append(who).append("  ");
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) out_.append(6, ' ');
      paint_.append(out_, style, lines[i]);
      out_ += '\n';
    }
  }

  void add_difference(const ZoneServers& zone, std::size_t question, const std::vector<Opinion>& said) {
    line(2, Style::warning, fmt::format("{} differs", question_of(zone.questions[question])));
    for (const Opinion& one : said) {
      std::string who;
      for (const ZoneServer* server : one.servers) {
        who += fmt::format("{}{} ({})", who.empty() ? "" : ", ", server->name.to_string(), server->address.to_string());
      }
      add_opinion(who, one.lines);
    }
    const dns::Answer& answer = zone.resolver[question];
    if (answer.unknown()) {
      line(4, Style::faint, fmt::format("the resolver: unknown, {}", to_string(answer.trouble)));
      return;
    }
    add_opinion(answer.ttl ? fmt::format("the resolver, for up to {} more", duration(*answer.ttl)) : "the resolver", spelled(answer));
  }

  void add_opinion(std::string_view who, const std::vector<std::string>& lines) {
    line(4, Style::faint, who);
    if (lines.empty()) line(6, Style::plain, "nothing");
    for (const std::string& one : lines) line(6, Style::code, one);
  }

  std::string& out_;
  const Painter& paint_;
  std::size_t width_;
};

void write_lines(JsonWriter& json, const std::vector<std::string>& lines) {
  json.open_array("records");
  for (const std::string& one : lines) json.value(one);
  json.close_array();
}

void write_server(JsonWriter& json, const ZoneServers& zone, const ZoneServer& server) {
  json.open_object();
  json.member("name", server.name.to_string());
  json.member("address", server.address.to_string());
  json.member("state", word_of(server.state));
  json.member_unless_empty("reason", server.why);
  if (const dns::Soa* const soa = server.start_of_authority()) json.member("serial", std::uint64_t{soa->serial});
  if (server.soa.round_trip.count() > 0) {
    json.member("round_trip_us", static_cast<std::uint64_t>(server.soa.round_trip.count()));
  }
  json.member("in_zone", server.in_zone);
  if (zone.delegation_known) json.member("in_delegation", server.in_delegation);
  json.close_object();
}

void write_question(JsonWriter& json, const ZoneServers& zone, std::size_t question) {
  const auto said = opinions(zone, question);
  const dns::Answer& resolver = zone.resolver[question];
  json.open_object();
  json.member("question", question_of(zone.questions[question]));
  json.member("agree", said.size() < 2);
  json.open_array("answers");
  for (const Opinion& one : said) {
    json.open_object();
    json.open_array("servers");
    for (const ZoneServer* server : one.servers) json.value(server->address.to_string());
    json.close_array();
    write_lines(json, one.lines);
    json.member("ttl", std::uint64_t{one.ttl});
    json.close_object();
  }
  json.close_array();
  json.open_object("resolver");
  if (resolver.unknown()) {
    json.member("unknown", to_string(resolver.trouble));
  } else {
    write_lines(json, spelled(resolver));
    if (resolver.ttl) json.member("ttl", std::uint64_t{*resolver.ttl});
    json.member("differs", resolver_differs(zone, question));
  }
  json.close_object();
  json.close_object();
}

void write_zone(JsonWriter& json, const ZoneServers& zone) {
  json.open_object();
  json.member("zone", zone.zone.to_string());
  if (const auto ttl = zone.negative_ttl()) json.member("negative_ttl", std::uint64_t{*ttl});
  json.open_array("servers");
  for (const ZoneServer& server : zone.servers) write_server(json, zone, server);
  json.close_array();
  json.open_array("without_address");
  for (const dns::NamelessServer& server : zone.without_address) json.value(server.name.to_string());
  json.close_array();
  json.open_array("questions");
  for (std::size_t i = 0; i < zone.questions.size(); ++i) write_question(json, zone, i);
  json.close_array();
  json.close_object();
}

}  // namespace

void append_servers(std::string& out, const Painter& paint, std::size_t width, const dns::AuthoritativeFacts& facts) {
  Table table(out, paint, width);
  for (const ZoneServers& zone : facts.zones) table.add(zone);
}

void write_servers(JsonWriter& json, const dns::AuthoritativeFacts& facts) {
  json.open_object("authoritative");
  json.open_array("zones");
  for (const ZoneServers& zone : facts.zones) write_zone(json, zone);
  json.close_array();
  json.close_object();
}

}  // namespace envelint::render
