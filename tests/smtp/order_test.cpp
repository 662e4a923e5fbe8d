#include "dialogue.hpp"

#include <support/catch.hpp>

#include <sstream>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

namespace {

struct State {
  std::string name;
  std::string octets;  ///< that lead to it
};

// What leads to each column of the table.
const std::vector<State> kStates{
    {"fresh", ""},
    {"helo", "HELO c.example\r\n"},
    {"ehlo", "EHLO c.example\r\n"},
    {"auth", "EHLO c.example\r\nAUTH PLAIN AGpvZQBzZWNyZXQ=\r\n"},
    {"mail", "EHLO c.example\r\nMAIL FROM:<a@one.example>\r\n"},
    {"rcpt", "EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\n"},
    {"bdat", "EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\nBDAT 2\r\n\r\n"},
    {"done", "EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\nDATA\r\n.\r\n"},
};

// The code of the reply to each command in each state. A message is `msg`.
constexpr std::string_view kTable = R"(
  command                     fresh helo ehlo auth mail rcpt bdat done
  HELO c.example              250   250  250  250  250  250  250  250
  EHLO c.example              250   250  250  250  250  250  250  250
  LHLO c.example              500   500  500  500  500  500  500  500
  MAIL FROM:<c@one.example>   503   250  250  250  503  503  503  250
  RCPT TO:<d@two.example>     503   503  503  503  250  250  503  503
  DATA                        503   503  503  503  503  354  503  503
  BDAT 0                      503   502  503  503  503  250  250  503
  BDAT 0 LAST                 503   502  503  503  503  msg  msg  503
  RSET                        250   250  250  250  250  250  250  250
  NOOP                        250   250  250  250  250  250  250  250
  VRFY a                      252   252  252  252  252  252  252  252
  EXPN a                      502   502  502  502  502  502  502  502
  HELP                        214   214  214  214  214  214  214  214
  QUIT                        221   221  221  221  221  221  221  221
  STARTTLS                    503   502  220  220  220  220  220  220
  AUTH PLAIN                  503   502  334  503  503  503  503  334
  XCLIENT ADDR=198.51.100.1   220   220  220  220  503  503  503  220
  TURN                        500   500  500  500  500  500  500  500
)";

std::string reply_in(const State& state, const std::string& command) {
  SessionOptions options = auth_options();
  options.can_start_tls = true;
  options.xclient_from.add(net::Prefix::parse("192.0.2.1").value());
  Player player(options);
  player.send(state.octets);
  player.session.message_done(Reply(250, "2.0.0", "Stored"));
  player.drain();
  while (!player.take().empty()) {
  }
  player.send(command + "\r\n");
  const std::string line = player.take();
  return line.substr(0, 1) == "M" ? "msg" : line.substr(3, 3);
}

}  // namespace

TEST_CASE("every command in every state has the reply of the table", "[smtp][order]") {
  std::istringstream table{std::string(kTable)};
  std::string row;
  std::getline(table, row);
  std::getline(table, row);
  std::size_t checked = 0;
  while (std::getline(table, row)) {
    if (row.find_first_not_of(' ') == std::string::npos) continue;
    const std::string command = row.substr(2, row.find("  ", 2) - 2);
    std::istringstream codes(row.substr(row.find("  ", 2)));
    for (const State& state : kStates) {
      std::string code;
      codes >> code;
      INFO(command << " in " << state.name);
      CHECK(reply_in(state, command) == code);
      ++checked;
    }
  }
  CHECK(checked == 18 * 8);
}
