// A server of npm's smtp-server that throws mail away: smtp_server.js FOLDER PORT, with node_modules in FOLDER.
const path = require("path");
const { SMTPServer } = require(path.resolve(process.argv[2], "node_modules/smtp-server"));

new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS", "AUTH"],
  disableReverseLookup: true,
  logger: false,
  onData(stream, session, done) {
    stream.resume();
    stream.on("end", done);
  },
}).listen(Number(process.argv[3]), "127.0.0.1");
