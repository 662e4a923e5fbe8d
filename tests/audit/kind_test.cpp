#include <support/catch.hpp>

#include <envelint/audit/kind.hpp>

using namespace envelint::audit;

TEST_CASE("the owner name says what a TXT record is for", "[audit][kind]") {
  CHECK(kind_of_txt("_dmarc.example.com", "anything") == Kind::dmarc);
  CHECK(kind_of_txt("_DMARC.example.com", "v=spf1 -all") == Kind::dmarc);
  CHECK(kind_of_txt("example.com._report._dmarc.example.net", "v=DMARC1") == Kind::dmarc);
  CHECK(kind_of_txt("s1._domainkey.example.com", "") == Kind::dkim);
  CHECK(kind_of_txt("a.b._domainkey.example.com", "") == Kind::dkim);
  CHECK(kind_of_txt("*._domainkey.example.com", "") == Kind::dkim);
  CHECK(kind_of_txt("_domainkey.example.com", "o=-") == Kind::txt);
  CHECK(kind_of_txt("_mta-sts.example.com", "") == Kind::mta_sts);
  CHECK(kind_of_txt("_smtp._tls.example.com", "") == Kind::tls_rpt);
  CHECK(kind_of_txt("default._bimi.example.com", "") == Kind::bimi);
  CHECK(kind_of_txt("example.com", "v=spf1 -all") == Kind::spf);
  CHECK(kind_of_txt("example.com", "v=spf10 -all") == Kind::spf);
  CHECK(kind_of_txt("example.com", "google-site-verification=spf1") == Kind::txt);
  CHECK(kind_of_txt("", "") == Kind::txt);
}

TEST_CASE("a pasted value is recognised by its looks", "[audit][kind]") {
  CHECK(kind_of_value("v=spf1 -all") == Kind::spf);
  CHECK(kind_of_value("example.com. IN TXT v=spf1 -all") == Kind::spf);
  CHECK(kind_of_value("v=DMARC1; p=none") == Kind::dmarc);
  CHECK(kind_of_value("_dmarc v=dmarc1 p=none") == Kind::dmarc);
  CHECK(kind_of_value("v=spf1 ~allv=dmarc1; p=none") == Kind::spf);
  CHECK(kind_of_value("k=rsa; p=MIGf") == Kind::dkim);
  CHECK(kind_of_value("p=MIGf") == Kind::dkim);
  CHECK(kind_of_value("v=STSv1; id=1") == Kind::mta_sts);
  CHECK(kind_of_value("v=TLSRPTv1; rua=mailto:a@example.com") == Kind::tls_rpt);
  CHECK(kind_of_value("v=BIMI1; l=") == Kind::bimi);
  CHECK(kind_of_value("3 1 1 0123456789abcdef") == Kind::tlsa);
  CHECK(kind_of_value("10 mail.example.com.") == Kind::mx);
  CHECK(kind_of_value("hello") == Kind::txt);
  CHECK(kind_of_value("") == Kind::txt);
}
