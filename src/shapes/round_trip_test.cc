// What Encode writes, Decode reads back, for random values of every structure of the model.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "shapes/codec.h"
#include "shapes/testing/codec_testing.h"
#include "wire/json_structure.h"

namespace kagimori::shapes {
namespace {

// Fills members with random values, valid or not, and leaves some optional ones out.
class Filler {
 public:
  explicit Filler(unsigned seed) : random_(seed) {}

  template <class T>
  void Member(const MemberInfo&, std::optional<T>& member) {
    if (Below(3) != 0) Fill(member.emplace());
  }
  template <class T>
  void Member(const MemberInfo&, T& member) {
    Fill(member);
  }

  void Fill(std::string& text) {
    static constexpr const char* kPieces[] = {
        "a", "\"", "\\", "/", "\n", "\x01", "\x7F", "\xC3\xA9", "\xE3\x82\xAD", "\xF0\x9F\x94\x91", " ", "\t"};
    for (unsigned i = Below(12); i > 0; --i) text += kPieces[Below(std::size(kPieces))];
    if (Below(8) == 0) text.push_back('\0');
  }
  void Fill(SecretText& text) {
    std::string plain;
    Fill(plain);
    text.bytes = secret::SecretBytes::CopyOf(AsBytes(plain));
  }
  void Fill(Bytes& bytes) {
    for (unsigned i = Below(40); i > 0; --i) bytes.push_back(static_cast<uint8_t>(Below(256)));
  }
  void Fill(secret::SecretBytes& bytes) {
    Bytes plain;
    Fill(plain);
    bytes = secret::SecretBytes::CopyOf(plain);
  }
  void Fill(int32_t& number) { number = static_cast<int32_t>(random_()); }
  void Fill(bool& value) { value = Below(2) != 0; }
  void Fill(Timestamp& time) { time.millis = static_cast<int64_t>(random_() % 4'000'000'000'000) - 1'000'000'000'000; }
  void Fill(StringMap& map) {
    std::vector<StringMap::Entry> entries(Below(4));
    for (auto& [key, value] : entries) {
      Fill(key);
      Fill(value);
    }
    map = StringMap(std::move(entries));
  }
  template <ApiEnum E>
  void Fill(E& value) {
    value = static_cast<E>(Below(EnumTraits<E>::kNames.size()));
  }
  template <Structure T>
  void Fill(T& value) {
    T::Visit(*this, value);
  }
  template <class T>
  void Fill(std::vector<T>& list) {
    for (unsigned i = Below(4); i > 0; --i) Fill(list.emplace_back());
  }

 private:
  unsigned Below(size_t bound) { return static_cast<unsigned>(random_() % bound); }
  std::mt19937_64 random_;
};

template <class T>
void RoundTrip(unsigned seed) {
  T first;
  Filler filler(seed);
  filler.Fill(first);
  std::string text;
  EncodeValue(first, &text);

  SizeBound bound;
  T::Visit(bound, first);
  EXPECT_LE(text.size(), bound.bytes());

  size_t size = text.size();
  std::string padded = text + std::string(wire::kJsonPadding, '{');
  auto document = wire::JsonDocument::Parse(std::string_view(padded).substr(0, size));
  ASSERT_TRUE(document.has_value()) << text;
  T second;
  DecodeNotes notes;
  wire::JsonCursor json = document->root();
  ASSERT_TRUE(DecodeValue(json, second, notes)) << notes.failure << "\n" << text;
  EXPECT_TRUE(notes.unknown_enums.empty());
  std::string again;
  EncodeValue(second, &again);
  EXPECT_EQ(text, again);
}

TEST(RoundTrip, EveryStructure) {
  int count = 0;
  ForEachOperation([&]<class Op>() {
    for (unsigned seed = 0; seed < 30; ++seed) {
      RoundTrip<typename Op::Request>(seed);
      RoundTrip<typename Op::Response>(seed);
    }
    ++count;
  });
  EXPECT_EQ(count, 56);
}

// Whatever was decoded can be validated and shown to the audit.
TEST(RoundTrip, ValidateAndRedactTakeEveryStructure) {
  ForEachOperation([&]<class Op>() {
    for (unsigned seed = 0; seed < 30; ++seed) {
      typename Op::Request request;
      typename Op::Response response;
      Filler filler(seed);
      filler.Fill(request);
      filler.Fill(response);
      std::string text;
      EncodeValue(request, &text);
      std::string failure = testing::DecodeFailure<typename Op::Request>(text);
      EXPECT_TRUE(failure == "ok" || failure.starts_with(R"({"__type":"ValidationException","message":")")) << failure;

      for (bool of_request : {true, false}) {
        std::string audit = "{\"x\":";
        if (of_request) {
          AppendRequestParameters(request, &audit);
        } else {
          AppendResponseElements<Op>(response, "arn:x", &audit);
        }
        audit += "}";
        size_t size = audit.size();
        audit.append(wire::kJsonPadding, ' ');
        EXPECT_TRUE(wire::JsonDocument::Parse(std::string_view(audit).substr(0, size)).has_value()) << audit;
      }
    }
  });
}

}  // namespace
}  // namespace kagimori::shapes
