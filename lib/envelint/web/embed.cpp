// Makes files part of the program. Run by Meson:
//   embed OUT_CPP NAME FILE [NAME FILE]...
// The files are text. What cannot be read stops the build.

#include <records/literal.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::string type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/json";
}

/// What is sent of scripts and styles: without indentation, comments and empty lines. A comment begins a line, or stands
/// between two blanks; so no line of a text of several lines may begin with blanks, and no text may look like a comment.
std::string lean(std::string_view text) {
  std::string out;
  bool comment = false;  // one of several lines
  for (const auto part : std::views::split(text, '\n')) {
    std::string_view line(part.begin(), part.end());
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    line = line.substr(0, line.find(" // "));
    const bool begins = line.starts_with("/*");
    if (!comment && !begins && !line.starts_with("//") && !line.empty()) out.append(line).push_back('\n');
    if (comment || begins) comment = !line.contains("*/");
  }
  return out;
}

/// FNV-1a: no secret, only other for other octets.
std::string tag_of(std::string_view octets) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : octets) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return "\\\"" + std::to_string(hash) + "\\\"";
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() < 3 || args.size() % 2 == 0) {
    std::cerr << "usage: embed OUT_CPP NAME FILE [NAME FILE]...\n";
    return 2;
  }
  std::ofstream out(args[0]);
  out << "// Generated from files.\n#include <envelint/web/assets.hpp>\n\nnamespace envelint::web {\nnamespace {\n"
      << "using namespace std::string_view_literals;\nconstexpr Asset kAssets[] = {\n";
  for (std::size_t i = 1; i < args.size(); i += 2) {
    std::ifstream in(args[i + 1], std::ios::binary);
    std::string octets{std::istreambuf_iterator<char>(in), {}};
    if (args[i].ends_with(".js") || args[i].ends_with(".css")) octets = lean(octets);
    if (!in || octets.empty()) {
      std::cerr << args[i + 1] << ": it cannot be read, or is empty\n";
      return 1;
    }
    out << "    {\"" << args[i] << "\", \"" << type_of(args[i]) << "\",\n     " << literal(octets) << ",\n     \""
        << tag_of(octets) << "\"},\n";
  }
  out << "};\n}  // namespace\n\nconst Asset* find_asset(std::string_view name) noexcept {\n"
      << "  for (const Asset& asset : kAssets) {\n    if (asset.name == name) return &asset;\n  }\n  return nullptr;\n}\n\n"
      << "}  // namespace envelint::web\n";
  return 0;
}
