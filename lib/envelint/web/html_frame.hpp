#pragma once

#include <string>
#include <string_view>

/// The HTML of a message as a document for a sandboxed frame. The HTML is hostile, and three things keep it in its place:
/// the sandbox (no scripts, no forms, an origin of its own), the policy (no connection to anywhere), and this (nothing
/// that connects in spite of a policy). The first two hold whatever is wrong with the third.
namespace envelint::web {

/// The document. Elements that could load or connect in spite of a policy get the names of inert ones: `link`
/// (preconnect, dns-prefetch), `meta` (refresh), `base`, and what embeds another document or a script. References
/// `cid:…` to pictures of the message (RFC 2392) become these pictures, as `data:`; all others stay. So the document
/// asks for nothing at all, not even of this server, which does not answer pages of other origins, as it is one.
///
/// Only names of elements and references are replaced, by letters, digits and `-+/=:;,`, so that what is a tag, an
/// attribute or a text stays one. Linear in the length of `html`, and bounded: pictures of more than four megabytes, and
/// those beyond 16 megabytes in all, are left out.
/// @param html  as UTF-8; see mime::html_body.
/// @param raw   the message that it is of.
[[nodiscard]] std::string frame_document(std::string_view html, std::string_view raw);

/// The Content-Security-Policy of the document.
/// @param remote  pictures, fonts, styles, sound and films may come from anywhere: a person has asked for it.
[[nodiscard]] std::string_view frame_policy(bool remote) noexcept;

}  // namespace envelint::web
