#include <support/catch.hpp>

#include <cli/atomic_write.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

namespace fs = std::filesystem;

/// A folder of its own, gone at the end.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "envelint-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  [[nodiscard]] std::string file() const { return (path_ / "saved").string(); }
  [[nodiscard]] std::ptrdiff_t entries() const { return std::distance(fs::directory_iterator(path_), {}); }

 private:
  fs::path path_;
};

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a growing file stands in its place only when it is whole", "[cli][files]") {
  const Folder folder;
  REQUIRE(!cli::write_file(folder.file(), "old"));
  cli::GrowingFile file;
  REQUIRE(!file.open(folder.file()));
  const std::string piece(100'000, 'x');
  file.append(piece);
  file.append("end");
  CHECK(content(folder.file()) == "old");
  REQUIRE(!file.place());
  CHECK(content(folder.file()) == piece + "end");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a growing file that is given up leaves nothing behind, not even while it grows", "[cli][files]") {
  const Folder folder;
  {
    cli::GrowingFile file;
    REQUIRE(!file.open(folder.file()));
    file.append("half");
    CHECK(folder.entries() == 0);
  }
  CHECK(folder.entries() == 0);
}

TEST_CASE("that a file cannot be written is known before anything is asked", "[cli][files]") {
  const Folder folder;
  cli::GrowingFile file;
  CHECK(file.open("/dev/null") == "it is no regular file");
  cli::GrowingFile nowhere;
  CHECK(nowhere.open(folder.file() + "/none/there"));
}
