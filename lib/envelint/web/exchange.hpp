#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace envelint::web {

/// A request as those who answer it see it, whatever library has read it. Bytes of others.
struct Request {
  std::string method;
  std::string path;                                        ///< decoded, begins with `/`
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded
  std::map<std::string, std::string> header;               ///< by name in lower case
  std::string body;

  /// The parameter of this name in the query, if there is one.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
  /// The field of this name, in lower case; empty if there is none.
  [[nodiscard]] std::string_view field(const std::string& name) const;
};

/// Takes octets of a body on its way; false when nobody reads them any more.
using Sink = std::function<bool(std::string_view octets)>;

struct Reply {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> header;  ///< beside those that all replies have
  /// What is told as it happens, in place of a body: called until it returns false.
  std::function<bool(const Sink& sink)> stream;
};

/// A document with a status of 400 or above: `{"error":{"code":…,"message":…}}`.
/// @param message  a sentence for a person; may hold bytes of others
[[nodiscard]] Reply error_reply(int status, std::string_view code, std::string_view message);
/// The same with the code that goes with the status.
[[nodiscard]] Reply error_reply(int status, std::string_view message);

}  // namespace envelint::web
