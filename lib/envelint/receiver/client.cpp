#include <envelint/receiver/client.hpp>

#include <envelint/net/registry.hpp>

namespace envelint::receiver {

verdict::Envelope envelope_of(const smtp::Envelope& envelope, const ClientOverride& client) {
  const std::string& told = envelope.client.hello.empty() ? envelope.hello_name : envelope.client.hello;
  verdict::Envelope out(client.address.value_or(envelope.client.address), client.helo.value_or(told),
                        envelope.from.path.written);
  out.tls = envelope.tls.has_value();
  return out;
}

bool says_nothing(const smtp::Envelope& envelope, const ClientOverride& client) {
  return !client.address && envelope.client.source == smtp::Client::Source::peer &&
         net::is_inner(envelope.client.address);
}

}  // namespace envelint::receiver
