#pragma once

#include "command_line.hpp"
#include "send_run.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// How mail is sent, as the command line has it.
struct SendOptions {
  std::string to_host;
  std::string helo;
  std::string tls = "if-offered";
  bool insecure = false;
  std::string ca_file;
  std::string user;
  std::string password_file;
  std::string auth;
  std::vector<std::string> xclient;
  bool no_pipelining = false;
  std::string bdat;
  bool lmtp = false;
  std::string notify;
  std::string ret;
  std::string envid;
  std::string timeout = "60";
  std::uint64_t repeat = 1;
  std::uint64_t parallel = 1;
  std::string rate;
  bool reuse = false;
};

/// Adds all of them. `options` must outlive the parsing.
void add_send_options(Command& command, SendOptions& options);

/// Why there is nothing to send with.
struct WrongSend {
  std::string words;
  bool unreachable = false;  ///< the host has no address; else wrong usage, or a file that cannot be read
};

/// Reads options, files and the addresses of the host.
[[nodiscard]] std::expected<SendSettings, WrongSend> read_send_options(const SendOptions& options);

}  // namespace cli
