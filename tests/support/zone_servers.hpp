#pragma once

#include <envelint/dns/direct_resolver.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/dns/zone_resolver.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// The servers of a zone, for tests: each answers from the zone's text, but for comments in it that say otherwise of
/// one of them:
///
///     ; at ns2.example.com: _dmarc TXT "v=DMARC1; p=none"     these records in place of the zone's of that name and type
///     ; at ns2.example.com: without mail MX                   not the zone's records of that name and type
///     ; at ns2.example.com: silent                            it does not answer
///     ; at ns2.example.com: lame                              it refuses
///
/// A server is known by the addresses that the zone has for its name. All else stays silent.
class ZoneServersOf : public envelint::dns::DirectResolver {
 public:
  ZoneServersOf(const std::string& text, const envelint::dns::Name& origin) : base_(read(text, origin)) {
    std::map<std::string, Changes> changes;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      constexpr std::string_view kAt = "; at ";
      const std::size_t colon = line.find(": ");
      if (!line.starts_with(kAt) || colon == std::string::npos) continue;
      read_change(line.substr(colon + 2), changes[line.substr(kAt.size(), colon - kAt.size())]);
    }
    for (const auto& [server, change] : changes) add(server, change, origin);
    for (const auto& record : base_.records) {
      const auto* host = std::get_if<envelint::dns::Name>(&record.record.data);
      if (record.record.type == envelint::dns::Type::ns && host != nullptr) add(host->to_string(), {}, origin);
    }
  }

  envelint::task::Task<envelint::dns::ServerAnswer> ask(envelint::io::Endpoint server, envelint::dns::Query query,
                                                        envelint::io::Deadline) override {
    ++asked;
    envelint::dns::ServerAnswer out;
    out.answer = envelint::dns::Answer(envelint::dns::Trouble::timeout, "no answer from " + server.address.to_string());
    const auto found = servers_.find(server.address.to_string());
    if (found == servers_.end() || found->second.silent) co_return out;
    if (found->second.lame) {
      out.answer =
          envelint::dns::Answer(envelint::dns::Trouble::refused, server.address.to_string() + " answered REFUSED");
      co_return out;
    }
    out.answer = found->second.resolver->answer(query);
    out.authoritative = true;
    for (const auto& record : out.answer.records)
      out.answer.ttl = std::min(out.answer.ttl.value_or(record.ttl), record.ttl);
    if (!out.answer.chain.empty()) {  // not followed
      out.answer.state = envelint::dns::Answer::State::nodata;
      out.answer.records.clear();
      out.answer.chain.resize(1);
    }
    co_return out;
  }

  std::size_t asked = 0;

 private:
  struct Changes {
    std::string records;
    std::vector<std::pair<std::string, std::string>> without;
    bool silent = false;
    bool lame = false;
  };
  struct Server {
    bool silent = false;
    bool lame = false;
    std::shared_ptr<envelint::dns::ZoneResolver> resolver;
  };

  static envelint::dns::Zone read(const std::string& text, const envelint::dns::Name& origin) {
    envelint::dns::ZoneOptions options;
    options.origin = origin;
    return envelint::dns::read_zone({.path = "servers.zone", .content = text, .identity = {}}, options);
  }

  static void read_change(const std::string& words, Changes& out) {
    if (words == "silent") {
      out.silent = true;
    } else if (words == "lame") {
      out.lame = true;
    } else if (words.starts_with("without ")) {
      std::istringstream parts(words.substr(8));
      auto& pair = out.without.emplace_back();
      parts >> pair.first >> pair.second;
    } else {
      out.records += words + "\n";
    }
  }

  void add(const std::string& server, const Changes& changes, const envelint::dns::Name& origin) {
    envelint::dns::Zone own = base_;
    const envelint::dns::Zone other = read(changes.records, origin);
    const auto replaced = [&](const auto& record) {
      return std::ranges::any_of(other.records, [&](const auto& one) {
        return one.record.owner == record.record.owner && one.record.type == record.record.type;
      });
    };
    std::erase_if(own.records, replaced);
    for (const auto& [name, type] : changes.without) {
      const envelint::dns::Name owner = name == "@" ? origin : *envelint::dns::Name::parse(name)->under(origin);
      std::erase_if(own.records,
                    [&](const auto& one) { return one.record.owner == owner && to_string(one.record.type) == type; });
    }
    own.records.insert(own.records.end(), other.records.begin(), other.records.end());
    Server entry{changes.silent, changes.lame, std::make_shared<envelint::dns::ZoneResolver>(own)};
    const envelint::dns::ZoneResolver all(base_);
    for (const auto type : {envelint::dns::Type::a, envelint::dns::Type::aaaa}) {
      for (const auto& record : all.answer({*envelint::dns::Name::parse(server), type}).records) {
        servers_.try_emplace(std::get<envelint::net::Address>(record.data).to_string(), entry);
      }
    }
  }

  envelint::dns::Zone base_;
  std::map<std::string, Server> servers_;
};

}  // namespace test
