// How many cases of the public SPF suite libspf2 checks in a second, its DNS in memory.
//   libspf2_check_host FILE    the suite as JSON
// Prints: checks, CPU seconds, version, cases that come out as they should
extern "C" {
#include <arpa/nameser.h>
#include <netdb.h>
#include <spf2/spf.h>
#include <spf2/spf_dns_zone.h>
}

#include <nlohmann/json.hpp>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "../../support/json_zone.hpp"

namespace {

using nlohmann::json;

const std::map<std::string, ns_type> kTypes{
    {"A", ns_t_a}, {"AAAA", ns_t_aaaa}, {"MX", ns_t_mx}, {"PTR", ns_t_ptr}, {"TXT", ns_t_txt}};

// An MX record is its host: the library asks for no preference.
std::string data_of(ns_type type, const json& data) {
  if (type == ns_t_mx) return data.at(1).get<std::string>();
  std::string out;
  for (const json& part : data) {
    if (part.is_string()) out += test::octets(part.get<std::string>());
  }
  return out;
}

SPF_server_t* server_of(const json& zone) {
  SPF_dns_server_t* dns = SPF_dns_zone_new(nullptr, nullptr, 0);
  for (const auto& [name, entries] : zone.items()) {
    for (const json& entry : entries) {
      const auto type = kTypes.find(entry.at(0).get<std::string>());
      if (type == kTypes.end()) {
        SPF_dns_zone_add_str(dns, name.c_str(), ns_t_any, TRY_AGAIN, nullptr);
      } else {
        SPF_dns_zone_add_str(dns, name.c_str(), type->second, NETDB_SUCCESS,
                             data_of(type->second, entry.at(1)).c_str());
      }
    }
  }
  SPF_server_t* server = SPF_server_new_dns(dns, 0);
  SPF_server_set_rec_dom(server, "unknown");
  return server;
}

struct Case {
  SPF_server_t* server;
  std::string ip, mail_from, helo;
  std::vector<std::string> results;
};

SPF_result_t check(const Case& one) {
  SPF_request_t* request = SPF_request_new(one.server);
  if (one.ip.find(':') == std::string::npos) {
    SPF_request_set_ipv4_str(request, one.ip.c_str());
  } else {
    SPF_request_set_ipv6_str(request, one.ip.c_str());
  }
  SPF_request_set_helo_dom(request, one.helo.c_str());
  if (!one.mail_from.empty()) SPF_request_set_env_from(request, one.mail_from.c_str());
  SPF_response_t* response = nullptr;
  SPF_request_query_mailfrom(request, &response);
  const SPF_result_t result = SPF_response_result(response);
  SPF_response_free(response);
  SPF_request_free(request);
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream in(argc > 1 ? argv[1] : "");
  const json suite = json::parse(in);
  std::vector<Case> cases;
  for (const json& scenario : suite) {
    SPF_server_t* server = server_of(scenario.at("zone"));
    for (const json& one : scenario.at("tests")) {
      cases.push_back({server, one.at("host"), test::octets(one.at("mailfrom")), test::octets(one.at("helo")),
                       one.at("result").get<std::vector<std::string>>()});
    }
  }
  std::size_t right = 0;
  for (const Case& one : cases) {
    const std::string_view result = SPF_strresult(check(one));
    for (const std::string& allowed : one.results) right += allowed == result ? 1 : 0;
  }
  std::size_t checks = 0;
  const std::clock_t start = std::clock();
  double seconds = 0;
  while (seconds < 2) {
    for (const Case& one : cases) check(one);
    checks += cases.size();
    seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  }
  int major = 0;
  int minor = 0;
  int patch = 0;
  SPF_get_lib_version(&major, &minor, &patch);
  std::printf("%zu %.3f %d.%d.%d %zu\n", checks, seconds, major, minor, patch, right);
}
