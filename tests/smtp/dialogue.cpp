#include "dialogue.hpp"

#include <support/catch.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

using namespace envelint;
using namespace envelint::smtp;

namespace smtp_test {
namespace {

std::string summary(const Envelope& envelope, std::size_t size, const std::vector<WireOddity>& oddities) {
  std::string out = fmt::format("<{}> ->", envelope.from.path.written);
  for (const Recipient& recipient : envelope.to) out += fmt::format(" <{}>", recipient.path.written);
  out += fmt::format(" [{}]", size);
  for (const WireOddity& oddity : oddities) {
    std::string_view name = to_string(oddity.kind);
    if (name.starts_with("a ")) name.remove_prefix(2);
    out += fmt::format(", {} at {}", name, oddity.offset);
  }
  return out;
}

std::string line_of(const Event& event) {
  if (const auto* reply = std::get_if<SendReply>(&event)) return "S: " + reply->bytes;
  if (std::get_if<StartTls>(&event) != nullptr) return "T:";
  if (const auto* message = std::get_if<Message>(&event))
    return "M: " + summary(message->envelope, message->bytes.size(), message->oddities);
  if (const auto* refused = std::get_if<MessageRefused>(&event)) {
    const std::string text = summary(refused->envelope, 0, refused->oddities);
    return "F: " + text;
  }
  return fmt::format("X: {}", to_string(std::get<Close>(event).why));
}

Reply reply_of(std::string_view text) {
  const int code = std::atoi(std::string(text.substr(0, 3)).c_str());
  text.remove_prefix(std::min<std::size_t>(4, text.size()));
  const std::size_t space = text.find(' ');
  return {code, text.substr(0, space), space == std::string_view::npos ? "" : text.substr(space + 1)};
}

std::vector<Reply> replies_of(std::string_view text) {
  std::vector<Reply> out;
  while (true) {
    const std::size_t bar = text.find(" | ");
    out.push_back(reply_of(text.substr(0, bar)));
    if (bar == std::string_view::npos) return out;
    text.remove_prefix(bar + 3);
  }
}

struct Line {
  std::size_t number;
  std::string text;
};

std::vector<Line> lines_of(std::string_view script, std::size_t number) {
  std::vector<Line> out;
  for (; !script.empty(); ++number) {
    std::string_view line = script.substr(0, script.find('\n'));
    script.remove_prefix(std::min(line.size() + 1, script.size()));
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (!line.empty() && line.front() != '#') out.push_back({number, std::string(line)});
  }
  return out;
}

bool begins(std::string_view line, std::string_view what) { return line.substr(0, what.size()) == what; }

std::string_view behind_colon(std::string_view line) { return line.substr(std::min<std::size_t>(3, line.size())); }

void happen(Player& player, std::string_view event) {
  if (event == "!timeout") player.session.timed_out();
  if (event == "!shutdown") player.session.shutting_down();
  if (event == "!gone") player.session.peer_closed();
  if (event == "!tls-failed") player.session.tls_failed();
}

bool is_event(std::string_view line) {
  return line == "!timeout" || line == "!shutdown" || line == "!gone" || line == "!tls-failed";
}

/// What the server does.
void act(Player& player, std::string_view line) {
  if (begins(line, "V:")) player.session.message_done(replies_of(behind_colon(line)));
  if (line == "T:") player.session.tls_started({"TLSv1.3", "TLS_AES_256_GCM_SHA384", "mx.example", ""});
  happen(player, begins(line, "T: ") ? behind_colon(line) : line);
  player.drain();
}

bool is_kind(std::string_view line, std::string_view kinds) {
  return line.size() > 1 && line[1] == ':' && kinds.find(line[0]) != std::string_view::npos;
}

/// Whether a line of the last reply begins so.
bool reply_has(std::string_view reply, std::string_view line) {
  return reply.find("\r\n" + std::string(line)) != std::string_view::npos || begins(behind_colon(reply), line);
}

void check_line(Player& player, std::string_view line) {
  if (begins(line, "T:")) {
    CHECK(player.take() == "T:");
  } else if (is_kind(line, "SMFX")) {
    CHECK(player.take().substr(0, line.size()) == line);
  } else if (begins(line, "B:")) {
    const std::string octets = player.messages.empty() ? "no message" : player.messages.back().bytes;
    CHECK(octets == unescaped(behind_colon(line)));
  } else if (is_kind(line, "+-")) {
    CHECK(reply_has(player.taken(), behind_colon(line)) == begins(line, "+"));
  } else if (!begins(line, "V:") && !is_event(line)) {
    FAIL("this is no line of a dialogue");
  }
}

void play(Player& player, std::string_view script, const Place& place = {}) {
  const std::vector<Line> lines = lines_of(script, place.line);
  std::string octets;
  const auto flush = [&] { player.send(std::exchange(octets, {})); };
  for (const auto& [number, line] : lines) {
    if (is_kind(line, "CR")) {
      octets += unescaped(behind_colon(line)) + (begins(line, "C:") ? "\r\n" : "");
      continue;
    }
    flush();
    INFO(place.file << ':' << number << ": " << line << "\nlast: " << player.taken());
    check_line(player, line);
    act(player, line);
  }
  flush();
  INFO(place.file << ": behind its end");
  CHECK(player.take() == "");
}

}  // namespace

SessionOptions plain_options() {
  SessionOptions out;
  out.hostname = "mx.example";
  return out;
}

SessionOptions tls_options() {
  SessionOptions out = plain_options();
  out.can_start_tls = true;
  return out;
}

SessionOptions auth_options() {
  SessionOptions out = plain_options();
  out.auth.policy = AuthPolicy::any;
  out.auth.without_tls = true;
  out.auth.cram_challenge = "<1896.697170952@postoffice.reston.mci.net>";
  return out;
}

const std::vector<Cut>& all_cuts() {
  static const std::vector<Cut> kCuts{{0, 0}, {1, 0}, {2, 0}, {7, 1}, {40, 2}, {300, 3}};
  return kCuts;
}

Player::Player(SessionOptions options, Cut cut, std::string_view peer)
    : session(std::move(options), net::Address::parse(peer).value(), 4711), cut_(cut), random_(cut.seed) {
  drain();
}

void Player::send(std::string_view octets) {
  while (!octets.empty()) {
    random_ = random_ * 1103515245U + 12345U;
    std::size_t size = cut_.size == 0 ? octets.size() : cut_.size;
    if (cut_.seed != 0) size = 1 + (random_ >> 16) % cut_.size;
    const std::string_view piece = octets.substr(0, size);
    session.consume(piece);
    octets.remove_prefix(piece.size());
    drain();
  }
}

void Player::drain() {
  while (std::optional<Event> event = session.next()) {
    happened_.push_back(line_of(*event));
    if (auto* message = std::get_if<Message>(&*event)) messages.push_back(std::move(*message));
  }
  for (TranscriptEntry& entry : session.take_transcript()) transcript.push_back(std::move(entry));
}

std::string Player::take() { return taken_ < happened_.size() ? happened_[taken_++] : ""; }

std::string_view Player::taken() const { return taken_ == 0 ? std::string_view() : happened_[taken_ - 1]; }

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'x') {
      out += static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
      continue;
    }
    out += c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : c == '0' ? '\0' : c;
  }
  return out;
}

void check_dialogue(const SessionOptions& options, std::string_view script, std::string_view peer, const Place& place) {
  for (const Cut& cut : all_cuts()) {
    INFO("script: " << script << "\npieces of " << cut.size << ", seed " << cut.seed);
    Player player(options, cut, peer);
    play(player, script, place);
  }
}

std::vector<Message> messages_of(const SessionOptions& options, std::string_view script) {
  Player player(options);
  play(player, script);
  return std::move(player.messages);
}

std::string transcript_of(const SessionOptions& options, std::string_view script) {
  Player player(options);
  play(player, script);
  std::string out;
  for (const TranscriptEntry& entry : player.transcript) {
    constexpr std::string_view kWho = "C#S-";
    out += fmt::format("{}: {}\n", kWho[static_cast<std::size_t>(entry.who)], entry.text);
  }
  return out;
}

}  // namespace smtp_test
