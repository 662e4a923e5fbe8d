#include <envelint/dns/zone_disk.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace envelint::dns {
namespace {

namespace fs = std::filesystem;

// A program, an archive or a picture: a zone file may hold a stray control character, never every eighth.
bool is_binary(std::string_view content) {
  constexpr std::size_t kLooked = 4096;
  const std::string_view start = content.substr(0, kLooked);
  const auto controls = std::ranges::count_if(start, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && !text::is_space(c) && c != '\f';
  });
  return static_cast<std::size_t>(controls) * 8 > start.size();
}

/// Up to one byte more than may be read, so that a file that is too large is known as such.
std::expected<std::string, std::string> slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::unexpected("it cannot be opened");
  std::string out;
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  while (in && out.size() <= kMaxZoneFileBytes) {
    const std::size_t size = out.size();
    out.resize(size + kPiece);
    in.read(out.data() + size, static_cast<std::streamsize>(kPiece));
    out.resize(size + static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) return std::unexpected("it cannot be read");
  if (out.size() > kMaxZoneFileBytes) {
    return std::unexpected("it is larger than " + std::to_string(kMaxZoneFileBytes >> 20) +
                           " MiB, the most that is read");
  }
  if (is_binary(out)) return std::unexpected("it is no text file");
  return out;
}

bool lies_within(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

}  // namespace

std::expected<ZoneText, std::string> open_zone_file(const fs::path& path) {
  std::error_code error;
  fs::path canonical = fs::canonical(path, error);
  if (error) {
    // A pipe behind /dev/stdin or /dev/fd/N is there, and has no name.
    std::error_code fault;
    if (!fs::exists(path, fault)) return std::unexpected(error.message());
    canonical = path;
  }
  if (fs::is_directory(canonical, error)) return std::unexpected("it is a folder");
  auto content = slurp(canonical);
  if (!content) return std::unexpected(std::move(content.error()));
  return ZoneText{path.string(), *std::move(content), canonical.string()};
}

FileOpener disk_opener(const fs::path& folder, bool anywhere) {
  std::error_code error;
  fs::path root = fs::canonical(folder.empty() ? fs::path(".") : folder, error);
  if (error) root = fs::absolute(folder);
  return [root = std::move(root), anywhere](std::string_view including,
                                            std::string_view name) -> std::expected<ZoneText, std::string> {
    if (name.empty() || name.contains('\0')) return std::unexpected("that is no file name");
    const fs::path path = fs::path(including).parent_path() / fs::path(name);
    std::error_code fault;
    const fs::path canonical = fs::canonical(path, fault);
    // Whether a file outside exists is not told either.
    if (!anywhere && !lies_within(fault ? fs::weakly_canonical(path, fault) : canonical, root)) {
      return std::unexpected("it lies outside the folder of the zone file");
    }
    if (canonical.empty()) return std::unexpected("there is no such file");
    if (!fs::is_regular_file(canonical, fault)) return std::unexpected("it is no regular file");
    auto content = slurp(canonical);
    if (!content) return std::unexpected(std::move(content.error()));
    return ZoneText{path.string(), *std::move(content), canonical.string()};
  };
}

}  // namespace envelint::dns
