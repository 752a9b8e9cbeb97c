// canary_search SECRETS PUBLIC KNOWN FILE…: finds what of SECRETS, but for what PUBLIC has as well, and of KNOWN is in
// the files. Every line of the output is a place:
//   FILE OFFSET raw|hex|base64 TEXT
//
// A secret is looked for in windows of eight bytes at every offset, since a freed block's head is overwritten by the
// allocator; as hexadecimal digits of either case and as base64 at each of the three alignments. Windows of few
// different bytes (zeros, counters, lengths) say nothing and are left out. Exit code 0: nothing found; 1: something.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

constexpr size_t kWindow = 8;
constexpr int kLeastDifferent = 6;
constexpr size_t kMostPlaces = 50;  // of a file

enum class Form : uint8_t { kRaw, kHex, kBase64 };
constexpr const char* kNames[] = {"raw", "hex", "base64"};

std::vector<uint8_t> ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path);
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

uint64_t Load(const void* from) {
  uint64_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

bool Says(const uint8_t* window) {
  std::array<uint8_t, kWindow> bytes;
  std::copy_n(window, kWindow, bytes.begin());
  std::ranges::sort(bytes);
  return std::unique(bytes.begin(), bytes.end()) - bytes.begin() >= kLeastDifferent;
}

class Windows {
 public:
  void Add(uint64_t window, Form form) {
    seen_.emplace(window, form);
    filter_[Hash(window)] = 1;
  }
  // -1: none.
  int Find(uint64_t window) const {
    if (filter_[Hash(window)] == 0) return -1;
    auto found = seen_.find(window);
    return found == seen_.end() ? -1 : static_cast<int>(found->second);
  }
  void Remove(uint64_t window) { seen_.erase(window); }
  size_t size() const { return seen_.size(); }

 private:
  static size_t Hash(uint64_t window) { return (window * 0x9E3779B97F4A7C15ull) >> 40; }
  std::unordered_map<uint64_t, Form> seen_;
  std::vector<uint8_t> filter_ = std::vector<uint8_t>(1 << 24);
};

// Calls `visit(window, form)` for what eight bytes look like in each form.
template <class Visit>
void ForEachForm(const uint8_t* bytes, Visit visit) {
  visit(Load(bytes), Form::kRaw);
  char text[kWindow];
  // Eight digits are only four bytes, which is too little: two windows side by side are asked for when one is found.
  for (const char* digits : {"0123456789abcdef", "0123456789ABCDEF"}) {
    for (size_t i = 0; i < kWindow / 2; ++i) {
      text[2 * i] = digits[bytes[i] >> 4];
      text[2 * i + 1] = digits[bytes[i] & 15];
    }
    visit(Load(text), Form::kHex);
  }
  // Six bytes that begin a group of three; every alignment is met, since every offset is taken.
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t group = 0; group < 2; ++group) {
    const uint32_t value = bytes[3 * group] << 16 | bytes[3 * group + 1] << 8 | bytes[3 * group + 2];
    for (int i = 0; i < 4; ++i) text[4 * group + i] = kDigits[value >> (18 - 6 * i) & 63];
  }
  visit(Load(text), Form::kBase64);
}

template <class Visit>
void ForEachWindow(const char* path, Visit visit) {
  const std::vector<uint8_t> bytes = ReadFile(path);
  for (size_t at = 0; at + kWindow <= bytes.size(); ++at) {
    if (Says(&bytes[at])) ForEachForm(&bytes[at], visit);
  }
}

// Hexadecimal is a sighting only when it goes on: 16 digits in a row.
bool GoesOn(const Windows& windows, const std::vector<uint8_t>& bytes, size_t at) {
  return at + 2 * kWindow <= bytes.size() && windows.Find(Load(&bytes[at + kWindow])) == static_cast<int>(Form::kHex);
}

size_t Search(const Windows& windows, const char* path) {
  const std::vector<uint8_t> bytes = ReadFile(path);
  size_t places = 0;
  for (size_t at = 0; at + kWindow <= bytes.size() && places < kMostPlaces; ++at) {
    const int form = windows.Find(Load(&bytes[at]));
    if (form < 0 || (form == static_cast<int>(Form::kHex) && !GoesOn(windows, bytes, at))) continue;
    ++places;
    std::string shown;
    for (size_t i = at > 8 ? at - 8 : 0; i < std::min(at + 40, bytes.size()); ++i) {
      shown.push_back(bytes[i] >= 0x20 && bytes[i] < 0x7f ? static_cast<char>(bytes[i]) : '.');
    }
    std::printf("%s %zu %s %s\n", path, at, kNames[form], shown.c_str());
    at += 63;
  }
  return places;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  Windows windows;
  auto add = [&](uint64_t window, Form form) { windows.Add(window, form); };
  ForEachWindow(argv[1], add);
  ForEachWindow(argv[2], [&](uint64_t window, Form) { windows.Remove(window); });
  ForEachWindow(argv[3], add);
  std::fprintf(stderr, "%zu windows\n", windows.size());
  if (windows.size() < 100) return 2;  // no secrets: the search would prove nothing
  size_t places = 0;
  for (int i = 4; i < argc; ++i) places += Search(windows, argv[i]);
  return places == 0 ? 0 : 1;
}
