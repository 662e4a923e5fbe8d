#include <support/catch.hpp>

#include <envelint/dns/zone_disk.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

using namespace envelint::dns;
namespace fs = std::filesystem;

namespace {

/// A folder of its own that goes with the test.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("envelint-" + std::to_string(::getpid()))) {
    fs::create_directories(path_ / "zones");
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  fs::path write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("a zone file is read whole, and what is none is refused with a reason", "[dns][zone_disk]") {
  const Folder folder;
  CHECK(open_zone_file(folder.write("good.zone", "@ TXT \"x\"\n"))->content == "@ TXT \"x\"\n");
  CHECK(open_zone_file(folder.write("odd.zone", "@ TXT \"\x01\"\n")).has_value());
  CHECK(open_zone_file(folder / "gone.zone").error() == "No such file or directory");
  CHECK(open_zone_file(folder / "zones").error() == "it is a folder");
  CHECK(open_zone_file(folder.write("program", std::string("\x7F"
                                                           "ELF\x02\x01\x01\0\0\0\0\0\0\0",
                                                           14)))
            .error() == "it is no text file");
}

TEST_CASE("an include stays in the folder of the zone file unless it may not", "[dns][zone_disk]") {
  const Folder folder;
  folder.write("secret.txt", "secret\n");
  folder.write("zones/keys.zone", "k TXT \"v\"\n");
  fs::create_symlink(folder / "secret.txt", folder / "zones/link.zone");
  const std::string top = (folder / "zones/top.zone").string();
  const FileOpener opener = disk_opener(folder / "zones");
  CHECK(opener(top, "keys.zone")->content == "k TXT \"v\"\n");
  CHECK(opener(top, "./../zones/keys.zone").has_value());
  for (const char* name : {"../secret.txt", "link.zone", "/etc/hostname", "../no-such-file"}) {
    CAPTURE(name);
    CHECK(opener(top, name).error() == "it lies outside the folder of the zone file");
  }
  CHECK(opener(top, "gone.zone").error() == "there is no such file");
  CHECK(disk_opener(folder / "zones", true)(top, "../secret.txt")->content == "secret\n");
}
