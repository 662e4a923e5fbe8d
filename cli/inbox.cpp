#include "inbox.hpp"

#include "exit_status.hpp"
#include "inbox_detail.hpp"
#include "inbox_json.hpp"
#include "inbox_query.hpp"
#include "inbox_table.hpp"
#include "screen.hpp"

#include <envelint/inbox/export.hpp>
#include <envelint/inbox/store.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

using namespace envelint;

namespace {

constexpr std::string_view kExample = R"(Examples:
  envelint inbox list --store mail           what was received, the newest first
  envelint inbox list --store mail --sessions    who was here, and why it ended
  envelint inbox list --store mail --query 'dmarc:fail from:@example.com'
  envelint inbox show 7 --store mail         envelope, results and transcript
  envelint inbox raw 7 --store mail | envelint verify -
  envelint inbox export --as mbox --to all.mbox --store mail
  envelint inbox rm --store mail --query 'before:2026-11-01'

A query has words and "phrases", from: to: subject: mail-from: rcpt-to: client:
header: text: spf: dkim: dmarc: arc: disposition: tls: is: has: larger: smaller:
after: before: session: id:, `-` before what must not be, and `or`.

The store is the folder of `envelint receive --store`; it may be read while mail
arrives.

Exit status: 0 done, 2 wrong usage, what was asked for is not there, or a store
that cannot be read.)";

/// How long a page of a list may take: somebody waits for it, and nobody else does.
constexpr std::chrono::minutes kSearchTime{1};

struct Options {
  std::string action;
  std::vector<std::string> words;
  std::string store;
  std::string format = "text";
  bool sessions = false;
  std::optional<std::uint64_t> limit;
  std::optional<std::string> query;
  bool all = false;
  std::optional<std::string> form;
  std::optional<std::string> to;
};

std::optional<std::uint64_t> number_of(std::string_view word) {
  std::uint64_t out = 0;
  const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), out);
  const bool whole = fault == std::errc() && end == word.data() + word.size();
  return whole ? std::optional(out) : std::nullopt;
}

/// One run of the command.
class Inbox {
 public:
  explicit Inbox(const Options& options) : options_(options), screen_(standard_output()) {}

  int run() {
    if (const auto wrong = wrong_usage()) return complain(*wrong), kUsage;
    if (options_.query) {
      auto search = read_query(*options_.query);
      if (!search) return fmt::print(stderr, "envelint inbox: {}\n", search.error()), kUsage;
      search_ = *std::move(search);
    }
    // Also of one that is to be changed: what is not there is not made.
    if (const auto fault = open(inbox::OpenMode::read_only)) return complain(*fault), kUsage;
    if (options_.action == "rm") {
      if (const auto fault = open(inbox::OpenMode::read_write)) return complain(*fault), kUsage;
    }
    if (const auto fault = act()) return complain(*fault), kUsage;
    return kOk;
  }

 private:
  using Fault = std::optional<std::string>;

  static void complain(std::string_view message) { fmt::print(stderr, "envelint inbox: {}\n", text::visible(message)); }

  Fault open(inbox::OpenMode mode) {
    inbox::StoreLimits limits;
    limits.search_time = kSearchTime;
    auto store = inbox::open_store(options_.store, limits, mode);
    if (!store) return store.error();
    store_ = *std::move(store);
    return std::nullopt;
  }

  Fault wrong_usage() {
    if (options_.action.empty()) return "say what to do: list, show, raw, export or rm";
    if (options_.store.empty()) return "--store is missing: the folder with the mail";
    for (const std::string& word : options_.words) {
      const auto id = number_of(word);
      if (!id) return fmt::format("`{}` is no id; `envelint inbox list` shows them", word);
      ids_.push_back(*id);
    }
    const bool exports = options_.action == "export";
    if (exports && (!options_.form || !options_.to)) return "export needs --as eml, mbox or maildir, and --to PATH";
    if (!exports && (options_.form || options_.to)) return "--as and --to are of export";
    if (options_.action == "list" && !ids_.empty()) return "list shows all; `envelint inbox show ID` shows one";
    if (options_.action != "list" && options_.limit) return "--limit is of list";
    if (options_.action == "show" && ids_.empty()) return "show needs an ID; `envelint inbox list` shows them";
    if (options_.action == "raw" && ids_.size() != 1) return "raw needs one ID; `envelint inbox list` shows them";
    if ((options_.action == "raw" || exports) && options_.sessions) return "--sessions is of list and show";
    if ((options_.action == "raw" || exports) && options_.format != "text") return "--format is of list and show";
    return options_.action == "rm" ? wrong_removal() : wrong_query();
  }

  Fault wrong_query() {
    if (options_.all) return "--all is of rm";
    if (!options_.query) return std::nullopt;
    if (options_.action == "show" || options_.action == "raw") return "--query is of list, export and rm";
    if (options_.sessions) return "--query is for messages; there is none for sessions";
    if (!ids_.empty()) return "messages are named by their ids, or by --query, not by both";
    return std::nullopt;
  }

  Fault wrong_removal() {
    if (options_.sessions || options_.format != "text") return "--sessions and --format are of list and show";
    const int ways = (ids_.empty() ? 0 : 1) + (options_.query ? 1 : 0) + (options_.all ? 1 : 0);
    if (ways != 1) return "rm needs the IDs of messages, or --query QUERY, or --all for all messages and sessions";
    if (options_.query && text::trim(*options_.query).empty()) {
      return "an empty query would remove all messages; `--all` does, and the sessions, too";
    }
    return std::nullopt;
  }

  Fault act() {
    if (options_.action == "raw") return print_raw();
    if (options_.action == "export") return export_messages();
    if (options_.action == "rm") return remove_messages();
    if (options_.action == "show") return options_.sessions ? show_sessions() : show_messages();
    return options_.sessions ? list_sessions() : list_messages();
  }

  [[nodiscard]] Fault none_such(std::string_view what, std::uint64_t id) const {
    return fmt::format("{}: there is no {} {}", options_.store, what, id);
  }

  Fault print_raw() {
    const auto raw = store_->raw(ids_.front());
    if (!raw) return raw.error();
    if (!*raw) return none_such("message", ids_.front());
    std::cout << **raw;
    return std::nullopt;
  }

  /// Goes through pieces of a list, the newest first, as far as --limit says.
  template <class Item>
  Fault for_each(const std::function<std::expected<std::vector<Item>, std::string>(const inbox::Page&)>& piece,
                 const std::function<void(const Item&)>& take) {
    std::uint64_t left = options_.limit.value_or(std::numeric_limits<std::uint64_t>::max());
    inbox::Page page{.search = &search_};
    while (left > 0) {
      page.limit = static_cast<std::size_t>(std::min<std::uint64_t>(left, inbox::kMaxPage));
      const auto items = piece(page);
      if (!items) return items.error();
      if (items->empty()) break;
      for (const Item& item : *items) take(item);
      left -= items->size();
      page.before = items->back().id;
    }
    return std::nullopt;
  }

  Fault for_each_message(const std::function<void(const inbox::Entry&)>& take) {
    return for_each<inbox::Entry>([this](const inbox::Page& page) { return store_->list(page); }, take);
  }

  Fault for_each_session(const std::function<void(const inbox::Session&)>& take) {
    return for_each<inbox::Session>([this](const inbox::Page& page) { return store_->sessions(page); }, take);
  }

  Fault list_messages() {
    if (options_.format != "text") return list_json<inbox::Entry>("messages", &Inbox::for_each_message);
    std::optional<InboxTable> table;
    const auto fault = for_each_message([&](const inbox::Entry& entry) {
      if (!table) std::cout << table.emplace(screen_, entry.id).head_of_messages();
      std::cout << table->lines(entry);
    });
    if (!fault && !table) std::cout << (search_.empty() ? "no messages\n" : "no message matches\n");
    return fault;
  }

  Fault list_sessions() {
    if (options_.format != "text") return list_json<inbox::Session>("sessions", &Inbox::for_each_session);
    std::optional<InboxTable> table;
    const auto fault = for_each_session([&](const inbox::Session& session) {
      if (!table) std::cout << table.emplace(screen_, session.id).head_of_sessions();
      std::cout << table->lines(session);
    });
    if (!fault && !table) std::cout << "no sessions\n";
    return fault;
  }

  /// Writes as it goes, for a list may be long.
  template <class Item>
  Fault list_json(std::string_view name, Fault (Inbox::*each)(const std::function<void(const Item&)>&)) {
    InboxJson list(name, options_.format == "json");
    const auto fault = (this->*each)([&](const Item& item) { list.add(item); });
    if (!fault) list.end();
    return fault;
  }

  Fault show_messages() {
    std::vector<std::pair<inbox::Message, std::optional<inbox::Session>>> shown;
    for (const inbox::MessageId id : ids_) {
      auto message = store_->get(id);
      if (!message) return message.error();
      if (!*message) return none_such("message", id);
      auto session = store_->session((*message)->session);
      if (!session) return session.error();
      shown.emplace_back(**std::move(message), *std::move(session));
    }
    if (options_.format == "text") {
      for (const auto& [message, session] : shown) print_piece(message_text(screen_, message, session));
      return std::nullopt;
    }
    InboxJson list("messages", options_.format == "json");
    for (const auto& [message, session] : shown) {
      list.add(message, session);
    }
    list.end();
    return std::nullopt;
  }

  Fault show_sessions() {
    std::vector<inbox::Session> shown;
    for (const inbox::SessionId id : ids_) {
      auto session = store_->session(id);
      if (!session) return session.error();
      if (!*session) return none_such("session", id);
      shown.push_back(**std::move(session));
    }
    if (options_.format == "text") {
      for (const inbox::Session& session : shown) print_piece(session_text(screen_, session));
      return std::nullopt;
    }
    InboxJson list("sessions", options_.format == "json");
    for (const inbox::Session& session : shown) {
      list.add(session);
    }
    list.end();
    return std::nullopt;
  }

  void print_piece(const std::string& text) {
    std::cout << (printed_ ? "\n" : "") << text;
    printed_ = true;
  }

  Fault export_messages() {
    if (ids_.empty()) {
      const auto fault = for_each_message([&](const inbox::Entry& entry) { ids_.push_back(entry.id); });
      if (fault) return fault;
      std::ranges::reverse(ids_);
    } else {
      for (const inbox::MessageId id : ids_) {
        if (auto fault = must_be_there(id)) return fault;
      }
    }
    const auto form = *options_.form == "eml"    ? inbox::ExportForm::eml
                      : *options_.form == "mbox" ? inbox::ExportForm::mbox
                                                 : inbox::ExportForm::maildir;
    auto out = inbox::exporter(form, *options_.to);
    if (!out) return out.error();
    std::size_t written = 0;
    for (const inbox::MessageId id : ids_) {
      if (const auto fault = export_one(**out, id)) return with_count(*fault, form, written);
      ++written;
    }
    if (auto fault = (*out)->finish()) return fault;
    fmt::print(stderr, "envelint inbox: {} message{} written to {}\n", written, written == 1 ? "" : "s",
               text::visible(*options_.to));
    return std::nullopt;
  }

  Fault remove_messages() {
    if (options_.all) return remove_all();
    for (const inbox::MessageId id : ids_) {
      if (auto fault = must_be_there(id)) return fault;
    }
    const auto removed = ids_.empty() ? store_->remove_matching(search_) : store_->remove(ids_);
    if (!removed) return removed.error();
    fmt::print(stderr, "envelint inbox: {} message{} removed\n", *removed, *removed == 1 ? "" : "s");
    return std::nullopt;
  }

  Fault remove_all() {
    const auto totals = store_->totals();
    if (!totals) return totals.error();
    const auto cleared = store_->clear();
    if (!cleared) return cleared.error();
    fmt::print(stderr, "envelint inbox: {} message{} and {} session{} removed\n", totals->messages,
               totals->messages == 1 ? "" : "s", totals->sessions, totals->sessions == 1 ? "" : "s");
    return std::nullopt;
  }

  /// Before anything is written.
  Fault must_be_there(inbox::MessageId id) {
    inbox::Page page;
    page.after = id - std::min<std::uint64_t>(id, 1);
    page.limit = 1;
    page.newest_first = false;
    const auto found = store_->list(page);
    if (!found) return found.error();
    const bool there = !found->empty() && found->front().id == id;
    return there ? std::nullopt : none_such("message", id);
  }

  Fault export_one(inbox::Exporter& out, inbox::MessageId id) {
    const auto message = store_->get(id);
    if (!message) return message.error();
    if (!*message) return none_such("message", id);
    if (auto fault = out.add(**message)) return fault;
    if (*options_.form == "mbox" && !inbox::survives_mbox((*message)->raw)) {
      complain(
          fmt::format("warning: message {} has line ends that mbox does not keep, and its signatures may no longer "
                      "verify; `--as eml` keeps every octet",
                      id));
    }
    return std::nullopt;
  }

  /// An mbox file that is not whole is removed again; of the others, what is written stays.
  static std::string with_count(const std::string& fault, inbox::ExportForm form, std::size_t written) {
    if (form == inbox::ExportForm::mbox || written == 0) return fault;
    return fmt::format("{}; {} message{} before it {} written", fault, written, written == 1 ? "" : "s",
                       written == 1 ? "was" : "were");
  }

  const Options& options_;
  Screen screen_;
  std::unique_ptr<inbox::Store> store_;
  inbox::Search search_;
  std::vector<std::uint64_t> ids_;
  bool printed_ = false;
};

}  // namespace

void add_inbox(CommandLine& line) {
  auto options = std::make_shared<Options>();
  Command command = line.add("inbox", "Show, export and remove mail that was received", kExample,
                             [options] { return Inbox(*options).run(); });
  command.option("ACTION", options->action, "list, show, raw, export or rm")
      .one_of({"list", "show", "raw", "export", "rm"});
  command.option("ID", options->words, "messages; with --sessions, sessions");
  command.option("--store", options->store, "the folder with the mail").value("DIR");
  command.option("--format", options->format, "how list and show print")
      .one_of({"text", "json", "ndjson"})
      .show_default();
  command.flag("--sessions", options->sessions, "list or show sessions in place of messages");
  command.option("--query", options->query, "list, export or remove only messages that it finds").value("QUERY");
  command.flag("--all", options->all, "remove all messages and sessions");
  command.option("--limit", options->limit, "list at most so many, the newest").value("N");
  command.option("--as", options->form, "export as eml (a file a message), mbox or maildir")
      .one_of({"eml", "mbox", "maildir"});
  command.option("--to", options->to, "export to this folder, or with mbox this file").value("PATH");
}

}  // namespace cli
