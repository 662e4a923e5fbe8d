// The `bh=` of a message body on standard input, which is read and canonicalized in pieces:  body_hash < body
#include <envelint/dkim/canonicalize.hpp>
#include <envelint/dkim/digest.hpp>

#include <array>
#include <iostream>
#include <string_view>

using namespace envelint;

int main() {
  dkim::Digest digest(dkim::HashAlgorithm::sha256);
  dkim::BodyCanonicalizer body(dkim::Canonicalization::relaxed, digest);  // writes to `digest` and keeps no piece
  std::array<char, 4096> piece;
  do {
    std::cin.read(piece.data(), piece.size());
    body.update(std::string_view(piece.data(), static_cast<std::size_t>(std::cin.gcount())));
  } while (std::cin);
  body.finish();
  std::cout << text::base64_encode(digest.finish()) << '\n';
}
