#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "wire/json_structure.h"
#include "wire/json_writer.h"
#include "wire/utf16.h"

namespace kagimori::wire {
namespace {

// The fault of `body`, or nothing. What follows the body is chosen to mislead.
std::optional<JsonFault> FaultOf(std::string_view body, char after = '"') {
  std::string padded(body);
  padded.append(kJsonPadding, after);
  auto document = JsonDocument::Parse(std::string_view(padded).substr(0, body.size()));
  return document ? std::nullopt : std::optional(document.error());
}

TEST(JsonDocument, TakesOneObject) {
  for (std::string_view body :
       {"{}", " \t\r\n{ } ", R"({"a":1})", R"({"a":[],"b":{},"c":[1,[2],{"x":null}],"d":true,"e":false})",
        R"({"a":-0.5e+10,"b":0,"c":1E5,"d":123456789012345678901234567890,"e":1e999})",
        R"({"":"","\"\\\/\b\f\n\r\t\u0041\ud83d\udd11":"é🔑"})", R"({"a":"  ","b" : "x\\" , "c":"\\\""})"}) {
    EXPECT_EQ(FaultOf(body), std::nullopt) << body;
    EXPECT_EQ(FaultOf(body, ' '), std::nullopt) << body;
    EXPECT_EQ(FaultOf(body, '\0'), std::nullopt) << body;
  }
}

TEST(JsonDocument, RefusesWhatIsNoObject) {
  EXPECT_EQ(FaultOf(""), JsonFault::kEmpty);
  EXPECT_EQ(FaultOf(" \n"), JsonFault::kEmpty);
  for (std::string_view body : {"[]", "\"x\"", "1", "null", "true", "x", ":", "]", "}"}) {
    EXPECT_EQ(FaultOf(body), JsonFault::kNotAnObject) << body;
  }
}

TEST(JsonDocument, RefusesBrokenGrammar) {
  for (std::string_view body : {"{",
                                "{\"",
                                "{\"a",
                                "{\"a\"",
                                "{\"a\":",
                                "{\"a\":1",
                                "{\"a\":1,",
                                "{\"a\":1,}",
                                "{,}",
                                "{\"a\" 1}",
                                "{\"a\":1 \"b\":2}",
                                "{a:1}",
                                "{1:1}",
                                "{\"a\":}",
                                "{\"a\":,}",
                                "{\"a\"::1}",
                                "{}}",
                                "{}{}",
                                "{} x",
                                "{},",
                                "{\"a\":1}]",
                                "{\"a\":[}",
                                "{\"a\":[1}",
                                "{\"a\":[1,]}",
                                "{\"a\":[,1]}",
                                "{\"a\":[1 2]}",
                                "{\"a\":{]}",
                                "{\"a\":\"b\"c}",
                                "{\"a\":\"b\" \"c\"}",
                                "{\"a\"b:1}",
                                "{'a':1}",
                                "{\"a\":1}//",
                                "{/**/}",
                                "\xEF\xBB\xBF{}"}) {
    EXPECT_TRUE(FaultOf(body).has_value()) << body;
    EXPECT_TRUE(FaultOf(body, '}').has_value()) << body;
    EXPECT_TRUE(FaultOf(body, ' ').has_value()) << body;
  }
}

TEST(JsonDocument, RefusesBadScalars) {
  for (std::string_view scalar : {"01",
                                  "+1",
                                  "-",
                                  "1.",
                                  ".5",
                                  "1e",
                                  "1e+",
                                  "0x1",
                                  "1a",
                                  "--1",
                                  "1-",
                                  "NaN",
                                  "Infinity",
                                  "tru",
                                  "truex",
                                  "nul",
                                  "True",
                                  "false1",
                                  "1\x0C",
                                  "1\x1A",
                                  "\x0C"
                                  "1",
                                  "t",
                                  "1\"x\"",
                                  "null\"\"",
                                  "\\u0041",
                                  "1_000"}) {
    EXPECT_TRUE(FaultOf("{\"a\":" + std::string(scalar) + "}").has_value()) << scalar;
    EXPECT_TRUE(FaultOf("{\"a\":[" + std::string(scalar) + "]}").has_value()) << scalar;
  }
  EXPECT_TRUE(FaultOf(std::string_view("{\"a\":1\0}", 8)).has_value());
  EXPECT_TRUE(FaultOf(std::string_view("{\"a\":\0}", 7)).has_value());
  EXPECT_TRUE(FaultOf(std::string_view("{\"a\":\"\0\"}", 9)).has_value());
  EXPECT_TRUE(FaultOf("{\"a\":\"\n\"}").has_value());
  EXPECT_TRUE(FaultOf("{\"a\":\"\x1F\"}").has_value());
}

TEST(JsonDocument, RefusesBadEscapes) {
  for (std::string_view text : {"\\x", "\\", "\\u", "\\u12", "\\u123g", "\\U0041", "\\'", "\\0", "a\\"}) {
    EXPECT_EQ(FaultOf("{\"a\":\"" + std::string(text) + "\"}"), JsonFault::kSyntax) << text;
    EXPECT_EQ(FaultOf("{\"" + std::string(text) + "\":1}"), JsonFault::kSyntax) << text;
  }
  for (std::string_view text :
       {"\\ud800", "\\udc00", "\\ud800\\ud800", "\\ud800x", "\\udc00\\ud800", "\\ud83d\\n", "\\ud83d \\udd11"}) {
    EXPECT_EQ(FaultOf("{\"a\":\"" + std::string(text) + "\"}"), JsonFault::kEncoding) << text;
  }
}

TEST(JsonDocument, RefusesBadUtf8) {
  for (std::string_view text :
       {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xF0\x9F\x94"}) {
    EXPECT_EQ(FaultOf("{\"a\":\"" + std::string(text) + "\"}"), JsonFault::kEncoding);
  }
}

TEST(JsonDocument, BoundsTheDepth) {
  auto nested = [](int depth, std::string_view open, std::string_view close) {
    std::string body = "{\"a\":";
    for (int i = 1; i < depth; ++i) body += open;
    body += "1";
    for (int i = 1; i < depth; ++i) body += close;
    return body + "}";
  };
  EXPECT_EQ(FaultOf(nested(32, "[", "]")), std::nullopt);
  EXPECT_EQ(FaultOf(nested(33, "[", "]")), JsonFault::kDepth);
  EXPECT_EQ(FaultOf(nested(32, "{\"b\":", "}")), std::nullopt);
  EXPECT_EQ(FaultOf(nested(33, "{\"b\":", "}")), JsonFault::kDepth);
  EXPECT_EQ(FaultOf("{\"a\":" + std::string(100'000, '[')), JsonFault::kDepth);
}

TEST(JsonDocument, TakesBigBodiesAndOutlivesItsThread) {
  std::string body = "{\"a\":\"" + std::string(300'000, 'x') + "\",\"b\":1}";
  size_t size = body.size();
  body.append(kJsonPadding, ' ');
  std::optional<JsonDocument> kept;
  std::thread([&] { kept.emplace(*JsonDocument::Parse(std::string_view(body).substr(0, size))); }).join();
  auto other = JsonDocument::Parse(std::string_view(body).substr(0, size));
  ASSERT_TRUE(other.has_value());
  for (JsonDocument* document : {&*kept, &*other}) {
    size_t seen = 0;
    JsonCursor json = document->root();
    json.TakeObject([&](std::string_view name, JsonCursor& value) {
      seen += name == "a" ? value.TakeRawString().size() : value.TakeNumber().size();
      return true;
    });
    EXPECT_EQ(seen, 300'001u);
  }
}

TEST(JsonCursor, WalksAndSkips) {
  std::string body = R"({"skip":{"a":[1,{"b":"}"}]},"list":[ 1 , "two" , [] , null, true ],"n":-1.5e3 })";
  size_t size = body.size();
  body.append(kJsonPadding, '}');
  auto document = JsonDocument::Parse(std::string_view(body).substr(0, size));
  ASSERT_TRUE(document.has_value());
  std::string seen;
  JsonCursor json = document->root();
  EXPECT_TRUE(json.TakeObject([&](std::string_view name, JsonCursor& value) {
    seen.append(name).append("=");
    if (name == "skip") value.Skip();
    if (name == "n") seen.append(value.TakeNumber());
    if (name == "list") {
      value.TakeArray([&](JsonCursor& element) {
        seen.append(std::to_string(static_cast<int>(element.type())));
        element.Skip();
        return true;
      });
    }
    seen.push_back(';');
    return true;
  }));
  EXPECT_EQ(seen, "skip=;list=23401;n=-1.5e3;");
  json = document->root();
  EXPECT_FALSE(json.TakeObject([](std::string_view, JsonCursor&) { return false; }));
}

TEST(JsonText, Unescapes) {
  std::string out = "x";
  AppendUnescaped(R"(a\"\\\/\b\f\n\r\t\u0000\u00e9\u30ad\ud83d\udd11z)", &out);
  EXPECT_EQ(out, std::string("xa\"\\/\b\f\n\r\t\0éキ🔑z", 21));
  EXPECT_EQ(Utf16Length("aé🔑"), 4u);
}

TEST(JsonWriter, EscapesText) {
  auto written = [](std::string_view text) {
    std::string out;
    AppendJsonString(text, &out);
    return out;
  };
  EXPECT_EQ(written("a\"b\\c/\n\r\t\b\f"), R"("a\"b\\c/\n\r\t\b\f")");
  EXPECT_EQ(written(std::string_view("\0\x1F\x7F", 3)), R"("\u0000\u001f\u007f")");
  EXPECT_EQ(written("é キ 🔑"), "\"é キ 🔑\"");
  for (std::string_view bad :
       {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xF0\x9F\x94"}) {
    std::string out = written("a" + std::string(bad) + "b");
    std::string body = "{\"x\":" + out + "}";
    EXPECT_EQ(FaultOf(body), std::nullopt);
    EXPECT_NE(out.find("\xEF\xBF\xBD"), std::string::npos);
    EXPECT_TRUE(out.starts_with("\"a") && out.ends_with("b\""));
  }
}

TEST(JsonWriter, PrintsTimestampsInFull) {
  auto printed = [](int64_t millis) {
    std::string out;
    AppendJsonTimestamp({millis}, &out);
    return out;
  };
  EXPECT_EQ(printed(1614905581947), "1614905581.947");
  EXPECT_EQ(printed(1614905581000), "1614905581.000");
  EXPECT_EQ(printed(5), "0.005");
  EXPECT_EQ(printed(-1500), "-1.500");
  EXPECT_EQ(printed(8640000000000000), "8640000000000.000");
}

}  // namespace
}  // namespace kagimori::wire
