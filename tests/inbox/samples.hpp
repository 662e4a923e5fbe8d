#pragma once

#include <envelint/inbox/store.hpp>

#include <cstdlib>
#include <expected>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace samples {

namespace inbox = envelint::inbox;

/// A folder of its own, gone at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "envelint-inbox-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::string store() const { return *this / "store"; }

 private:
  std::filesystem::path path_;
};

/// A plain message with everything set that has a plain value.
[[nodiscard]] inline inbox::Message message(const std::string& subject = "hello") {
  inbox::Message out;
  out.session = 1;
  out.received_ms = 1'764'230'421'123;
  out.envelope.peer = *envelint::net::Address::parse("192.0.2.1");
  out.envelope.client.address = out.envelope.peer;
  out.envelope.client.port = 40'000;
  out.envelope.hello = envelint::smtp::Hello::ehlo;
  out.envelope.hello_name = "mx.example.com";
  out.envelope.from.path = {"ann", "example.com", "ann@example.com", {}, true};
  out.envelope.to.push_back({{"bob", "example.net", "bob@example.net", {}, true}, {}, {}, {}});
  out.raw = "From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: " + subject + "\r\n\r\nText.\r\n";
  out.summary = {"Ann <ann@example.com>", "bob@example.net", subject, "pass", "pass", "", "pass", "none"};
  out.verdict_json = R"({"schema":"envelint/verify/1"})";
  out.reply_text = "2.0.0 taken as 1";
  return out;
}

[[nodiscard]] inline inbox::Session session(inbox::SessionId id) {
  using Who = envelint::smtp::TranscriptEntry::Who;
  inbox::Session out;
  out.id = id;
  out.started_ms = 1'764'230'420'000;
  out.ended_ms = 1'764'230'422'500;
  out.peer = *envelint::net::Address::parse("192.0.2.1");
  out.port = 40'000;
  out.client.address = out.peer;
  out.hello = envelint::smtp::Hello::ehlo;
  out.hello_name = "mx.example.com";
  out.tls = {"TLSv1.3", "TLS_AES_256_GCM_SHA384", "mail.example.net", ""};
  out.ended = "the client said QUIT";
  out.transcript = {{Who::server, "220 mail.example.net ESMTP"}, {Who::client, "QUIT"}, {Who::server, "221 2.0.0 bye"}};
  out.messages = 1;
  return out;
}

/// What a call gave, where it must have given something.
template <class T>
[[nodiscard]] T got(std::expected<T, std::string> result) {
  if (!result) throw std::runtime_error(result.error());
  return *std::move(result);
}
inline void done(const std::expected<void, std::string>& result) {
  if (!result) throw std::runtime_error(result.error());
}

/// Adds one message.
inline inbox::MessageId add(inbox::Store& store, inbox::Message message) {
  return got(store.add({&message, 1})).front();
}

[[nodiscard]] inline std::vector<inbox::MessageId> ids(const inbox::Store& store, const inbox::Page& page = {}) {
  std::vector<inbox::MessageId> out;
  for (const inbox::Entry& entry : got(store.list(page))) out.push_back(entry.id);
  return out;
}

}  // namespace samples
