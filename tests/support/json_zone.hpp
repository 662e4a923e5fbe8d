#pragma once

#include <envelint/dns/resolver.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace test {

/// The octets of a JSON string in which U+0080 to U+00FF stand for raw octets, as the public SPF suite writes them.
inline std::string octets(const std::string& utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if ((lead & 0xFC) == 0xC0 && i + 1 < utf8.size()) {
      out += static_cast<char>((lead << 6) | (static_cast<unsigned char>(utf8[++i]) & 0x3F));
    } else {
      out += utf8[i];
    }
  }
  return out;
}

/// Answers from a zone of the public SPF suite: `{ "name": [ ["TYPE", data], … ] }`. The entry `["TIMEOUT", ""]` means
/// that questions for types the name does not list are never answered. Answers are made beforehand, so that a question
/// costs next to nothing.
class JsonZone : public envelint::dns::Resolver {
 public:
  explicit JsonZone(const nlohmann::json& zone) {
    for (const auto& [text, entries] : zone.items()) {
      const auto name = envelint::dns::Name::parse(octets(text));
      if (!name) continue;  // the suite names some that nobody can ask for
      for (const auto& entry : entries) add(*name, entry.at(0).get<std::string>(), entry.at(1));
    }
  }

  /// Gives a name one TXT record and nothing else.
  void set_text(const envelint::dns::Name& name, const std::string& text) {
    names_[name] = {};
    put(names_[name], name, envelint::dns::Type::txt, envelint::dns::Text(text));
  }
  void erase(const envelint::dns::Name& name) { names_.erase(name); }

  envelint::task::Task<envelint::dns::Answer> query(envelint::dns::Query query) override {
    envelint::dns::Answer answer = *at_hand(query.name, query.type);
    co_return answer;
  }

  const envelint::dns::Answer* at_hand(const envelint::dns::Name& name, envelint::dns::Type type) override {
    ++questions;
    return look_up(name, type, 0);
  }

  std::size_t questions = 0;

 private:
  using Answer = envelint::dns::Answer;
  using Type = envelint::dns::Type;
  using Name = envelint::dns::Name;

  struct Entry {
    std::map<Type, Answer> answers;
    bool silent = false;
  };

  void add(const Name& name, const std::string& type, const nlohmann::json& data) {
    Entry& entry = names_[name];
    if (type == "TIMEOUT") {
      entry.silent = true;
    } else if (type == "TXT") {
      std::vector<std::string> strings;
      for (const auto& string : data) strings.push_back(octets(string.get<std::string>()));
      if (strings.empty()) strings.emplace_back();
      put(entry, name, Type::txt, envelint::dns::Text(strings));
    } else if (type == "A" || type == "AAAA") {
      const auto address = envelint::net::Address::parse(data.at(0).get<std::string>());
      put(entry, name, type == "A" ? Type::a : Type::aaaa, address.value());
    } else if (type == "MX") {
      // Preferences are numbers in some cases and text in others.
      const auto& preference = data.at(0);
      const int number = preference.is_string() ? std::stoi(preference.get<std::string>()) : preference.get<int>();
      put(entry, name, Type::mx, envelint::dns::Mx{static_cast<std::uint16_t>(number), name_of(data.at(1))});
    } else if (type == "PTR" || type == "CNAME") {
      put(entry, name, type == "PTR" ? Type::ptr : Type::cname, name_of(data.at(0)));
    } else {
      throw std::invalid_argument("a type this zone does not know: " + type);
    }
  }

  static Name name_of(const nlohmann::json& text) { return Name::parse(text.get<std::string>()).value_or(Name()); }

  static void put(Entry& entry, const Name& name, Type type, envelint::dns::Data data) {
    Answer& answer = entry.answers[type];
    answer.state = Answer::State::records;
    answer.records.emplace_back(name, type, 300, std::move(data));
  }

  const Answer* look_up(const Name& name, Type type, int depth) const {
    const auto found = names_.find(name);
    if (found == names_.end()) return &nxdomain_;
    const Entry& entry = found->second;
    if (const auto it = entry.answers.find(type); it != entry.answers.end()) return &it->second;
    if (const auto it = entry.answers.find(Type::cname); it != entry.answers.end()) {
      const Name& target = std::get<Name>(it->second.records.front().data);
      return depth == 8 ? &loop_ : look_up(target, type, depth + 1);
    }
    return entry.silent ? &silence_ : &nodata_;
  }

  const Answer nxdomain_{Answer::State::nxdomain};
  const Answer nodata_{Answer::State::nodata};
  const Answer silence_{envelint::dns::Trouble::timeout};
  const Answer loop_{envelint::dns::Trouble::loop};
  std::unordered_map<Name, Entry> names_;
};

}  // namespace test
