#include <render/snapshot.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

std::filesystem::path folder() {
  const char* root = std::getenv("ENVELINT_SOURCE_DIR");
  return std::filesystem::path(root == nullptr ? "." : root) / "tests/render/snapshots";
}

}  // namespace

bool is_snapshot(std::string_view name, const std::string& text) {
  const std::filesystem::path path = folder() / name;
  if (std::getenv("ENVELINT_UPDATE_SNAPSHOTS") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return true;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string kept{std::istreambuf_iterator<char>(in), {}};
  if (kept == text) return true;
  std::cerr << path.string() << " differs; it is now:\n" << text;
  return false;
}
