#pragma once

#include "dialogue.hpp"

#include <expected>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

/// A dialogue in a file, one scenario each: tests/smtp/dialogues/README.md tells how they are written.
namespace smtp_test {

struct DialogueFile {
  std::string about;  ///< what its first lines say, behind `# `
  envelint::smtp::SessionOptions options;
  std::string peer = "192.0.2.1";
  std::vector<std::string>
      each;  ///< what `{}` stands for, one time after the other; one empty text where there is none
  std::string script;
  Place place;  ///< of the script
};

/// @param name  of the file, for complaints
/// @return the dialogue, or `NAME:LINE: what is wrong`
[[nodiscard]] std::expected<DialogueFile, std::string> read_dialogue(std::string name, std::istream& in);

/// The script with `{}` replaced.
[[nodiscard]] std::string filled(std::string_view script, std::string_view with);

}  // namespace smtp_test
