#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// A file of the development data that may lie beside a checkout: in $ENVELINT_SHARED, else in ../shared.
/// Nothing, and a word on standard output, when it is not there; the test then has nothing to do.
inline std::optional<std::filesystem::path> shared_data(std::string_view relative) {
  const char* root = std::getenv("ENVELINT_SHARED");
  const char* source = std::getenv("ENVELINT_SOURCE_DIR");
  std::filesystem::path path = root != nullptr ? std::filesystem::path(root)
                                               : std::filesystem::path(source != nullptr ? source : ".") / "../shared";
  path /= relative;
  if (std::filesystem::exists(path)) return path;
  std::cout << "skipped: no " << relative << " (CONTRIBUTING.md says where the public data comes from)\n";
  return std::nullopt;
}

/// The whole of a file.
inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The rows of a tab-separated file without its heading.
inline std::vector<std::vector<std::string>> read_tsv(const std::filesystem::path& path) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream in(path, std::ios::binary);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::vector<std::string> fields;
    std::size_t start = 0;
    for (std::size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t', start)) {
      fields.push_back(line.substr(start, tab - start));
      start = tab + 1;
    }
    fields.push_back(line.substr(start));
    rows.push_back(std::move(fields));
  }
  return rows;
}

}  // namespace test
