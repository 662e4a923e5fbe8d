// Fills a store with messages of about 2 kB of text, tidies and searches it:  store_bench [COUNT] [FOLDER]
// Each query is asked for its newest page of 50, several times, and the quickest and the slowest are told. The first time
// after the store was opened counts, too.

#include <envelint/inbox/store.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <filesystem>
#include <random>
#include <stdexcept>

namespace {

using namespace envelint;
using namespace envelint::inbox;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kVocabulary = 20'000;
/// As often as in English.
constexpr std::string_view kLetters =
    "eeeeeeeeeeeetttttttttaaaaaaaaooooooooiiiiiiinnnnnnnsssssshhhhhhrrrrrrddddlllluuucccmmmwwffggyyppbbvk";
constexpr std::size_t kBatch = 20;

template <class T>
T got(std::expected<T, std::string> result) {
  if (!result) throw std::runtime_error(result.error());
  return *std::move(result);
}

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Mail as it is sent in tests: words as often as in a language, many of few senders, now and then a failure.
class Mail {
 public:
  Mail() {
    for (std::string& word : words_) {
      for (std::size_t letters = 2 + random_() % 9; letters > 0; --letters) {
        word.push_back(kLetters[random_() % kLetters.size()]);
      }
    }
  }

  Message next() {
    const std::size_t number = ++count_;
    Message out;
    out.session = number;
    out.received_ms = 1'764'230'421'123 + static_cast<std::int64_t>(number) * 1000;
    out.envelope.client.address = *net::Address::parse("192.0.2.1");
    out.envelope.from.path.written = fmt::format("bounces+{}@mail{}.example.com", number, random_() % 50);
    out.envelope.to.push_back({{"bob", "example.net", "bob@example.net", {}, true}, {}, {}, {}});
    const std::string from = fmt::format("Shop {0} <news@shop{0}.example>", random_() % 200);
    const bool fails = random_() % 20 == 0;
    out.summary = {from,   "bob@example.net",       text(6), "pass", fails ? "fail" : "pass",
                   "none", fails ? "fail" : "pass", "none"};
    out.search_header = fmt::format(
        "From: {}\nTo: bob@example.net\nSubject: {}\nMessage-ID: <{:x}.{}@shop.example>\n"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n",
        from, out.summary.subject, random_(), number);
    out.search_text = "hello everybody, " + text(270);
    if (number % 10'000 == 77) out.search_text += " quetzalcoatl";
    out.raw = out.search_header + "\n" + out.search_text;
    out.verdict_json = std::string(2000, ' ');
    return out;
  }

 private:
  std::string text(std::size_t words) {
    std::string out;
    for (std::size_t i = 0; i < words; ++i) {
      const double chance = static_cast<double>(random_()) / static_cast<double>(std::mt19937::max());
      const auto rank = static_cast<std::size_t>(std::pow(static_cast<double>(kVocabulary), chance)) - 1;
      out += words_[std::min(rank, kVocabulary - 1)] + " ";
    }
    return out;
  }

  std::mt19937 random_{7};
  std::array<std::string, kVocabulary> words_;
  std::size_t count_ = 0;
};

void fill(Store& store, std::size_t count) {
  Mail mail;
  double spent = 0;
  double spent_cpu = 0;  // microseconds
  double slowest = 0;
  for (std::size_t added = 0; added < count; added += kBatch) {
    std::vector<Message> batch;
    for (std::size_t i = 0; i < kBatch; ++i) batch.push_back(mail.next());
    const auto start = Clock::now();
    const std::clock_t cpu = std::clock();
    (void)got(store.add(batch));
    const double taken = milliseconds_since(start);
    spent += taken;
    spent_cpu += static_cast<double>(std::clock() - cpu) * 1e6 / CLOCKS_PER_SEC;
    slowest = std::max(slowest, taken);
  }
  fmt::print(
      "{} messages, {} a batch: {:.0f} us a message, {:.0f} us of the processor, the slowest batch "
      "{:.1f} ms\n",
      count, kBatch, spent * 1000 / static_cast<double>(count), spent_cpu / static_cast<double>(count), slowest);
}

void tidy(Store& store) {
  const auto start = Clock::now();
  const std::clock_t cpu = std::clock();
  double slowest = 0;
  for (bool more = true; more;) {
    const auto piece = Clock::now();
    more = got(store.tidy());
    slowest = std::max(slowest, milliseconds_since(piece));
  }
  fmt::print("tidy: {:.1f} s, {:.1f} s of the processor, the slowest piece {:.1f} ms\n",
             milliseconds_since(start) / 1000, static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC, slowest);
}

void ask(const Store& store, std::string_view query) {
  const Search search = *Search::parse(query);
  std::vector<double> times;
  std::size_t found = 0;
  for (int i = 0; i < 5; ++i) {
    const auto start = Clock::now();
    const auto page = store.list({.limit = 50, .search = &search});
    times.push_back(milliseconds_since(start));
    if (!page) fmt::print("{}\n", page.error());
    found = page ? page->size() : 0;
  }
  std::ranges::sort(times);
  fmt::print("{:34} {:8.2f} {:8.2f} {:6}\n", query, times.front(), times.back(), found);
}

void ask_all(const Store& store) {
  fmt::print("{:34} {:>8} {:>8} {:>6}\n", "query", "ms", "to", "found");
  for (const char* query : {"",
                            "dmarc:fail",
                            "dmarc:permerror",
                            "is:unread",
                            "from:@shop7.example",
                            "from:@nobody.example",
                            "from:@n",
                            "hello",
                            "-hello",
                            "quetzalcoatl",
                            "quetzalcoatlus",
                            "\"hello everybody, quetzal\"",
                            "zq",
                            "dmarc:permerror hello",
                            "dmarc:fail hello or quetzalcoatl",
                            "subject:everybody",
                            "mail-from:bounces+77777@",
                            "client:192.0.2.2",
                            "header:77777@shop.example",
                            "larger:1M"}) {
    ask(store, query);
  }
}

void run(std::size_t count, const std::string& folder) {
  {
    const auto store = got(open_store(folder, {}, OpenMode::read_write));
    fill(*store, count);
    tidy(*store);
  }
  std::uintmax_t octets = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) octets += file.file_size();
  fmt::print("on disk, {} MB:\n", octets >> 20U);
  ask_all(*got(open_store(folder, {}, OpenMode::read_only)));
  const auto memory = memory_store({});
  fill(*memory, count);
  fmt::print("in memory:\n");
  ask_all(*memory);
}

}  // namespace

int main(int argc, char** argv) try {
  const std::size_t count = argc > 1 ? std::stoul(argv[1]) : 100'000;
  std::string folder = argc > 2 ? argv[2] : (std::filesystem::temp_directory_path() / "envelint-store-XXXXXX").string();
  if (argc <= 2 && mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder can be made");
  run(count, folder);
  if (argc <= 2) std::filesystem::remove_all(folder);
  return 0;
} catch (const std::exception& fault) {
  fmt::print(stderr, "store_bench: {}\n", fault.what());
  return 1;
}
