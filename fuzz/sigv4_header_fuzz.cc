// Requests with arbitrary targets, fields and bodies through the whole verifier.
//
// Input: lines, each ended by '\n': target, then fields "name:value"; after an empty line the body. The first byte
// chooses service and time. Nothing must crash, and nothing must verify: the secret is not in the corpus.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "net/http.h"
#include "secret/secret_bytes.h"
#include "sigv4/canonical.h"
#include "sigv4/verifier.h"

namespace kagimori::sigv4 {
namespace {

std::string_view TakeLine(std::string_view* rest) {
  const std::string_view line = rest->substr(0, rest->find('\n'));
  rest->remove_prefix(line.size() < rest->size() ? line.size() + 1 : line.size());
  return line;
}

void Run(std::string_view input) {
  if (input.empty()) return;
  const bool json = (input[0] & 1) != 0;
  const Timestamp now{(input[0] & 2) != 0 ? 1735787045000 : 1369353600000};
  input.remove_prefix(1);

  net::RequestHead head;
  head.method = "POST";
  head.target = TakeLine(&input);
  std::vector<net::HeaderField> fields;
  for (std::string_view line = TakeLine(&input); !line.empty(); line = TakeLine(&input)) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    fields.push_back({line.substr(0, colon), line.substr(colon + 1)});
  }
  head.fields = fields;

  const Expectation expectation{json ? "kms" : "sts", json ? Protocol::kJson : Protocol::kQuery};
  PeekScope(head);
  const auto parsed = ParseAuthorization(head, expectation, now);
  if (!parsed) {
    // Messages go to clients as JSON and XML and to the log.
    for (char c : parsed.error().message) {
      if (c < 0x20 || c > 0x7E) abort();
    }
    return;
  }
  if (parsed->access_key_id.empty() || parsed->date.size() != 8) abort();
  static const secret::SecretBytes& secret =
      *new secret::SecretBytes(secret::SecretBytes::CopyOf(AsBytes("not in the corpus")));
  static Verifier& verifier = *new Verifier;
  if (verifier.Verify(head, *parsed, AsBytes(input), {parsed->access_key_id, 1, secret})) abort();

  // A canonical path is absolute, whatever it was made from.
  std::string canonical;
  AppendCanonicalPath(head.target, &canonical);
  if (canonical.empty() || canonical[0] != '/') abort();
}

}  // namespace
}  // namespace kagimori::sigv4

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kagimori::sigv4::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
