#pragma once

#include <envelint/dkim/canonicalize.hpp>
#include <envelint/dkim/digest.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/text/base64.hpp>
#include <envelint/text/span.hpp>
#include <envelint/text/tag_list.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The DKIM-Signature header field (RFC 6376 §3.5, with RFC 8301, RFC 8463 and RFC 8616), and the two fields of ARC that
/// are written like it (RFC 8617 §4.1).
namespace envelint::dkim {

/// Which header field a signature stands in, and so which tags it has.
enum class SignatureField : std::uint8_t {
  dkim_signature,
  arc_message_signature,  ///< no `v=`; `i=` is the instance (RFC 8617 §4.1.2)
  arc_seal,               ///< `i= a= b= cv= d= s= t=` and no others (RFC 8617 §4.1.3)
};

/// Its name in lower case.
[[nodiscard]] std::string_view name_of(SignatureField field) noexcept;

/// The largest instance of an ARC set (RFC 8617 §4.2.1).
inline constexpr unsigned kMaxInstance = 50;

/// Which tag of a signature a tag is.
enum class SignatureTagId : std::uint8_t {
  version,           ///< `v`
  algorithm,         ///< `a`
  signature,         ///< `b`
  body_hash,         ///< `bh`
  canonicalization,  ///< `c`
  domain,            ///< `d`
  fields,            ///< `h`
  identity,          ///< `i`
  length,            ///< `l`
  methods,           ///< `q`
  selector,          ///< `s`
  timestamp,         ///< `t`
  expiration,        ///< `x`
  copied,            ///< `z`
  instance,          ///< `i` of the fields of ARC
  chain_status,      ///< `cv` of an ARC-Seal
  other,             ///< a tag the RFCs do not define; verifiers ignore it
};

/// The name of a tag as it is written; empty for `other`.
[[nodiscard]] std::string_view to_string(SignatureTagId id) noexcept;

/// One tag. All spans are offsets into Signature::text.
struct SignatureTag {
  SignatureTagId id = SignatureTagId::other;
  text::Span span;
  text::Span name;
  text::Span value;  ///< without surrounding white space
};

/// What is wrong with a signature by its own text. All of it keeps the signature from being valid.
struct SignatureFault {
  enum class Kind : std::uint8_t {
    syntax,                    ///< the tag-list cannot be read (§3.2)
    duplicate,                 ///< a tag stands in it twice (§3.2)
    missing,                   ///< a required tag is not there (§3.5)
    version,                   ///< `v=` is not 1
    value,                     ///< a value is not what the grammar of its tag wants
    unknown_algorithm,         ///< `a=` names none that is known here
    unknown_canonicalization,  ///< `c=` names none that is known here
    unknown_method,            ///< `q=` names no method that is known here
    from_unsigned,             ///< `h=` does not hold From (§6.1.1)
    identity_outside,          ///< the domain of `i=` is neither that of `d=` nor below it (§6.1.1)
    never_valid,               ///< `x=` is not greater than `t=`
    too_many_fields,           ///< `h=` has more than kMaxSignedFields names
    too_long,                  ///< more than kMaxSignatureField octets; not read
    forbidden,                 ///< `h=` in an ARC-Seal, or an `h=` that names one (RFC 8617 §4.1.3, §4.1.2)
  };
  Kind kind;
  SignatureTagId tag;
  text::Span span;
};

/// Names in `h=` that are looked at. Honest signatures have some thirty.
inline constexpr std::size_t kMaxSignedFields = 100;
/// A longer DKIM-Signature field is not read.
inline constexpr std::size_t kMaxSignatureField = std::size_t{64} * 1024;

/// The key types that sign (RFC 6376 §3.3, RFC 8463 §3).
enum class SigningAlgorithm : std::uint8_t { rsa_sha1, rsa_sha256, ed25519_sha256 };

[[nodiscard]] std::string_view to_string(SigningAlgorithm algorithm) noexcept;
/// What `k=` of the key must say.
[[nodiscard]] std::string_view key_type(SigningAlgorithm algorithm) noexcept;
[[nodiscard]] HashAlgorithm hash_of(SigningAlgorithm algorithm) noexcept;

/// A signature field as far as it can be read, with every fault. Owns its text: copies are whole.
class Signature {
 public:
  /// A number that is too large to be kept: `t=` and `x=` of more than 12 digits, `l=` of more than 19.
  static constexpr std::uint64_t kInfinite = std::numeric_limits<std::uint64_t>::max();

  /// The value of the field: all behind its colon, without the CRLF that ends it.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] std::string_view slice(text::Span span) const noexcept { return text::slice(text_, span); }
  [[nodiscard]] const std::vector<SignatureTag>& tags() const& noexcept { return tags_; }
  [[nodiscard]] const std::vector<SignatureFault>& faults() const& noexcept { return faults_; }
  void tags() const&& = delete;
  void faults() const&& = delete;
  /// Whether a verifier may go on with it. What it cannot process (an algorithm of the future) is a fault, too.
  [[nodiscard]] bool valid() const noexcept { return faults_.empty(); }

  /// The first tag of a kind, or nullptr.
  [[nodiscard]] const SignatureTag* find(SignatureTagId id) const noexcept;
  /// The value of the first tag of a kind as written, or nothing.
  [[nodiscard]] std::optional<std::string_view> value(SignatureTagId id) const noexcept;

  // What the tags say. Each is empty, or the default of its tag, where there is nothing that can be read.

  [[nodiscard]] std::optional<SigningAlgorithm> algorithm() const noexcept { return algorithm_; }
  [[nodiscard]] Canonicalization header_canonicalization() const noexcept { return header_; }
  [[nodiscard]] Canonicalization body_canonicalization() const noexcept { return body_; }
  /// The octets of `b=` and `bh=`.
  [[nodiscard]] const text::Bytes& signature() const noexcept { return signature_; }
  [[nodiscard]] const text::Bytes& body_hash() const noexcept { return body_hash_; }
  /// `d=` and `s=` as written, once they are known to be names; else empty. They are safe to print.
  [[nodiscard]] std::string_view domain() const noexcept {
    return domain_ ? slice(find_span(SignatureTagId::domain)) : std::string_view();
  }
  [[nodiscard]] std::string_view selector() const noexcept {
    return selector_ ? slice(find_span(SignatureTagId::selector)) : std::string_view();
  }
  /// `d=` as a name, U-labels as A-labels (RFC 8616 §5).
  [[nodiscard]] const std::optional<dns::Name>& domain_name() const noexcept { return domain_; }
  /// `i=` decoded, or its default: `@` and `d=`. Holds bytes of others.
  [[nodiscard]] const std::string& identity() const noexcept { return identity_; }
  [[nodiscard]] const std::optional<dns::Name>& identity_domain() const noexcept { return identity_domain_; }
  /// Where the key is: `<selector>._domainkey.<domain>` (§3.6.2.1), made label by label.
  [[nodiscard]] const std::optional<dns::Name>& key_name() const noexcept { return key_name_; }
  /// The names in `h=`, as many as are there up to kMaxSignedFields.
  [[nodiscard]] const std::vector<text::Span>& signed_fields() const noexcept { return signed_fields_; }
  /// Whether `h=` has a name, in any case.
  [[nodiscard]] bool covers(std::string_view field_name) const noexcept;
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept { return length_; }
  [[nodiscard]] std::optional<std::uint64_t> timestamp() const noexcept { return timestamp_; }
  [[nodiscard]] std::optional<std::uint64_t> expiration() const noexcept { return expiration_; }
  /// Of the fields of ARC: from 1 to kMaxInstance, or 0 where it cannot be read.
  [[nodiscard]] unsigned instance() const noexcept { return instance_; }
  /// The fields of `z=`, decoded: names and values. For diagnosis only; nothing vouches for them before the signature
  /// has verified.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> copied_fields() const;

  /// The text with the value of `b=` and all white space around it taken out, as it is hashed (§3.7).
  [[nodiscard]] std::string without_signature() const;

 private:
  friend class SignatureReader;

  [[nodiscard]] text::Span find_span(SignatureTagId id) const noexcept;

  std::string text_;
  std::vector<SignatureTag> tags_;
  std::vector<SignatureFault> faults_;
  std::optional<SigningAlgorithm> algorithm_;
  Canonicalization header_ = Canonicalization::simple;
  Canonicalization body_ = Canonicalization::simple;
  text::Bytes signature_;
  text::Bytes body_hash_;
  std::optional<dns::Name> domain_;
  std::optional<dns::Name> selector_;
  std::string identity_;
  std::optional<dns::Name> identity_domain_;
  std::optional<dns::Name> key_name_;
  std::vector<text::Span> signed_fields_;
  std::optional<std::uint64_t> length_;
  std::optional<std::uint64_t> timestamp_;
  std::optional<std::uint64_t> expiration_;
  unsigned instance_ = 0;
};

/// Reads a signature and never stops at a fault.
///
/// @param value  the value of the field, folds included; any bytes. Not kept: the result owns a copy.
/// @param field  where it stands.
/// @return the signature as far as it can be read. Never throws but for memory; linear in the length of the value.
[[nodiscard]] Signature parse_signature(std::string_view value, SignatureField field = SignatureField::dkim_signature);

/// A fault in the words of a person: `t= is no number of seconds`. Holds no bytes of others.
[[nodiscard]] std::string describe(const SignatureFault& fault);

/// A domain name as `d=`, `s=` and `i=` may hold it: labels of letters, digits, hyphens inside, U-labels turned into
/// A-labels. Underscores are let through, as DNS has them and selectors in use do.
/// @param least_labels  2 for a domain, 1 for a selector.
[[nodiscard]] std::optional<dns::Name> read_domain(std::string_view text, std::size_t least_labels);

/// Decodes dkim-quoted-printable (§2.11): white space goes, `=41` is `A`. Nothing when a `=` is followed by no two
/// hexadecimal digits.
[[nodiscard]] std::optional<std::string> decode_quoted_printable(std::string_view text);

}  // namespace envelint::dkim
