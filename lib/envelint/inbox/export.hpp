#pragma once

#include <envelint/inbox/message.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// Messages as files for other programs.
namespace envelint::inbox {

/// What messages are written as.
enum class ExportForm : std::uint8_t {
  eml,      ///< a folder with a file a message, `ID.eml`: its octets, no more and no less
  mbox,     ///< one file (RFC 4155) with lines that begin with `From ` quoted as mboxrd does
  maildir,  ///< a folder with `tmp`, `new` and `cur`; the messages are new, octet by octet
};

/// Writes messages, one after the other. Nothing that is there is overwritten. The files are for their owner alone.
class Exporter {
 public:
  Exporter() = default;
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;
  virtual ~Exporter() = default;

  /// @return why it was not written, with the name of the file; or nothing.
  [[nodiscard]] virtual std::optional<std::string> add(const Message& message) = 0;
  /// Sees to it that all is on the disk. An mbox file without this call is removed again, for it is not whole.
  [[nodiscard]] virtual std::optional<std::string> finish() = 0;
};

/// @param path  the folder, or with mbox the file. A folder is made if it is not there; what stands around it is not.
[[nodiscard]] std::expected<std::unique_ptr<Exporter>, std::string> exporter(ExportForm form, const std::string& path);

/// A message as it stands in an mbox file, with the line before it and the empty line behind it. Lines end in a bare LF
/// there, as everything that reads such files expects.
[[nodiscard]] std::string mbox_entry(const Message& message);

/// Whether an mbox file gives the message back octet by octet: all its lines end in CRLF, the last one too, and nothing
/// else has a LF. A message that is not so gets CRLF there, and a signature may no longer verify.
[[nodiscard]] bool survives_mbox(std::string_view raw);

}  // namespace envelint::inbox
