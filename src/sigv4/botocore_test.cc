// Requests that botocore signed (tools/make_sigv4_fixtures.py), verified.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "sigv4/testing/test_request.h"
#include "wire/query.h"

namespace kagimori::sigv4 {
namespace {

struct Fixture {
  TestRequest request;
  std::map<std::string, std::string> values;
};

std::string Decode(std::string_view text) {
  std::string decoded;
  EXPECT_TRUE(wire::AppendPercentDecoded(text, wire::PlusSign::kLiteral, &decoded)) << text;
  return decoded;
}

std::vector<Fixture> ReadFixtures() {
  std::ifstream file(KAGIMORI_SIGV4_TESTDATA "/botocore.txt");
  std::vector<Fixture> fixtures;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty()) continue;
    const size_t space = line.find(' ');
    const std::string key = line.substr(0, space);
    const std::string value = line.substr(space + 1);
    if (key == "case") fixtures.emplace_back();
    Fixture& fixture = fixtures.back();
    if (key == "field") {
      const size_t colon = value.find(':');
      fixture.request.fields.push_back({Decode(value.substr(0, colon)), Decode(value.substr(colon + 1))});
    } else {
      fixture.values[key] = Decode(value);
    }
  }
  for (Fixture& fixture : fixtures) {
    fixture.request.method = fixture.values["method"];
    fixture.request.target = fixture.values["target"];
    fixture.request.body = fixture.values["body"];
  }
  return fixtures;
}

TEST(Botocore, EveryRequestVerifies) {
  const std::vector<Fixture> fixtures = ReadFixtures();
  ASSERT_GE(fixtures.size(), 80u);
  for (Fixture fixture : fixtures) {
    const std::string& service = fixture.values["service"];
    EXPECT_EQ(Check(fixture.request, At(kTestSeconds), {service}), "") << fixture.values["case"];

    const net::RequestHead head = fixture.request.Head();
    const auto parsed = ParseAuthorization(head, {service}, At(kTestSeconds));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->access_key_id, fixture.values["akid"]);
    EXPECT_EQ(parsed->region.name(), fixture.values["region"]);
    EXPECT_EQ(parsed->session_token, fixture.values["token"]);
    EXPECT_EQ(PeekScope(head).access_key_id, fixture.values["akid"]);
    EXPECT_EQ(PeekScope(head).region, fixture.values["region"]);
    EXPECT_EQ(PeekScope(head).service, service);
  }
}

TEST(Botocore, NoRequestVerifiesWithAnotherBodyMethodOrHost) {
  for (Fixture fixture : ReadFixtures()) {
    const std::string& service = fixture.values["service"];
    TestRequest altered = fixture.request;
    altered.body += " ";
    EXPECT_NE(Check(altered, At(kTestSeconds), {service}), "") << fixture.values["case"];
    altered = fixture.request;
    altered.method = "DELETE";
    EXPECT_NE(Check(altered, At(kTestSeconds), {service}), "") << fixture.values["case"];
    altered = fixture.request;
    altered.Value("host") = "localhost";
    EXPECT_NE(Check(altered, At(kTestSeconds), {service}), "") << fixture.values["case"];
  }
}

}  // namespace
}  // namespace kagimori::sigv4
