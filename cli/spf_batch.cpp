#include "spf_batch.hpp"

#include "exit_status.hpp"
#include "input_lines.hpp"

#include <envelint/io/descriptor.hpp>
#include <envelint/io/gate.hpp>
#include <envelint/io/signal.hpp>
#include <envelint/io/task_set.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/render/spf_json.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <poll.h>
#include <unistd.h>

#include <deque>
#include <expected>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

namespace cli {

using namespace envelint;
using Json = nlohmann::json;

namespace {

constexpr std::string_view kSchema = "envelint/spf/1";
// Evaluations under way, and those among them that begin in one turn of the loop.
constexpr std::size_t kUnderWay = 500;
constexpr std::size_t kEachTurn = 50;
// Results that wait for one before them, those under way included.
constexpr std::size_t kWindow = 4 * kUnderWay;
constexpr std::size_t kMaxWaiting = std::size_t{64} << 20;  // octets of such results
constexpr std::size_t kOutputBlock = std::size_t{64} << 10;

/// One line of input, read. Not an aggregate: it is a coroutine parameter.
struct Line {
  Line() = default;

  std::size_t number = 0;
  std::string id;  ///< as JSON; empty without one
  std::optional<spf::CheckRequest> request;
  std::string fault;  ///< why there is no request
};

/// The text of a member, empty when it is missing; nothing when it is something else.
std::optional<std::string> text_of(const Json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end()) return std::string();
  if (!it->is_string()) return std::nullopt;
  return it->get<std::string>();
}

/// What the object asks for, or what is wrong with it.
std::expected<spf::CheckRequest, std::string> read_request(const Json& object, const SpfSettings& settings) {
  const auto ip = text_of(object, "ip");
  const auto mail_from = text_of(object, "mail_from");
  const auto helo = text_of(object, "helo");
  if (!ip || !mail_from || !helo) return std::unexpected("`ip`, `mail_from` and `helo` have to be strings");
  if (!object.contains("ip")) return std::unexpected("`ip` is missing");
  if (!object.contains("mail_from") && !object.contains("helo")) {
    return std::unexpected("`mail_from` or `helo` is missing");
  }
  const auto address = net::Address::parse(*ip);
  if (!address) return std::unexpected(fmt::format("`{}` is no IP address", *ip));
  return request_for(*address, *mail_from, *helo, settings);
}

Line read_line(const InputLine& input, const SpfSettings& settings) {
  Line line;
  line.number = input.number;
  if (input.too_long) {
    line.fault = fmt::format("it is longer than {} bytes", kMaxInputLine);
    return line;
  }
  const Json object = Json::parse(input.text, nullptr, false);
  if (!object.is_object()) {
    line.fault = "it is no JSON object";
    return line;
  }
  if (const auto id = object.find("id"); id != object.end()) {
    if (id->is_structured()) {
      line.fault = "`id` has to be a string or a number";
      return line;
    }
    line.id = id->dump(-1, ' ', true);
  }
  auto request = read_request(object, settings);
  if (request) {
    line.request = *std::move(request);
  } else {
    line.fault = std::move(request.error());
  }
  return line;
}

/// One run over all lines.
class Batch {
 public:
  Batch(DnsSource& source, const SpfSettings& settings, std::FILE* file)
      : source_(source),
        settings_(settings),
        lines_(file),
        file_(fileno(file)),
        gate_(source.loop(), kUnderWay, kEachTurn),
        room_(source.loop()),
        evaluations_(source.loop()) {}

  int run() {
    source_.run(source_.is_live() ? run_together() : run_in_turn());
    put_out();
    return status();
  }

 private:
  struct Slot {
    std::string out;  // empty while the result is not known
  };

  // Answers are at hand: one after the other is fastest.
  task::Task<void> run_in_turn() {
    while (auto line = co_await next_line()) {
      add_result(out_, co_await evaluate(*std::move(line)));
      if (out_.size() > kOutputBlock) put_out();
    }
  }

  // Answers are long in coming: many are waited for at once.
  task::Task<void> run_together() {
    while (auto line = co_await next_line()) {
      Slot& slot = window_.emplace_back();
      evaluations_.start(fill(&slot, *std::move(line)));
      while (window_.size() >= kWindow || waiting_ > kMaxWaiting) co_await progress();
    }
    while (!window_.empty()) co_await progress();
  }

  task::Task<void> progress() {
    room_.reset();
    auto wait = room_.wait(io::Deadline::never());
    co_await wait;
  }

  task::Task<void> fill(Slot* slot, Line line) {
    io::Gate::Pass pass(gate_);
    co_await pass;
    Answered answered = co_await evaluate(std::move(line));
    add_result(slot->out, std::move(answered));
    waiting_ += slot->out.size();
    if (slot == &window_.front()) write_known();
  }

  void write_known() {
    while (!window_.empty() && !window_.front().out.empty()) {
      waiting_ -= window_.front().out.size();
      out_ += window_.front().out;
      window_.pop_front();
    }
    put_out();
    room_.set();
  }

  struct Answered {
    Answered() = default;

    Line line;
    spf::CheckResult result;
  };

  task::Task<Answered> evaluate(Line line) {
    Answered out;
    if (line.request) out.result = co_await check_sender(&source_, *line.request, settings_.timeout);
    out.line = std::move(line);
    co_return out;
  }

  void add_result(std::string& out, Answered answered) {
    render::JsonWriter json(out, false);
    json.open_object();
    json.member("schema", kSchema);
    if (!answered.line.id.empty()) json.raw_member("id", answered.line.id);
    if (answered.line.request) {
      note(answered.result.verdict);
      render::add_spf_members(json, answered.result);
    } else {
      bad_lines_ = true;
      json.member("line", answered.line.number);
      json.member("error", fmt::format("line {}: {}", answered.line.number, answered.line.fault));
    }
    json.close_object();
    out += '\n';
  }

  void note(spf::Verdict verdict) {
    if (is_expected(verdict, settings_)) return;
    if (verdict == spf::Verdict::temperror) {
      unknown_ = true;
    } else if (!settings_.expected.empty()) {
      unmet_ = true;
    }
  }

  void put_out() {
    std::cout << out_ << std::flush;
    out_.clear();
  }

  // Waiting for input holds up neither the evaluations under way nor what is known already.
  task::Task<std::optional<Line>> next_line() {
    while (std::cout.good()) {  // nobody reads on: no need to go on
      if (auto line = lines_.next_read()) co_return taken(*line);
      if (would_wait()) {
        put_out();
        co_await input_->readable(io::Deadline::never());
      }
      if (lines_.read()) continue;
      if (auto line = lines_.last()) co_return taken(*line);
      break;
    }
    co_return std::nullopt;
  }

  Line taken(const InputLine& line) {
    any_line_ = true;
    return read_line(line, settings_);
  }

  /// Whether there is nothing to read yet. Only pipes, terminals and sockets are ever waited for; they can be.
  bool would_wait() {
    pollfd ready{file_, POLLIN, 0};
    if (file_ < 0 || poll(&ready, 1, 0) != 0) return false;
    if (input_) return true;
    io::FileDescriptor copy(dup(file_));
    if (copy) input_.emplace(source_.loop(), std::move(copy));
    return input_.has_value();
  }

  [[nodiscard]] int status() const {
    if (lines_.failed()) return fmt::print(stderr, "envelint spf: the lines cannot be read\n"), kUsage;
    if (!any_line_) return fmt::print(stderr, "envelint spf: there is no line to check\n"), kUsage;
    if (bad_lines_) return kUsage;
    if (unmet_) return kFindings;
    return unknown_ ? kUnknown : kOk;
  }

  DnsSource& source_;
  const SpfSettings& settings_;
  InputLines lines_;
  int file_;
  std::optional<io::Descriptor> input_;
  std::string out_;
  bool any_line_ = false;
  bool bad_lines_ = false;
  bool unmet_ = false;
  bool unknown_ = false;

  std::deque<Slot> window_;  // in the order of the lines
  std::size_t waiting_ = 0;
  io::Gate gate_;
  io::Signal room_;
  io::TaskSet evaluations_;  // refer to all of the above
};

}  // namespace

int run_spf_batch(DnsSource& source, const SpfSettings& settings, std::FILE* lines) {
  return Batch(source, settings, lines).run();
}

}  // namespace cli
