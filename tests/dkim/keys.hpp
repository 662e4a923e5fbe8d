#pragma once

#include <string_view>

/// Public keys made for these tests; their private halves were never kept.
namespace test {

inline constexpr std::string_view kRsa2048 =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsArpZ5V5g/0Lryju1CFFdkZ5qp0JxZdW1G0wWuAKcwClnoLzGWxdXFj6DKPhF7XbMj"
    "3hY37ANhOE0xzGrWrXhr6cPjHWQCZlZZ26rmbtdP0j1fSeO66ETwU+fVd+POm7oQ8RG1pYoEHqoyzN1pW8ydfjDX4Qc0cOnddt7F+dQRqMJqLf"
    "NEAsh0DGQFIsaHJ0wEOJwPzHxac+a8cibgPad+O8MkFEewt3Pb6JgM0D0SAPlNE8fyHYdvwhaxssZqxNDpWXe+Qs0q5FPGBjJHtLRT/89LpiDX"
    "BqH1RufbijLLN8bn8MsAenQJB8JUgIeT0JbSPOl7uyVKaj2CV2MehlxwIDAQAB";
inline constexpr std::string_view kRsa1024 =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC2pa4P1nwwMayed11w3h5YyxVkGwdCACleNZz/LivN+NbRgnTJHimjqFgnWrpvDW/ppBG/sF"
    "bkuRTxmW8P88khrBUCQIy80qqvICERJ7Pjcq74pJEDV1hUWII/0n97xSB3+XBN5MirPENK0bflKz/+pZpkkTVfjSXjKHWugxdsvwIDAQAB";
inline constexpr std::string_view kRsa512 =
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANlzL14DXj0Dq9+deVvtD7Wi/uvqXgXZ0/IVUNhsYNchB+MGjkaHBFsRdGH3RLA7fwqDRf0Fmk80ge"
    "nYJ8v2wNcCAwEAAQ==";
inline constexpr std::string_view kRsa3072 =
    "MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEAp4tZU4Pvij7VABwNzUUq86kmlPKJuFftU+QNZlxE55yN3gdvUdoD6aO16QS1E+kykF"
    "g9HyBczg8xvdpSQwMCpTAQuJDd8LSR2eiFJ6AHRffZ1Zp6KQjboJ5xP81TyFwRsGdQwFexqGUhJIXlOxmw9Cohvnm2jKA/UGzUOArJyRNGxdaR"
    "G5Rq2FT+BM7K7/510ISGdONWzA006+W6uZtzoaLYBlmmpVJUEZYqtiGawAX2olVGDbnYSEnylkFmB9qmRssPBKgS9/sacg2IqDz3IHnfcECdWy"
    "XweoCNP0vc/ja6aq6JhEBA5UsqwmvNvCCAAqO/nlRFJIrDMHN3Z7ci39s4LAPeICgTnH1zHhUqYIz7jY0aj1Rlnt37uSZL5nDRZD5nk+Stl2wR"
    "R1lxvkmpk/WAsjqq+Blub7YlA5RjeLkjJNGPppsEw/3mSjfhGpeMuNA3cYo3kS7yAZtcQldkErJay4rO4SOLLKstwNpE/7n79WknbqLnFsqMl+"
    "Na/FbJAgMBAAE=";
inline constexpr std::string_view kRsa2048Exponent3 =
    "MIIBIDANBgkqhkiG9w0BAQEFAAOCAQ0AMIIBCAKCAQEAs0Bfm6IgXs3NsPK6v0c8Hr+pr8GddLkeRW7ReSSsRfmYbanMfUgQy01gboC33UGx/A"
    "/Os7AeUYaiw0tuEufJJxmtJbtkrGMic9K7blUCg9izQJg9K/DEVotcpiIDOVB8ZBSd9NppiOD3Fbl1gCrQXNpLQfqKZuRTqmNDbmkj+MaqiDw9"
    "4wsahihUw4HTLqJNfoIAhGz7dCtoYtQKnic13d7lmjL2khcFX95aMHec07zuncGOfcdaSUVCE9RODyZJgWaMlsXWBQzKLyE4w24g4P85MsFKHC"
    "jOJ9XagU8u9eXMCM88fj/JgaStFx3mJlwpRCBQcX2UDRDCAOYGTHdzaQIBAw==";
inline constexpr std::string_view kEd25519 = "kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=";
/// kEd25519 as OpenSSL writes it.
inline constexpr std::string_view kEd25519Spki = "MCowBQYDK2VwAyEAkZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=";
/// kRsa2048 as a bare RSAPublicKey.
inline constexpr std::string_view kRsa2048Pkcs1 =
    "MIIBCgKCAQEAsArpZ5V5g/0Lryju1CFFdkZ5qp0JxZdW1G0wWuAKcwClnoLzGWxdXFj6DKPhF7XbMj3hY37ANhOE0xzGrWrXhr6cPjHWQCZlZZ"
    "26rmbtdP0j1fSeO66ETwU+fVd+POm7oQ8RG1pYoEHqoyzN1pW8ydfjDX4Qc0cOnddt7F+dQRqMJqLfNEAsh0DGQFIsaHJ0wEOJwPzHxac+a8ci"
    "bgPad+O8MkFEewt3Pb6JgM0D0SAPlNE8fyHYdvwhaxssZqxNDpWXe+Qs0q5FPGBjJHtLRT/89LpiDXBqH1RufbijLLN8bn8MsAenQJB8JUgIeT"
    "0JbSPOl7uyVKaj2CV2MehlxwIDAQAB";

}  // namespace test
