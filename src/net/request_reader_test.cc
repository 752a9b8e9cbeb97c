#include "net/request_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace kagimori::net {
namespace {

constexpr size_t kMaxHead = 2048;
constexpr size_t kMaxFields = 8;

// One reader fed with bytes in pieces of a given size; keeps a text for every request, and "refused N".
class Feeder {
 public:
  explicit Feeder(size_t budget = 1 << 20, size_t body_limit = 60'000)
      : budget_(budget), body_limit_(body_limit), reader_(kMaxHead, &budget_) {
    reader_.Attach(std::make_unique<Workspace>(kMaxFields, RequestReader::WorkspaceBytes(kMaxHead)));
  }

  // Says whether the reader goes on.
  bool Feed(std::string_view bytes, size_t piece = SIZE_MAX) {
    while (!bytes.empty()) {
      const std::span<char> room = reader_.Room();
      const size_t n = std::min({bytes.size(), room.size(), piece});
      if (n == 0) {
        outcome_.push_back("no room");
        return false;
      }
      std::memcpy(room.data(), bytes.data(), n);
      reader_.Commit(n);
      bytes.remove_prefix(n);
      if (!Run()) return false;
    }
    return true;
  }

  const std::vector<std::string>& outcome() const { return outcome_; }
  RequestReader& reader() { return reader_; }
  UnreadBudget& budget() { return budget_; }

 private:
  bool Run() {
    for (;;) {
      switch (reader_.Advance()) {
        case RequestReader::Step::kNeedMore:
          return true;
        case RequestReader::Step::kHead:
          reader_.AllowBody(body_limit_);
          break;
        case RequestReader::Step::kRefused:
          outcome_.push_back("refused " + std::to_string(reader_.refusal()));
          return false;
        case RequestReader::Step::kComplete:
          Record();
          reader_.Finish();
      }
    }
  }

  void Record() {
    const RequestHead& head = reader_.head();
    std::string text = std::string(head.method) + " " + std::string(head.target);
    for (const HeaderField& field : head.fields) text.append("|").append(field.name).append("=").append(field.value);
    text.append("|").append(reader_.body().data(), reader_.body().size());
    // The padding is readable (a sanitizer or the kernel would say otherwise).
    unsigned sum = 0;
    for (size_t i = 0; i < kBodyPadding; ++i)
      sum += static_cast<unsigned char>(reader_.body().data()[reader_.body().size() + i]);
    outcome_.push_back(sum == UINT32_MAX ? "" : text);
  }

  UnreadBudget budget_;
  size_t body_limit_;
  RequestReader reader_;
  std::vector<std::string> outcome_;
};

std::vector<std::string> Read(std::string_view bytes, size_t piece = SIZE_MAX) {
  Feeder feeder;
  feeder.Feed(bytes, piece);
  return feeder.outcome();
}

using Outcome = std::vector<std::string>;

TEST(RequestReaderTest, KeepsOrderCaseDuplicatesAndInnerSpaces) {
  EXPECT_EQ(Read("POST /a?b=c HTTP/1.1\r\nHost:h\r\nX-b:  two  words \t\r\nx-B:\r\nContent-Length:3\r\n\r\nxyz"),
            Outcome{"POST /a?b=c|Host=h|X-b=two  words|x-B=|Content-Length=3|xyz"});
}

TEST(RequestReaderTest, PipelinedRequestsComeOneAfterTheOther) {
  const std::string one = "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
  const std::string two = "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_EQ(Read(one + two + one),
            (Outcome{"POST /1|Host=h|Content-Length=2|ab", "GET /2|Host=h|", "POST /1|Host=h|Content-Length=2|ab"}));
}

// Every sample, cut into pieces of every size, reads the same as in one piece.
TEST(RequestReaderTest, TheOutcomeDoesNotDependOnThePieces) {
  const std::string chunked_head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::string samples[] = {
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" + get,
      chunked_head + "3\r\nabc\r\nA;x=\"y z\";b\r\n0123456789\r\n0\r\nTrailer: gone\r\n\r\n" + get,
      chunked_head + "0\r\n\r\n" + get,
      chunked_head + "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n",
      chunked_head + "5\r\nhelloX\r\n0\r\n\r\n",
      chunked_head + "1;" + std::string(5000, 'e') + "\r\nx\r\n0\r\n\r\n",
      chunked_head + "0\r\nT: " + std::string(5000, 'e') + "\r\n\r\n",
      chunked_head + "fffff\r\nhello",
      "\r\n" + get + "\r\n" + get,
      "\r\n\r\n" + get,
      "GET / HTTP/1.1\r\nHost: h\r\nA: b\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n folded\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(kMaxHead, 'a') + "\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  };
  for (const std::string& sample : samples) {
    const Outcome whole = Read(sample);
    ASSERT_FALSE(whole.empty()) << sample;
    for (size_t piece = 1; piece < std::min<size_t>(sample.size(), 200); ++piece) {
      ASSERT_EQ(Read(sample, piece), whole) << "pieces of " << piece << ": " << sample;
    }
  }
}

TEST(RequestReaderTest, ChunksAreJoinedAndTrailersDropped) {
  EXPECT_EQ(Read("POST / HTTP/1.1\r\nHost: h\r\ntransfer-encoding: Chunked\r\n\r\n"
                 "3;ext=1\r\nabc\r\n0a\r\n0123456789\r\n0\r\nContent-Type: evil\r\n\r\n"),
            Outcome{"POST /|Host=h|transfer-encoding=Chunked|abc0123456789"});
}

TEST(RequestReaderTest, LargeBodiesComeWhole) {
  std::string body(50'000, '\0');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50000\r\n\r\n";
  const std::string expected = "POST /|Host=h|Content-Length=50000|" + body;
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  for (size_t piece : {SIZE_MAX, size_t{1}, size_t{7}, size_t{1000}, size_t{18'000}}) {
    EXPECT_EQ(Read(head + body + get, piece), (Outcome{expected, "GET /|Host=h|"})) << piece;
  }
  std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (size_t at = 0; at < body.size(); at += 12'500) chunked += "30D4\r\n" + body.substr(at, 12'500) + "\r\n";
  for (size_t piece : {SIZE_MAX, size_t{1}, size_t{7}, size_t{1000}}) {
    EXPECT_EQ(Read(chunked + "0\r\n\r\n" + get, piece),
              (Outcome{"POST /|Host=h|Transfer-Encoding=chunked|" + body, "GET /|Host=h|"}));
  }
}

struct Refusal {
  const char* what;
  std::string bytes;
  int status;
};

class RefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusalTest, IsRefused) {
  EXPECT_EQ(Read(GetParam().bytes), Outcome{"refused " + std::to_string(GetParam().status)});
  EXPECT_EQ(Read(GetParam().bytes, 1), Outcome{"refused " + std::to_string(GetParam().status)});
}

std::string Post(std::string fields, std::string body = "hello") {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

INSTANTIATE_TEST_SUITE_P(
    Smuggling, RefusalTest,
    ::testing::Values(
        Refusal{"both framings", Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
        Refusal{"both framings, the other way", Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
        Refusal{"two lengths", Post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
        Refusal{"the same length twice", Post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
        Refusal{"a list of lengths", Post("Content-Length: 5, 5\r\n"), 400},
        Refusal{"a signed length", Post("Content-Length: +5\r\n"), 400},
        Refusal{"a negative length", Post("Content-Length: -5\r\n"), 400},
        Refusal{"a hexadecimal length", Post("Content-Length: 0x5\r\n"), 400},
        Refusal{"an empty length", Post("Content-Length: \r\n"), 400},
        Refusal{"a length with a tail", Post("Content-Length: 5 \v\r\n"), 400},
        Refusal{"a length over 64 bits", Post("Content-Length: 18446744073709551621\r\n"), 400},
        Refusal{"an unknown coding", Post("Transfer-Encoding: gzip\r\n"), 501},
        Refusal{"a coding before chunked", Post("Transfer-Encoding: gzip, chunked\r\n"), 501},
        Refusal{"a coding after chunked", Post("Transfer-Encoding: chunked, identity\r\n"), 501},
        Refusal{"chunked twice", Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        Refusal{"chunked and another", Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n"), 400},
        Refusal{"xchunked", Post("Transfer-Encoding: xchunked\r\n"), 501},
        Refusal{"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Refusal{"space before the colon", Post("Content-Length : 5\r\n"), 400},
        Refusal{"a folded line", Post("X: a\r\n b\r\n"), 400},
        Refusal{"a folded line of a tab", Post("X: a\r\n\tContent-Length: 3\r\n"), 400},
        Refusal{"a folded first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
        Refusal{"a bare LF", Post("X: a\nContent-Length: 3\r\n"), 400},
        Refusal{"a bare LF at the end", "GET / HTTP/1.1\r\nHost: h\n\n", 400},
        Refusal{"a bare CR", Post("X: a\rContent-Length: 3\r\n"), 400},
        Refusal{"a NUL in a value", Post(std::string("X: a\0b\r\n", 8)), 400},
        Refusal{"a control character in a value", Post("X: a\x01\r\n"), 400},
        Refusal{"DEL in a value", Post("X: a\x7f\r\n"), 400}, Refusal{"no name", Post(": a\r\n"), 400},
        Refusal{"no colon", Post("Xa\r\n"), 400}, Refusal{"a name that is no token", Post("X(y): a\r\n"), 400},
        Refusal{"a name beyond ASCII", Post("X\xc3\xa4: a\r\n"), 400},
        Refusal{"a space in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 505},
        Refusal{"bytes beyond ASCII in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Refusal{"two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Refusal{"an absolute target", "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Refusal{"an authority target", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Refusal{"no host", "GET / HTTP/1.1\r\n\r\n", 400},
        Refusal{"two hosts", "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400},
        Refusal{"HTTP/0.9", "GET /\r\n\r\n", 400}, Refusal{"HTTP/1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505},
        Refusal{"HTTP/2 with prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        Refusal{"TLS on the plain port", "\x16\x03\x01\x02", 400},
        Refusal{"another expectation", Post("Expect: 200-ok\r\nContent-Length: 5\r\n"), 417},
        Refusal{"a long head", "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(kMaxHead, 'a'), 431},
        Refusal{"many fields", "GET / HTTP/1.1\r\nHost: h\r\na:\r\nb:\r\nc:\r\nd:\r\ne:\r\nf:\r\ng:\r\nh:\r\n\r\n",
                431},
        Refusal{"a long body", Post("Content-Length: 60001\r\n"), 413},
        Refusal{"a long chunk", Post("Transfer-Encoding: chunked\r\n", "EA61\r\n"), 413},
        Refusal{"a huge chunk", Post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n"), 413},
        Refusal{"an overflowing chunk", Post("Transfer-Encoding: chunked\r\n", "10000000000000005\r\n"), 400},
        Refusal{"a negative chunk", Post("Transfer-Encoding: chunked\r\n", "-1\r\nhello"), 400},
        Refusal{"a prefixed chunk", Post("Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n"), 400},
        Refusal{"a chunk ended by LF", Post("Transfer-Encoding: chunked\r\n", "5\nhello\r\n0\r\n\r\n\r\n"), 400},
        Refusal{"an LF in an extension", Post("Transfer-Encoding: chunked\r\n", "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n"),
                400},
        Refusal{"a bare CR in an extension", Post("Transfer-Encoding: chunked\r\n", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
                400},
        Refusal{"a lying chunk", Post("Transfer-Encoding: chunked\r\n", "3\r\nhello\r\n0\r\n\r\n"), 400},
        Refusal{"a long extension", Post("Transfer-Encoding: chunked\r\n", "5;" + std::string(5000, 'x')), 400},
        Refusal{"a length in the trailer", Post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 5\r\n\r\n"),
                400}),
    [](const auto& info) {
      std::string name = info.param.what;
      for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
      return name;
    });

TEST(RequestReaderTest, FramingMayNotOutweighTheBody) {
  std::string bytes = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) bytes += "1;" + std::string(1000, 'e') + "\r\nx\r\n";
  EXPECT_EQ(Read(bytes), Outcome{"refused 400"});
}

TEST(RequestReaderTest, UnfinishedRequestsAreBoundedTogether) {
  Feeder feeder(8192);
  EXPECT_TRUE(feeder.Feed("POST / HTTP/1.1\r\nHost: h\r\n"));
  EXPECT_EQ(feeder.budget().used(), 4096u);
  EXPECT_TRUE(feeder.Feed("Content-Length: 40000\r\n\r\n"));
  EXPECT_EQ(feeder.budget().used(), 4096u);  // announced only
  EXPECT_FALSE(feeder.Feed("x"));
  EXPECT_EQ(feeder.outcome(), Outcome{"refused 503"});
  auto workspace = feeder.reader().Detach();
  EXPECT_EQ(feeder.budget().used(), 0u);
}

TEST(RequestReaderTest, AFinishedRequestIsNotCharged) {
  Feeder feeder;
  EXPECT_TRUE(feeder.Feed("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 30000\r\n\r\n" + std::string(29'999, 'x')));
  EXPECT_GE(feeder.budget().used(), 30'000u);
  EXPECT_TRUE(feeder.Feed("x"));
  EXPECT_EQ(feeder.budget().used(), 0u);
}

TEST(RequestReaderTest, FinishWipesWhatTheRequestWrote) {
  Feeder feeder;
  EXPECT_TRUE(feeder.Feed("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\nsecret canaryGET "));
  auto workspace = feeder.reader().Detach();
  for (char c : workspace->bytes()) ASSERT_EQ(c, '\0');
}

TEST(RequestReaderTest, TellsWhoWaitsForAWord) {
  Feeder feeder;
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
  feeder.Feed(head);
  EXPECT_TRUE(feeder.reader().wants_continue());
  feeder.Feed("a");
  EXPECT_FALSE(feeder.reader().wants_continue());
  feeder.Feed("b");
  EXPECT_EQ(feeder.outcome().size(), 1u);
}

}  // namespace
}  // namespace kagimori::net
