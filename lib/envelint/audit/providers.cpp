#include <envelint/audit/providers.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>

namespace envelint::audit {
namespace {

// From the providers' own published set-up guides as of 2026, the include targets counted by mxmap.it and its sister
// projects (MIT licence), and the DKIM selectors observed in public zones.
constexpr std::array kProviders{
    Provider{.name = "Microsoft 365",
             .mx = {"mail.protection.outlook.com", "mx.microsoft"},
             .includes = {"spf.protection.outlook.com"},
             .selectors = {"selector1", "selector2"},
             .keys = {"onmicrosoft.com", "dkim.mail.microsoft"},
             .pair = true},
    Provider{.name = "Google Workspace",
             .mx = {"aspmx.l.google.com", "googlemail.com", "smtp.google.com", "google.com"},
             .includes = {"_spf.google.com"},
             .selectors = {"google"}},
    Provider{.name = "Proton Mail",
             .mx = {"mail.protonmail.ch", "mailsec.protonmail.ch"},
             .includes = {"_spf.protonmail.ch"},
             .selectors = {"protonmail", "protonmail2", "protonmail3"},
             .keys = {"domains.proton.ch"}},
    Provider{.name = "Fastmail",
             .mx = {"messagingengine.com"},
             .includes = {"spf.messagingengine.com"},
             .selectors = {"fm1", "fm2", "fm3"},
             .keys = {"dkim.fmhosted.com"}},
    Provider{.name = "Zoho Mail",
             .mx = {"zoho.com", "zoho.eu", "zoho.in", "zohomail.com"},
             .includes = {"zoho.com", "zoho.eu", "zohomail.com", "spf.zoho.in"},
             .selectors = {"zmail", "zoho"}},
    Provider{.name = "iCloud Mail",
             .mx = {"mail.icloud.com"},
             .includes = {"icloud.com"},
             .selectors = {"sig1"},
             .keys = {"at.icloudmailadmin.com"}},
    Provider{.name = "Yandex 360", .mx = {"mx.yandex.net", "mx.yandex.ru"}, .includes = {"_spf.yandex.net", "_spf.yandex.ru"}, .selectors = {"mail"}},
    Provider{.name = "Mail.ru", .mx = {"emx.mail.ru"}, .includes = {"_spf.mail.ru"}, .selectors = {"mailru"}},
    Provider{.name = "IONOS",
             .mx = {"mx.ionos.com", "kundenserver.de", "ionos.de", "ionos.com", "perfora.net"},
             .includes = {"_spf-eu.ionos.com", "_spf-us.ionos.com", "_spf.kundenserver.de", "_spf.perfora.net"},
             .selectors = {"s1-ionos", "s2-ionos"},
             .keys = {"dkim.ionos.com"},
             .pair = true},
    Provider{.name = "Infomaniak", .mx = {"mta-gw.infomaniak.ch", "mx.infomaniak.ch"}, .includes = {"spf.infomaniak.ch"}},
    Provider{.name = "Hostinger",
             .mx = {"mx1.hostinger.com", "mx2.hostinger.com"},
             .includes = {"_spf.mail.hostinger.com"},
             .selectors = {"hostingermail-a", "hostingermail-b", "hostingermail-c"},
             .keys = {"dkim.mail.hostinger.com"}},
    Provider{.name = "OVHcloud", .mx = {"mail.ovh.net", "mail.ovh.ca"}, .includes = {"mx.ovh.com", "mx.ovh.ca"}},
    Provider{.name = "Gandi", .mx = {"mail.gandi.net"}, .includes = {"_mailcust.gandi.net"}, .selectors = {"gm1", "gm2", "gm3"}, .keys = {"gandimail.net"}},
    Provider{.name = "GoDaddy",
             .mx = {"secureserver.net"},
             .includes = {"secureserver.net"},
             .selectors = {"secureserver1", "secureserver2"},
             .keys = {"secureserver.net"}},
    Provider{.name = "Namecheap Private Email", .mx = {"privateemail.com"}, .includes = {"spf.privateemail.com"}, .selectors = {"default"}},
    Provider{.name = "Rackspace Email", .mx = {"emailsrvr.com"}, .includes = {"emailsrvr.com"}},
    Provider{.name = "Migadu", .mx = {"migadu.com"}, .includes = {"spf.migadu.com"}, .selectors = {"key1", "key2", "key3"}, .keys = {"migadu.com"}},
    Provider{.name = "mailbox.org", .mx = {"mailbox.org"}, .includes = {"mailbox.org"}, .selectors = {"mbo0001", "mbo0002", "mbo0003", "mbo0004"}, .keys = {"mailbox.org"}},
    Provider{.name = "Titan", .mx = {"titan.email"}, .includes = {"spf.titan.email"}, .selectors = {"titan1", "titan2"}},
    Provider{.name = "ForwardEmail", .mx = {"forwardemail.net"}, .includes = {"spf.forwardemail.net"}},
    Provider{.name = "ImprovMX", .mx = {"improvmx.com"}, .includes = {"spf.improvmx.com"}, .selectors = {"dkimprovmx1", "dkimprovmx2"}, .keys = {"improvmx.com"}},
    Provider{.name = "Cloudflare Email Routing",
             .mx = {"mx.cloudflare.net"},
             .includes = {"_spf.mx.cloudflare.net"},
             .selectors = {"cf2024-1"}},
    Provider{.name = "Proofpoint", .mx = {"pphosted.com", "ppe-hosted.com"}, .includes = {"pphosted.com", "ppe-hosted.com"}},
    Provider{.name = "Mimecast", .mx = {"mimecast.com", "mimecast-offshore.com", "mimecast.co.za"}, .includes = {"_netblocks.mimecast.com", "netblocks.mimecast.com", "mimecastprotect.com"}},
    Provider{.name = "Barracuda", .mx = {"barracudanetworks.com"}, .includes = {"spf.ess.barracudanetworks.com", "barracudanetworks.com"}},
    Provider{.name = "Hornetsecurity", .mx = {"hornetsecurity.com", "antispameurope.com"}, .includes = {"spf.hornetsecurity.com", "antispameurope.com"}, .selectors = {"hse1", "hse2"}, .keys = {"hornetdmarc.com", "antispameurope.com"}},
    Provider{.name = "Trend Micro Email Security", .mx = {"tmes.trendmicro.com", "tmes.trendmicro.eu"}, .includes = {"spf.tmes.trendmicro.com", "spf.tmes.trendmicro.eu"}},
    Provider{.name = "Symantec Email Security", .mx = {"messagelabs.com"}, .includes = {"spf.messagelabs.com"}},
    Provider{.name = "Cisco Secure Email", .mx = {"iphmx.com"}, .includes = {"iphmx.com"}},
    Provider{.name = "Sophos Email", .mx = {"mail.protection.sophos.com", "hydra.sophos.com"}, .includes = {"_spf.prod.hydra.sophos.com", "sophos.com"}},
    Provider{.name = "SpamExperts", .mx = {"antispamcloud.com", "spamexperts.com"}, .includes = {"spf.antispamcloud.com"}},
    Provider{.name = "SEPPmail.cloud", .mx = {"seppmail.cloud"}, .includes = {"_spf.de.seppmail.cloud", "_spf.ch.seppmail.cloud"}},
    Provider{.name = "Amazon SES", .mx = {"amazonaws.com"}, .includes = {"amazonses.com"}, .keys = {"dkim.amazonses.com"}},
    Provider{.name = "SendGrid",
             .mx = {"mx.sendgrid.net"},
             .includes = {"sendgrid.net"},
             .selectors = {"s1", "s2"},
             .keys = {"sendgrid.net"},
             .pair = true},
    Provider{.name = "Mailgun", .mx = {"mailgun.org"}, .includes = {"mailgun.org"}, .selectors = {"smtp", "mailo", "k1", "pic", "krs"}},
    Provider{.name = "Postmark", .mx = {"inbound.postmarkapp.com"}, .includes = {"spf.mtasv.net"}},
    Provider{.name = "SparkPost", .includes = {"sparkpostmail.com"}, .selectors = {"scph0624", "scph0420"}},
    Provider{.name = "Brevo", .includes = {"spf.sendinblue.com", "spf.brevo.com"}, .selectors = {"mail", "brevo1", "brevo2"}, .keys = {"dkim.brevo.com"}},
    Provider{.name = "Mailjet", .includes = {"spf.mailjet.com"}, .selectors = {"mailjet"}},
    Provider{.name = "Mailchimp", .includes = {"servers.mcsv.net"}, .selectors = {"k2", "k3"}, .keys = {"dkim.mcsv.net", "dkim2.mcsv.net", "dkim3.mcsv.net"}, .pair = true},
    Provider{.name = "Mandrill", .includes = {"spf.mandrillapp.com"}, .selectors = {"mte1", "mte2", "mandrill"}, .keys = {"mandrillapp.com"}},
    Provider{.name = "Resend", .selectors = {"resend"}},
    Provider{.name = "Klaviyo", .selectors = {"kl", "kl2"}, .keys = {"klaviyomail.com"}},
    Provider{.name = "HubSpot", .includes = {"hubspotemail.net"}, .selectors = {"hs1", "hs2"}, .keys = {"hubspotemail.net"}},
    Provider{.name = "Salesforce", .includes = {"_spf.salesforce.com"}, .keys = {"custdkim.salesforce.com"}},
    Provider{.name = "Zendesk",
             .includes = {"mail.zendesk.com"},
             .selectors = {"zendesk1", "zendesk2"},
             .keys = {"domainkeys.zendesk.com"},
             .pair = true},
    Provider{.name = "Freshworks", .includes = {"email.freshdesk.com", "freshemail.io"}, .selectors = {"fd", "fd2", "fdm"}},
    Provider{.name = "Elastic Email", .includes = {"_spf.elasticemail.com"}, .selectors = {"api"}},
    Provider{.name = "MailerLite", .includes = {"_spf.mlsend.com"}, .selectors = {"litesrv", "ml"}, .keys = {"mlsend.com"}},
    Provider{.name = "MailerSend", .includes = {"_spf.mailersend.net"}, .selectors = {"mlsend", "mlsend2"}, .keys = {"mailersend.net"}},
    Provider{.name = "Campaign Monitor", .includes = {"_spf.createsend.com"}, .selectors = {"cm"}},
    Provider{.name = "ActiveCampaign", .includes = {"emsd1.com"}, .selectors = {"acdkim1", "acdkim2"}, .keys = {"acdkim1.acems1.com", "acems1.com"}},
    Provider{.name = "Constant Contact", .includes = {"spf.constantcontact.com"}, .selectors = {"ctct1", "ctct2"}, .keys = {"ctctmail.com", "dkim.constantcontact.com"}},
    Provider{.name = "MailChannels", .includes = {"relay.mailchannels.net"}, .selectors = {"mailchannels"}},
    Provider{.name = "Squarespace", .includes = {"_spf.squarespace.com"}, .selectors = {"squarespace"}},
    Provider{.name = "Shopify", .includes = {"shops.shopify.com"}, .keys = {"dkim.shopify.com"}},
    Provider{.name = "Pepipost", .includes = {"pepipost.net"}, .selectors = {"pepipost"}},
    Provider{.name = "Locaweb", .mx = {"locaweb.com.br", "emailemnuvem.com.br"}, .includes = {"_spf.locaweb.com.br"}, .selectors = {"smtplw"}},
    Provider{.name = "All-Inkl", .mx = {"kasserver.com"}, .includes = {"spf.kasserver.com"}},
    Provider{.name = "Strato", .mx = {"smtpin.rzone.de", "rzone.de"}, .includes = {"_spf.strato.com"}, .selectors = {"strato-dkim-0002", "strato-dkim-0003"}, .keys = {"dkim.strato.de"}, .pair = true},
};

/// Whether a name, in lower case, is at or below one of the names of a list.
bool is_within(std::string_view text, const Provider::Names& list) {
  return std::ranges::any_of(items(list), [&](std::string_view suffix) {
    return text == suffix ||
           (text.size() > suffix.size() && text.ends_with(suffix) && text[text.size() - suffix.size() - 1] == '.');
  });
}

const Provider* find(const dns::Name& name, Provider::Names Provider::* list) {
  const std::string text = name.to_lower();
  const auto found =
      std::ranges::find_if(kProviders, [&](const Provider& provider) { return is_within(text, provider.*list); });
  return found == kProviders.end() ? nullptr : &*found;
}

}  // namespace

std::span<const Provider> providers() noexcept { return kProviders; }

std::span<const std::string_view> items(const Provider::Names& names) noexcept {
  const auto end = std::ranges::find_if(names, &std::string_view::empty);
  return {names.begin(), end};
}

const Provider* provider_of_mx(const dns::Name& host) { return find(host, &Provider::mx); }
const Provider* provider_of_include(const dns::Name& target) { return find(target, &Provider::includes); }
const Provider* provider_of_key(const dns::Name& target) { return find(target, &Provider::keys); }

}  // namespace envelint::audit
