#include "wire/xml.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <pugixml.hpp>
#include <random>
#include <string>

namespace kagimori::wire {
namespace {

std::string Escaped(std::string_view text) {
  std::string out;
  AppendXmlText(text, &out);
  return out;
}

TEST(Xml, Escapes) {
  EXPECT_EQ(Escaped("plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x94\x91"), "plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x94\x91");
  EXPECT_EQ(Escaped("<a href=\"x\">&'</a>"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(Escaped("]]>"), "]]&gt;");
  EXPECT_EQ(Escaped("a\tb\r\nc"), "a&#9;b&#13;&#10;c");
}

TEST(Xml, WhatXmlCannotHoldIsReplaced) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(Escaped(std::string_view("a\0b\x1F", 4)), "a" + r + "b" + r);
  EXPECT_EQ(Escaped("\x80"), r);
  EXPECT_EQ(Escaped("\xC0\xAF"), r + r);                  // overlong '/'
  EXPECT_EQ(Escaped("\xE0\x80\xBC"), r + r + r);          // overlong '<'
  EXPECT_EQ(Escaped("\xED\xA0\x80"), r + r + r);          // a surrogate
  EXPECT_EQ(Escaped("\xEF\xBF\xBF"), r + r + r);          // U+FFFF
  EXPECT_EQ(Escaped("\xF4\x90\x80\x80"), r + r + r + r);  // beyond U+10FFFF
  EXPECT_EQ(Escaped("\xF0\x80\x80\x80"), r + r + r + r);  // overlong
  EXPECT_EQ(Escaped("\xE2\x82"), r + r);                  // cut
  EXPECT_EQ(Escaped("\xE2<"), r + "&lt;");                // a lead byte does not swallow markup
  EXPECT_EQ(Escaped("\xEF\xBF\xBD\xEE\x80\x80\xF4\x8F\xBF\xBF"), "\xEF\xBF\xBD\xEE\x80\x80\xF4\x8F\xBF\xBF");
}

// Whatever goes in, a real parser reads one element whose text says what was put in.
TEST(Xml, AParserReadsBackWhatWasWritten) {
  std::mt19937 random(1);
  const std::string alphabet = "ab<>&\"'\t\r\n ]/!-\xC3\xA9";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0, size = random() % 12; i < size; ++i) {
      const char c = alphabet[random() % alphabet.size()];
      text += c == '\xC3' || c == '\xA9' ? "\xC3\xA9" : std::string(1, c);
    }
    std::string document;
    XmlWriter(&document).Element("Text", text);
    pugi::xml_document parsed;
    ASSERT_TRUE(parsed.load_buffer(document.data(), document.size(), pugi::parse_default | pugi::parse_ws_pcdata))
        << document;
    EXPECT_EQ(parsed.child("Text").text().get(), text) << document;
  }
}

TEST(Xml, RandomBytesNeverBreakADocument) {
  std::mt19937 random(2);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0, size = random() % 20; i < size; ++i) text += static_cast<char>(random());
    const std::string document = QueryErrorDocument(text, QueryFault::kSender, "Code", text, "id");
    pugi::xml_document parsed;
    ASSERT_TRUE(parsed.load_buffer(document.data(), document.size())) << document;
    EXPECT_STREQ(parsed.child("ErrorResponse").child("RequestId").text().get(), "id");
  }
}

TEST(Xml, Elements) {
  std::string out;
  XmlWriter xml(&out);
  xml.Open("A");
  xml.Element("Text", "x");
  xml.Element("Yes", true);
  xml.Element("No", false);
  xml.Element("Number", int64_t{-42});
  xml.Element("Least", std::numeric_limits<int64_t>::min());
  xml.Close("A");
  EXPECT_EQ(
      out, "<A><Text>x</Text><Yes>true</Yes><No>false</No><Number>-42</Number><Least>-9223372036854775808</Least></A>");
}

TEST(Xml, QueryResponse) {
  std::string out;
  XmlWriter xml(&out);
  OpenQueryResponse("GetCallerIdentity", "https://sts.amazonaws.com/doc/2011-06-15/", ResultElement::kPresent, &xml);
  xml.Element("Account", "111122223333");
  CloseQueryResponse("GetCallerIdentity", ResultElement::kPresent, "id", &xml);
  EXPECT_EQ(out,
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
            "<Account>111122223333</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>id</RequestId>"
            "</ResponseMetadata></GetCallerIdentityResponse>");
  out.clear();
  OpenQueryResponse("DeleteUser", "https://iam.amazonaws.com/doc/2010-05-08/", ResultElement::kAbsent, &xml);
  CloseQueryResponse("DeleteUser", ResultElement::kAbsent, "id", &xml);
  EXPECT_EQ(out,
            "<DeleteUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ResponseMetadata><RequestId>id"
            "</RequestId></ResponseMetadata></DeleteUserResponse>");
}

TEST(Xml, QueryError) {
  EXPECT_EQ(QueryErrorDocument("https://sts.amazonaws.com/doc/2011-06-15/", QueryFault::kSender, "InvalidClientTokenId",
                               "The security token <x> is invalid", "id"),
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
            "<Code>InvalidClientTokenId</Code><Message>The security token &lt;x&gt; is invalid</Message></Error>"
            "<RequestId>id</RequestId></ErrorResponse>");
  EXPECT_NE(QueryErrorDocument("", QueryFault::kReceiver, "ServiceFailure", "", "").find("<Type>Receiver</Type>"),
            std::string::npos);
}

}  // namespace
}  // namespace kagimori::wire
