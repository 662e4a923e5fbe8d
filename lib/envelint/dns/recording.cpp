#include <envelint/dns/recording.hpp>

#include <envelint/dns/rdata.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/text/ascii.hpp>

#include <nlohmann/json.hpp>

#include <utility>

namespace envelint::dns {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kSchema = "envelint/dns/1";
// As many CNAMEs as a resolver follows, and some more.
constexpr std::size_t kMaxChain = 32;

std::string state_of(const Answer& answer) {
  switch (answer.state) {
    case Answer::State::records: return "records";
    case Answer::State::nodata: return "nodata";
    case Answer::State::nxdomain: return "nxdomain";
    case Answer::State::unknown: break;
  }
  return std::string(to_string(answer.trouble));
}

std::string line_of(const Query& query, const Answer& answer) {
  Json out = {{"name", query.name.to_string()}, {"type", to_string(query.type)}, {"state", state_of(answer)}};
  for (const Record& record : answer.records) out["records"].push_back(zone_line(record));
  for (const Name& name : answer.chain) out["chain"].push_back(name.to_string());
  if (answer.ttl) out["ttl"] = *answer.ttl;
  if (answer.authenticated) out["authenticated"] = true;
  if (answer.unverified_ad) out["unverified_ad"] = true;
  if (answer.extended_error) out["extended_error"] = *answer.extended_error;
  if (!answer.detail.empty()) out["detail"] = answer.detail;
  if (!answer.server.empty()) out["server"] = answer.server;
  return out.dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
}

/// The text of a member, or nothing when it is missing or no text.
std::optional<std::string> text_of(const Json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end() || !it->is_string()) return std::nullopt;
  return it->get<std::string>();
}

template <typename Number>
std::optional<Number> number_of(const Json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end() || !it->is_number_unsigned()) return std::nullopt;
  const auto number = it->get<std::uint64_t>();
  if (number > std::numeric_limits<Number>::max()) return std::nullopt;
  return static_cast<Number>(number);
}

/// Reads the lines of one question. Members are text, so nothing here can throw.
class LineReader {
 public:
  explicit LineReader(const Json& json) : json_(json) {}

  std::expected<std::pair<Query, Answer>, std::string> read() {
    const auto name = Name::parse(text_of(json_, "name").value_or(""));
    if (!name) return std::unexpected("`name` is no domain name");
    const auto type = parse_type(text_of(json_, "type").value_or(""));
    if (!type) return std::unexpected("`type` is no record type");
    const auto state = read_state();
    if (!state) return std::unexpected("`state` is none of records, nodata, nxdomain or a trouble");
    Answer answer = *state;
    if (!read_records(*type, answer)) return std::unexpected("`records` holds what is no record of that type");
    if (!read_chain(answer)) return std::unexpected("`chain` holds what is no domain name");
    answer.ttl = number_of<std::uint32_t>(json_, "ttl");
    answer.extended_error = number_of<std::uint16_t>(json_, "extended_error");
    answer.detail = text_of(json_, "detail").value_or("");
    answer.server = text_of(json_, "server").value_or("");
    answer.authenticated = is_true("authenticated");
    answer.unverified_ad = is_true("unverified_ad");
    return std::pair(Query(*name, *type), std::move(answer));
  }

 private:
  [[nodiscard]] bool is_true(const char* key) const {
    const auto it = json_.find(key);
    return it != json_.end() && *it == true;
  }

  [[nodiscard]] std::optional<Answer> read_state() const {
    const std::string state = text_of(json_, "state").value_or("");
    if (state == "records") return Answer(Answer::State::records);
    if (state == "nodata") return Answer(Answer::State::nodata);
    if (state == "nxdomain") return Answer(Answer::State::nxdomain);
    if (const auto trouble = parse_trouble(state)) return Answer(*trouble);
    return std::nullopt;
  }

  bool read_records(Type type, Answer& answer) const {
    std::string lines;
    std::size_t count = 0;
    if (const auto it = json_.find("records"); it != json_.end() && it->is_array()) {
      for (const Json& line : *it) {
        if (!line.is_string()) return false;
        lines.append(line.get<std::string>()).push_back('\n');
        ++count;
      }
    }
    Zone zone = read_zone({.path = "recording", .content = std::move(lines), .identity = {}});
    if (zone.records.size() != count || answer.has_records() != (count > 0)) return false;
    for (ZoneRecord& entry : zone.records) {
      if (entry.record.type != type) return false;
      answer.records.push_back(std::move(entry.record));
    }
    return true;
  }

  bool read_chain(Answer& answer) const {
    const auto it = json_.find("chain");
    if (it == json_.end()) return true;
    if (!it->is_array() || it->size() > kMaxChain) return false;
    for (const Json& target : *it) {
      if (!target.is_string()) return false;
      auto name = Name::parse(target.get<std::string>());
      if (!name) return false;
      answer.chain.push_back(*std::move(name));
    }
    return true;
  }

  const Json& json_;
};

std::optional<Json> parse_object(std::string_view line) {
  Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

}  // namespace

RecordingResolver::RecordingResolver(Resolver& inner, Write write, std::size_t most)
    : inner_(inner), write_(std::move(write)), room_(most) {
  (void)this->write("{\"schema\":\"" + std::string(kSchema) + "\"}\n");
}

task::Task<Answer> RecordingResolver::query(Query query) {
  Answer answer = co_await inner_.query(query);
  add(query, answer);
  co_return answer;
}

void RecordingResolver::add(const Query& query, const Answer& answer) {
  if (written_.contains(query)) return;
  if (write(line_of(query, answer))) {
    written_.insert(query);
  } else {
    ++left_out_;
  }
}

bool RecordingResolver::write(std::string_view line) {
  if (line.size() > room_) return false;
  room_ -= line.size();
  write_(line);
  return true;
}

task::Task<Answer> ReplayResolver::query(Query query) {
  const auto found = answers_.find(query);
  if (found != answers_.end()) co_return found->second;
  co_return Answer(Trouble::outside, "the question is not in the recording");
}

const Answer* ReplayResolver::at_hand(const Name& name, Type type) {
  const auto found = answers_.find(Query(name, type));
  return found == answers_.end() ? nullptr : &found->second;
}

std::expected<Answers, RecordingFault> read_recording(std::string_view text) {
  if (text.size() > kMaxRecordingBytes) return std::unexpected(RecordingFault{1, "the recording is too large"});
  Answers answers;
  std::size_t number = 0;
  bool begun = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text::trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.empty()) continue;
    const auto json = parse_object(line);
    if (!json) return std::unexpected(RecordingFault{number, "the line is no JSON object"});
    if (!std::exchange(begun, true)) {
      if (text_of(*json, "schema") == kSchema) continue;
      return std::unexpected(RecordingFault{number, "the first line is not {\"schema\":\"envelint/dns/1\"}"});
    }
    auto read = LineReader(*json).read();
    if (!read) return std::unexpected(RecordingFault{number, read.error()});
    if (!answers.insert(*std::move(read)).second) {
      return std::unexpected(RecordingFault{number, "the question is that of an earlier line"});
    }
  }
  if (!begun) return std::unexpected(RecordingFault{1, "the recording is empty"});
  return answers;
}

}  // namespace envelint::dns
