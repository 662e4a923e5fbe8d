#pragma once

#include <string>
#include <string_view>

/// Messages of tests, written with LF and a frame for what all of them have.
namespace envelint::mime {

inline std::string crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

/// A message whose header ends with these fields, and its body: `Content-Type: text/plain\n\nHello\n`.
inline std::string mail(std::string_view rest) {
  return crlf("From: a@example.com\nTo: b@example.com\nSubject: test\nMIME-Version: 1.0\n" + std::string(rest));
}

/// What most programs send: two alternatives, a picture in the HTML, and a file.
inline std::string newsletter() {
  return mail(R"(Content-Type: multipart/mixed; boundary="outer"

This is no part of the text.
--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe, and a long=
 line
--inner
Content-Type: multipart/related; boundary="rel"

--rel
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

<p>Gr=FC=DFe <img src=3D"cid:logo@example.com"></p>
--rel
Content-Type: image/png; name="logo.png"
Content-Transfer-Encoding: base64
Content-ID: <logo@example.com>
Content-Disposition: inline; filename="logo.png"

iVBORw0KGgo=
--rel--
--inner--

--outer
Content-Type: Application/PDF
Content-Transfer-Encoding: Base64
Content-Disposition: attachment; filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf

JVBERi0xLjQ=
--outer--
That is none either.
)");
}

}  // namespace envelint::mime
