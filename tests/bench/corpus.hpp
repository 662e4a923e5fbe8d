#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../support/shared_data.hpp"

namespace bench {

/// Records of one kind that a benchmark goes through, over and over.
struct Corpus {
  std::vector<std::string> records;
  std::size_t bytes = 0;
};

inline Corpus own_records(std::vector<std::string> records) {
  Corpus corpus{.records = std::move(records)};
  for (const std::string& record : corpus.records) corpus.bytes += record.size();
  return corpus;
}

/// One column of a table of the development data; `fallback` when the data does not lie beside the checkout.
inline Corpus read_corpus(std::string_view file, std::size_t column, std::vector<std::string> fallback) {
  const auto path = test::shared_data(file);
  if (!path) return own_records(std::move(fallback));
  std::vector<std::string> records;
  for (auto& row : test::read_tsv(*path)) {
    if (row.size() > column && !row[column].empty()) records.push_back(std::move(row[column]));
  }
  return own_records(std::move(records));
}

inline const Corpus& spf_records() {
  static const Corpus corpus = read_corpus(
      "data/spf/labelled_spf.tsv", 8,
      {"v=spf1 -all", "v=spf1 mx a ip4:192.0.2.0/24 include:_spf.example.net ~all",
       "v=spf1 ip4:192.0.2.1 ip4:192.0.2.7 ip6:2001:db8::/32 include:spf.example.org include:mail.example.net -all",
       "v=spf1 redirect=_spf.example.com", "v=spf1 exists:%{i}._spf.example.com ip4:192.0.2.300 ?all"});
  return corpus;
}

inline const Corpus& dkim_keys() {
  static const Corpus corpus =
      read_corpus("data/dkim/dkim_keys_classified.tsv", 5,
                  {"v=DKIM1; p=", "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="});
  return corpus;
}

inline const Corpus& dmarc_records() {
  static const Corpus corpus =
      read_corpus("data/dmarc/dmarc_records.tsv", 3,
                  {"v=DMARC1; p=none; rua=mailto:dmarc@example.com",
                   "v=DMARC1; p=quarantine; sp=reject; rua=mailto:dmarc@example.com; adkim=s; aspf=r"});
  return corpus;
}

/// Written out: the tables hold none.
inline const Corpus& tls_rpt_records() {
  static const Corpus corpus =
      own_records({"v=TLSRPTv1; rua=mailto:tlsrpt@example.com", "v=TLSRPTv1;rua=https://reports.example.net/v1/tlsrpt",
                   "v=TLSRPTv1; rua=mailto:tlsrpt@example.com,https://reports.example.net/v1/tlsrpt;"});
  return corpus;
}

}  // namespace bench
