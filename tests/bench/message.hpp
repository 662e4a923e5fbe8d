#pragma once

#include <cstddef>
#include <string>

namespace bench {

/// A message of about this size, in lines as people and programs write them. peers/mailauth_common.js has the same.
inline std::string message_of(std::size_t size) {
  std::string out =
      "From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: How fast is it?\r\n"
      "Date: Thu, 26 Nov 2026 21:00:00 +0000\r\nMessage-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n";
  while (out.size() < size) {
    out +=
        "It was a bright cold day in April, and the clocks were striking thirteen:\r\n"
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/0123456789ab\r\n";
  }
  return out;
}

}  // namespace bench
