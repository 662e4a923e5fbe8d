#include <envelint/spf/known_includes.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace envelint::spf {
namespace {

constexpr std::array<std::string_view, 225> kKnown{
    "_mxblocks.wvnet.eu",
    "_se_net.axiell.com",
    "_spf-eu.ionos.com",
    "_spf-ext.necsws.com",
    "_spf-us.ionos.com",
    "_spf.ati.tn",
    "_spf.bibliotheek.be",
    "_spf.buzondecorreo.com",
    "_spf.ch.seppmail.cloud",
    "_spf.cnv.at",
    "_spf.createsend.com",
    "_spf.dacoruna.gal",
    "_spf.datacenter.fi",
    "_spf.de.seppmail.cloud",
    "_spf.digiportal.de",
    "_spf.dvz-mv.de",
    "_spf.easycruit.com",
    "_spf.elasticemail.com",
    "_spf.email.stefna.is",
    "_spf.esolutionsgroup.ca",
    "_spf.espublico.com",
    "_spf.eu.mailgun.org",
    "_spf.ezorg.nl",
    "_spf.fastmail.gr",
    "_spf.fecamsc.org.br",
    "_spf.firmstep.com",
    "_spf.fortimailcloud.com",
    "_spf.g-cloud.by",
    "_spf.google.com",
    "_spf.hier-im-netz.de",
    "_spf.jpberlin.de",
    "_spf.kdo.de",
    "_spf.kinghost.net",
    "_spf.kmitd.com",
    "_spf.kundenserver.de",
    "_spf.locaweb.com.br",
    "_spf.mail.go.id",
    "_spf.mail.gov.az",
    "_spf.mail.hostinger.com",
    "_spf.mail.services.bastion365.net",
    "_spf.mailersend.net",
    "_spf.mlsend.com",
    "_spf.mx.cloudflare.net",
    "_spf.nol-is.de",
    "_spf.paddle.be",
    "_spf.perfora.net",
    "_spf.prod.hydra.sophos.com",
    "_spf.psm.knowbe4.com",
    "_spf.salesforce.com",
    "_spf.services.centric.eu",
    "_spf.serviciodecorreo.es",
    "_spf.srv.cat",
    "_spf.strato.com",
    "_spf.svt.es",
    "_spf.uni5.net",
    "_spf.webcontact.de",
    "_spf.webempresa.eu",
    "_spf.webhosting.systems",
    "_spf.yandex.net",
    "_spf.zivver.com",
    "_spf.zorgmail.nl",
    "_spf1.ekom21.de",
    "_spf_eucentral1.prod.hydra.sophos.com",
    "_uk.axiell.com",
    "_webline.sysbrasil.com.br",
    "agenturserver.de",
    "all._spf.plma.se",
    "amazonses.com",
    "aspf.a1.net",
    "au._netblocks.mimecast.com",
    "bayern.de",
    "bookking.ca",
    "bspf.a1.net",
    "bulkemail.pml.com.au",
    "chamaeleon.de",
    "clientspf.kabelplus.at",
    "cm-relay.de",
    "crohost.net",
    "dipalme.org",
    "dnsxperta.com",
    "ekom21.de",
    "emailservice.cpd.as",
    "emailsrvr.com",
    "espublico.com",
    "eu._netblocks.mimecast.com",
    "infonet.hr",
    "ispgateway.de",
    "kommunale.it",
    "magiqcloud.com",
    "mail.advantic.de",
    "mail.kdvz.nrw",
    "mail.rechennetz.de",
    "mail.sitevision-cloud.net",
    "mail.webropolsurveys.com",
    "mail.zendesk.com",
    "mail1.accescite.net",
    "mailcontrol.com",
    "mailgun.org",
    "mailrelay.t1cloud.com",
    "mg-lcsse.tietoevry.com",
    "mg01.mydataknox.com",
    "mg02.mydataknox.com",
    "mgovcloud.in",
    "mojsite.com",
    "msg-out._spf.onevoice.no",
    "mx.ovh.com",
    "mxs.post.at",
    "netblocks.dreamhost.com",
    "nets1.spf.messagelabs.com",
    "nets2.spf.messagelabs.com",
    "next-go.net",
    "oclcspf3.oclc.org",
    "pzd-svn.de",
    "recreatex.be",
    "relay-cmc.de",
    "relay.mailbaby.net",
    "relay.mailchannels.net",
    "relay.spamshield.io",
    "secure-mailgate.com",
    "secureserver.net",
    "sendgrid.net",
    "servers.mcsv.net",
    "smtp-cluster.plusvps.com",
    "smtp.imio.be",
    "smtp.relay.serverneubox.com.mx",
    "sogetel.net",
    "speedadmin.dk",
    "spf-00a9a302.pphosted.com",
    "spf-au.emailsignatures365.com",
    "spf-c.mailbaby.net",
    "spf-ca.emailsignatures365.com",
    "spf-de.emailsignatures365.com",
    "spf-pp.post.at",
    "spf.anti-spam-premium.com",
    "spf.antispamcloud.com",
    "spf.au.exclaimer.net",
    "spf.bon.at",
    "spf.brevo.com",
    "spf.ciport.be",
    "spf.cloud.vadesecure.com",
    "spf.crohost.net",
    "spf.crsend.com",
    "spf.cyberimpact.com",
    "spf.diba.cat",
    "spf.dominioabsoluto.net",
    "spf.dondominio.com",
    "spf.dynect.net",
    "spf.emailsignatures365.com",
    "spf.eprov.nl",
    "spf.ess.barracudanetworks.com",
    "spf.ess.ca.barracudanetworks.com",
    "spf.ess.de.barracudanetworks.com",
    "spf.eu.exclaimer.net",
    "spf.exclaimer.net",
    "spf.facilitator.e2e.be",
    "spf.flexmail.eu",
    "spf.flowmailer.net",
    "spf.gov.si",
    "spf.grcsistemas.com.br",
    "spf.hornetsecurity.com",
    "spf.hostmar.com",
    "spf.icontroller.eu",
    "spf.ilnet.se",
    "spf.infomaniak.ch",
    "spf.infonet.hr",
    "spf.instaremail.com.br",
    "spf.instaremail2.com.br",
    "spf.instaremail3.com.br",
    "spf.instarswe.com.br",
    "spf.instartecnologia.com.br",
    "spf.ipzmarketing.com",
    "spf.itebo.de",
    "spf.kasserver.com",
    "spf.landsh.de",
    "spf.lcp.be",
    "spf.lianamailer.com",
    "spf.m9.network",
    "spf.mail.hostpoint.ch",
    "spf.mailanyone.net",
    "spf.mailjet.com",
    "spf.mailtarget.co",
    "spf.mandrillapp.com",
    "spf.messagelabs.com",
    "spf.mysecurecloudhost.com",
    "spf.nl2go.com",
    "spf.otenet.gr",
    "spf.owl-it.de",
    "spf.palvelukanava.fi",
    "spf.pinkprivate.cloud",
    "spf.profesionalhosting.com",
    "spf.protect.kvnbw.de",
    "spf.protection.outlook.com",
    "spf.raiolanetworks.com",
    "spf.regioit.de",
    "spf.sendinblue.com",
    "spf.server-he.de",
    "spf.simgroephosting.nl",
    "spf.skymail.net.br",
    "spf.smtp2go.com",
    "spf.spamtador.com",
    "spf.stackmail.com",
    "spf.titan.email",
    "spf.tmes.trendmicro.com",
    "spf.tmes.trendmicro.eu",
    "spf.topdesk.net",
    "spf.umbler.com",
    "spf.verwaltungsportal.de",
    "spf.w4ymail.at",
    "spf.web-dns1.com",
    "spf.web-hosting.com",
    "spf.webapps.net",
    "spf.webnets.com.br",
    "spf.whservidor.com",
    "spf.zaaksysteem.nl",
    "spf.ziparchive.com.au",
    "spf2.malaga.es",
    "spf2.samdipuleon.es",
    "spf_c.oraclecloud.com",
    "spfa.cpmails.com",
    "tng.de",
    "umcs.go.ug",
    "utpost.acos.no",
    "websitewelcome.com",
    "zoho.com",
    "zohomail.com",
};

// By length: a name with a slip is at most one octet longer or shorter than the one that was meant.
constexpr auto kByLength = [] {
  auto names = kKnown;
  std::ranges::sort(names, [](std::string_view a, std::string_view b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return names;
}();

auto of_length(std::size_t from, std::size_t to) {
  const auto first = std::ranges::lower_bound(kByLength, from, {}, &std::string_view::size);
  return std::ranges::subrange(first,
                               std::ranges::upper_bound(first, kByLength.end(), to, {}, &std::string_view::size));
}

// `spf1.`, `spf2.` and `spfb.` stand beside `spf.` at many providers: a digit, or a letter right behind `spf`, is no
// slip of the hand.
bool tells_siblings_apart(std::string_view name, std::size_t place) {
  return text::is_digit(name[place]) ||
         (place >= 3 && name.substr(place - 3, 3) == "spf" && text::is_alpha(name[place]));
}

// One insertion, deletion, replacement or swap of neighbours, looked for without the table of an edit distance:
// behind the common start the rest has to agree.
bool is_slip_of(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  std::size_t same = 0;
  while (same < a.size() && a[same] == b[same]) ++same;
  const auto rest = [&](std::size_t skip_a, std::size_t skip_b) {
    return a.substr(std::min(same + skip_a, a.size())) == b.substr(std::min(same + skip_b, b.size()));
  };
  if (a.size() < b.size()) return rest(0, 1) && !tells_siblings_apart(b, same);
  if (same == a.size()) return false;
  const bool swapped = same + 1 < a.size() && a[same] == b[same + 1] && a[same + 1] == b[same] && rest(2, 2);
  return swapped || (rest(1, 1) && !tells_siblings_apart(a, same) && !tells_siblings_apart(b, same));
}

}  // namespace

std::optional<std::string_view> near_known_include(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  if (domain.size() < 8) return std::nullopt;
  const std::string lower = text::lower(domain);
  const auto same_length = of_length(lower.size(), lower.size());
  if (std::ranges::binary_search(same_length, std::string_view(lower))) return std::nullopt;
  for (const std::string_view known : of_length(lower.size() - 1, lower.size() + 1)) {
    if (is_slip_of(lower, known)) return known;
  }
  return std::nullopt;
}

}  // namespace envelint::spf
