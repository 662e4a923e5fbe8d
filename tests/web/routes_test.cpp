#include <support/catch.hpp>

#include <envelint/web/api.hpp>
#include <envelint/web/assets.hpp>

#include <nlohmann/json.hpp>

#include <set>
#include <string>

using namespace envelint;

TEST_CASE("The description of the API has what the API has, and no more") {
  std::set<std::string> answered;
  for (const web::Route& route : web::routes())
    answered.insert(std::string(route.method) + " " + std::string(route.path));
  std::set<std::string> described;
  const web::Asset* description = web::find_asset("openapi.json");
  REQUIRE(description != nullptr);
  const auto document = nlohmann::json::parse(description->octets);
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [key, operation] : item.items()) {
      if (key == "parameters") continue;
      std::string method = key;
      for (char& c : method) c = static_cast<char>(c - 'a' + 'A');
      described.insert(method + " " + path);
    }
  }
  CHECK(answered == described);
}

TEST_CASE("A path is one of those there are as a whole, or none") {
  const auto store = inbox::memory_store();
  web::Feed feed(*store);
  web::Api api(*store, feed, nullptr, {});
  const auto status = [&](const std::string& method, const std::string& path) {
    web::Request request;
    request.method = method;
    request.path = path;
    return api.answer(request).status;
  };
  CHECK(status("GET", "/api/v1/status") == 200);
  CHECK(status("GET", "/api/v1/status/") == 404);
  CHECK(status("GET", "/api/v1/") == 404);
  CHECK(status("GET", "/api/v1") == 404);
  CHECK(status("GET", "/api/v1x/status") == 404);
  CHECK(status("GET", "/api/v1//status") == 404);
  CHECK(status("GET", "/api/v2/status") == 404);
  CHECK(status("PUT", "/api/v1/status") == 405);
  CHECK(status("GET", "/api/v1/messages/-1") == 404);
  CHECK(status("GET", "/api/v1/messages/18446744073709551616") == 404);
  CHECK(status("GET", "/api/v1/messages/1/raw/x") == 404);
}
