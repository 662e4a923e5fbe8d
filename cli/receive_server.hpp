#pragma once

#include "command_line.hpp"

#include <envelint/smtp/server.hpp>

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// How the server is, as the command line has it.
struct ReceiveServerOptions {
  std::vector<std::string> smtp;          ///< --smtp
  std::vector<std::string> smtps;         ///< --smtps
  std::vector<std::string> lmtp;          ///< --lmtp
  std::string hostname;                   ///< --hostname
  std::string certificate;                ///< --cert
  std::string key;                        ///< --key
  bool no_tls = false;                    ///< --no-tls
  bool require_tls = false;               ///< --require-tls
  std::string auth = "any";               ///< --auth
  bool auth_in_clear = false;             ///< --auth-in-clear
  std::vector<std::string> xclient_from;  ///< --xclient-from
  std::vector<std::string> proxy_from;    ///< --proxy-from
  std::string bare_newlines = "reject";   ///< --bare-newlines
  std::string max_size = "32M";           ///< --max-size
  std::size_t max_recipients = envelint::smtp::kMaxRecipients;
  std::size_t max_sessions = 10'000;
  std::size_t max_sessions_per_address = 100;
  std::string command_timeout = "5m";
  std::string max_memory = "512M";
  std::vector<std::string> faults;  ///< --fault
  bool no_magic = false;            ///< --no-magic
};

/// Adds them to the command. `options` must outlive the parsing.
void add_server_options(Command& command, ReceiveServerOptions& options);

/// A server to be opened.
struct ServerPlan {
  envelint::smtp::ServerOptions server;
  std::vector<envelint::smtp::ListenOptions> listeners;
  bool own_choice = false;  ///< nobody said where to listen: one of the addresses is enough
};

/// Reads the options and the files they name.
/// @return what is wrong, in a few words
[[nodiscard]] std::expected<ServerPlan, std::string> plan_server(const ReceiveServerOptions& options);

}  // namespace cli
