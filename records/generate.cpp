// Makes the catalogue of findings from the pages of records/. Run by Meson:
//   generate RECORDS_DIR CODES_HPP CATALOGUE_CPP INDEX_MD DEPFILE
// A page that cannot be read, a code or a name used twice: an error that names file and line, and the build stops.

#include "literal.hpp"

#include <envelint/finding/page.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
using envelint::finding::Page;

struct Source {
  fs::path path;
  std::string text;
  Page page;
};

std::string family_of(const std::string& code) { return code.substr(0, code.size() - 3); }

std::string enumerator(const Page& page) {
  std::string family = family_of(page.code);
  std::ranges::transform(family, family.begin(), [](char c) { return static_cast<char>(c + ('a' - 'A')); });
  std::string out = page.name.starts_with(family + "-") ? page.name : family + "-" + page.name;
  std::ranges::replace(out, '-', '_');
  return out;
}

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_unique(const std::vector<Source>& sources) {
  std::map<std::string, fs::path> seen;
  for (const Source& source : sources) {
    for (const std::string& key : {source.page.code, source.page.name}) {
      const auto [it, fresh] = seen.emplace(key, source.path);
      if (fresh) continue;
      std::cerr << source.path.string() << ": `" << key << "` is taken by " << it->second.string() << '\n';
      return false;
    }
  }
  return true;
}

bool read_all(const fs::path& root, std::vector<Source>& sources, std::set<fs::path>& read) {
  read.insert(root);
  for (const auto& item : fs::recursive_directory_iterator(root)) {
    if (item.is_directory()) read.insert(item.path());
    if (item.path().extension() != ".md") continue;
    read.insert(item.path());
    Source source{item.path(), slurp(item.path()), {}};
    auto page = envelint::finding::read_page(source.text);
    if (!page) {
      std::cerr << item.path().string() << ':' << page.error().line << ": " << page.error().message << '\n';
      return false;
    }
    if (item.path().stem() != page->code) {
      std::cerr << item.path().string() << ": the file is not named after its code " << page->code << '\n';
      return false;
    }
    source.page = *std::move(page);
    sources.push_back(std::move(source));
  }
  std::ranges::sort(sources, {}, [](const Source& source) { return source.page.code; });
  return is_unique(sources);
}

/// Everything includes this header, so it stays as it is where only the text of a page has changed.
void write_codes(const fs::path& path, const std::vector<Source>& sources) {
  std::ostringstream out;
  out << "#pragma once\n// Generated from records/.\n#include <cstdint>\n\nnamespace envelint::finding {\n\n"
      << "/// Every finding there is; an enumerator a page of records/.\nenum class Code : std::uint16_t {\n";
  for (const Source& source : sources) {
    out << "  " << enumerator(source.page) << ",  ///< " << source.page.code << ' ' << source.page.summary << '\n';
  }
  out << "};\n\n}  // namespace envelint::finding\n";
  std::ifstream before(path);
  if (out.view() == std::string(std::istreambuf_iterator<char>(before), {})) return;
  before.close();
  std::ofstream(path) << out.view();
}

void write_catalogue(const fs::path& path, const std::vector<Source>& sources) {
  std::ofstream out(path);
  out << "// Generated from records/.\n#include <envelint/finding/catalogue.hpp>\n\n#include <array>\n#include <string_view>\n\n"
      << "namespace envelint::finding {\nnamespace {\nusing namespace std::string_view_literals;\n"
      << "constexpr std::array<CatalogueEntry, " << sources.size() << "> kCatalogue{{\n";
  for (const Source& source : sources) {
    const Page& page = source.page;
    out << "    {Code::" << enumerator(page) << ", " << literal(page.code) << ", " << literal(page.name)
        << ", Severity::" << page.severity << ", FixKind::" << page.fix << ",\n     " << literal(page.needs) << ", "
        << literal(page.reference) << ", " << literal(page.summary) << ",\n     " << literal(page.body) << ",\n     "
        << literal(source.text) << "},\n";
  }
  out << "}};\n}  // namespace\n\nstd::span<const CatalogueEntry> catalogue() noexcept { return kCatalogue; }\n\n"
      << "}  // namespace envelint::finding\n";
}

void write_index(const fs::path& path, const fs::path& root, const std::vector<Source>& sources) {
  std::ofstream out(path);
  out << "# Findings\n\n" << sources.size() << " findings. `envelint explain CODE` prints the page of each.\n";
  std::string family;
  for (const Source& source : sources) {
    if (family_of(source.page.code) != family) {
      family = family_of(source.page.code);
      out << "\n## " << family << "\n\n| code | name | severity | fix | meaning |\n|---|---|---|---|---|\n";
    }
    out << "| [" << source.page.code << "](" << fs::relative(source.path, root.parent_path()).generic_string() << ") | "
        << source.page.name << " | " << source.page.severity << " | " << source.page.fix << " | " << source.page.summary
        << " |\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() != 5) {
    std::cerr << "usage: generate RECORDS_DIR CODES_HPP CATALOGUE_CPP INDEX_MD DEPFILE\n";
    return 2;
  }
  std::vector<Source> sources;
  std::set<fs::path> read;
  if (!read_all(args[0], sources, read)) return 1;
  write_codes(args[1], sources);
  write_catalogue(args[2], sources);
  write_index(args[3], args[0], sources);
  std::ofstream depfile(args[4]);
  depfile << args[1] << ":";
  for (const fs::path& path : read) depfile << ' ' << path.string();
  depfile << '\n';
  return 0;
}
