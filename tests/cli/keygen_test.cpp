#include <support/catch.hpp>

#include <cli/key_files.hpp>
#include <cli/keygen.hpp>
#include <cli/keygen_options.hpp>
#include "run_command.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

using namespace envelint;
using cli::NewFiles;

namespace {

/// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "keygen-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

unsigned mode_of(const std::string& path) {
  struct stat info{};
  REQUIRE(stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

std::string selector(const std::string& text) {
  const auto read = cli::read_selector(text, *dns::Name::parse("example.com"));
  return read ? *read : "refused: " + read.error();
}

std::string domain(const std::string& text) {
  const auto read = cli::read_domain(text);
  return read ? read->to_string() : "refused: " + read.error();
}

test::CommandRun run(std::vector<std::string> arguments) {
  return test::run_command(cli::add_keygen, "keygen", std::move(arguments));
}

constexpr std::string_view kPublic = "kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=";

}  // namespace

TEST_CASE("a file for a secret can be read by its owner alone, in place and before", "[cli][keygen]") {
  const Folder folder;
  const mode_t before = umask(0);
  {
    NewFiles files;
    CHECK_FALSE(files.stage(folder.path("key"), "secret", NewFiles::Mode::secret));
    REQUIRE(folder.count() == 1);
    CHECK_FALSE(std::filesystem::exists(folder.path("key")));
    const auto staged = std::filesystem::directory_iterator(folder.path("."))->path();
    CHECK(mode_of(staged.string()) == 0600);
    CHECK_FALSE(files.place(false));
  }
  umask(before);
  CHECK(mode_of(folder.path("key")) == 0600);
  CHECK(folder.read("key") == "secret");
  CHECK(folder.count() == 1);
}

TEST_CASE("what is not placed is taken away", "[cli][keygen]") {
  const Folder folder;
  {
    NewFiles files;
    CHECK_FALSE(files.stage(folder.path("key"), "secret", NewFiles::Mode::secret));
  }
  CHECK(folder.count() == 0);
}

TEST_CASE("a file that is there is kept, and none of the others stays", "[cli][keygen]") {
  const Folder folder;
  (void)folder.write("b", "old");
  {
    NewFiles files;
    CHECK_FALSE(files.stage(folder.path("a"), "new", NewFiles::Mode::secret));
    CHECK_FALSE(files.stage(folder.path("b"), "new", NewFiles::Mode::open));
    CHECK(files.place(false) == folder.path("b") + ": File exists");
  }
  CHECK(folder.count() == 1);
  CHECK(folder.read("b") == "old");
}

TEST_CASE("a file is replaced when that is asked for", "[cli][keygen]") {
  const Folder folder;
  (void)folder.write("b", "old");
  NewFiles files;
  CHECK_FALSE(files.stage(folder.path("b"), "new", NewFiles::Mode::secret));
  CHECK_FALSE(files.place(true));
  CHECK(folder.read("b") == "new");
  CHECK(mode_of(folder.path("b")) == 0600);
}

TEST_CASE("a secret file is read whole, or refused for its size", "[cli][keygen]") {
  const Folder folder;
  const std::string path = folder.write("key", "12345");
  CHECK(cli::read_secret_file(path, 5)->content.reveal() == "12345");
  CHECK(cli::read_secret_file(path, 4).error() == "it has more than 4 octets, which no such file has");
  chmod(path.c_str(), 0600);
  CHECK_FALSE(cli::read_secret_file(path, 5)->open_to_others);
  chmod(path.c_str(), 0640);
  CHECK(cli::read_secret_file(path, 5)->open_to_others);
}

TEST_CASE("what is no file is refused without waiting", "[cli][keygen]") {
  const Folder folder;
  REQUIRE(mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  CHECK(cli::read_secret_file(folder.path("pipe"), 5).error() == "it is a named pipe; give a file");
  CHECK(cli::read_secret_file(folder.path("."), 5).error() == "it is a directory");
  CHECK(cli::read_secret_file("/dev/zero", 5).error() == "it is a device; give a file");
  CHECK(cli::read_secret_file(folder.path("gone"), 5).error() == "No such file or directory");
}

TEST_CASE("a selector is checked by its grammar", "[cli][keygen]") {
  CHECK(selector("s1") == "s1");
  CHECK(selector("Mail.EU") == "mail.eu");
  CHECK(selector("schlüssel") == "xn--schlssel-95a");
  CHECK(selector("auto").size() == 7);
  for (const char* wrong :
       {"", "a_b", "-a", "a-", "a..b", ".a", "a.", "a b", "../s", "a/b", "*", "s1._domainkey", "s\n1"}) {
    CAPTURE(wrong);
    CHECK(selector(wrong).starts_with("refused: "));
  }
  CHECK(selector(std::string(63, 'a')) == std::string(63, 'a'));
  CHECK(selector(std::string(64, 'a')).starts_with("refused: "));
}

TEST_CASE("a domain may have U-labels, and is what a file name can be", "[cli][keygen]") {
  CHECK(domain("Example.COM.") == "example.com");
  CHECK(domain("bücher.example") == "xn--bcher-kva.example");
  for (const char* wrong : {"", ".", "a/b.example", "../x", "a b.example", "a..b", "\\046\\046.example"}) {
    CAPTURE(wrong);
    CHECK(domain(wrong).starts_with("refused: "));
  }
}

TEST_CASE("a passphrase is the first line of its file", "[cli][keygen]") {
  const Folder folder;
  const std::string path = folder.write("words", "correct horse \r\nnot this\n");
  chmod(path.c_str(), 0600);
  CHECK((*cli::read_passphrase(path))->reveal() == "correct horse ");
  CHECK_FALSE(*cli::read_passphrase(""));
  CHECK_FALSE(cli::read_passphrase(folder.write("empty", "\nx\n")));
}

TEST_CASE("the record of a public key is printed, and nothing is written", "[cli][keygen]") {
  const Folder folder;
  const std::string path = folder.write("key", kPublic);
  const test::CommandRun value = run({"example.com", "--selector", "s1", "--from", path});
  CHECK(value.status == 0);
  CHECK(value.out == "v=DKIM1; k=ed25519; p=" + std::string(kPublic) + "\n");
  CHECK(folder.count() == 1);
  const test::CommandRun zone =
      run({"example.com", "--selector", "s1", "--from", path, "--as", "zone", "--ttl", "300", "--testing"});
  CHECK(zone.out ==
        "s1._domainkey.example.com. 300 IN TXT \"v=DKIM1; k=ed25519; t=y; p=" + std::string(kPublic) + "\"\n");
}

TEST_CASE("a key and its record are written into the folder that is given", "[cli][keygen]") {
  const Folder folder;
  const test::CommandRun made =
      run({"example.com", "--selector", "s1", "--type", "ed25519", "--out", folder.path(".")});
  CHECK(made.status == 0);
  CHECK(folder.read("s1._domainkey.example.com.zone") ==
        "s1._domainkey.example.com. 3600 IN TXT \"" + made.out.substr(0, made.out.size() - 1) + "\"\n");
  const test::CommandRun checked =
      run({"--check", "example.com", "--selector", "s1", "--key", folder.path("s1._domainkey.example.com.pem"),
           "--zone", folder.path("s1._domainkey.example.com.zone")});
  CHECK(checked.status == 0);
  CHECK(checked.out.starts_with("match: the published key is this one\n"));
}

TEST_CASE("the exit status of a check says match, no match, or not known", "[cli][keygen]") {
  const Folder folder;
  const std::string key = folder.write("key", kPublic);
  const auto status = [&](std::string_view zone) {
    return run({"--check", "example.com", "--selector", "s1", "--key", key, "--zone", folder.write("zone", zone)})
        .status;
  };
  CHECK(status("s1._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; p=" + std::string(kPublic) + "\"\n") == 0);
  CHECK(status("s1._domainkey.example.com. TXT \"v=DKIM1; p=\"\n") == 1);
  CHECK(status("x.example.com. TXT \"x\"\n") == 1);
  CHECK(status(";! timeout s1._domainkey.example.com.\n") == 3);
  CHECK(run({"--check", "example.com", "--selector", "s1", "--key", folder.path("gone")}).status == 2);
  CHECK(run({"--check", "example.com", "--selector", "s1", "--key", key, "--overlay"}).status == 2);
}
