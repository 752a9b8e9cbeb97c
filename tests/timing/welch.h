#ifndef KAGIMORI_TESTS_TIMING_WELCH_H_
#define KAGIMORI_TESTS_TIMING_WELCH_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// The statistics of dudect (Reparaz, Balasch, Verbauwhede: "Dude, is my code constant time?", 2017): two classes of
// measurements are cut at the same percentiles, since the slow ones tell of the machine, and Welch's t-test asks
// whether their means differ.
namespace kagimori::timing {

// Shares of the fastest measurements that are looked at, each for itself.
inline constexpr double kCrops[] = {1.0, 0.99, 0.95, 0.9, 0.75, 0.5, 0.25};

struct Difference {
  double t = 0;       // the largest |t| of all crops
  double crop = 0;    // where it was
  double cycles = 0;  // the means' difference there
};

struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;  // sum of squared distances from the mean

  void Add(double value) {  // Welford's method
    ++count;
    const double distance = value - mean;
    mean += distance / count;
    squares += distance * (value - mean);
  }
  double variance() const { return squares / (count - 1); }
};

inline Moments MomentsBelow(std::span<const uint64_t> samples, uint64_t limit) {
  Moments moments;
  for (const uint64_t sample : samples) {
    if (sample <= limit) moments.Add(static_cast<double>(sample));
  }
  return moments;
}

inline Difference Compare(std::span<const uint64_t> a, std::span<const uint64_t> b) {
  std::vector<uint64_t> both(a.begin(), a.end());
  both.insert(both.end(), b.begin(), b.end());
  std::ranges::sort(both);
  Difference largest;
  for (const double crop : kCrops) {
    const size_t last = static_cast<size_t>(crop * static_cast<double>(both.size() - 1));
    const Moments x = MomentsBelow(a, both[last]);
    const Moments y = MomentsBelow(b, both[last]);
    if (x.count < 2 || y.count < 2) return {.t = INFINITY, .crop = crop, .cycles = INFINITY};  // wholly apart
    const double cycles = x.mean - y.mean;
    const double t = std::abs(cycles) / std::sqrt(x.variance() / x.count + y.variance() / y.count);
    if (t > largest.t) largest = {.t = t, .crop = crop, .cycles = cycles};
  }
  return largest;
}

}  // namespace kagimori::timing

#endif  // KAGIMORI_TESTS_TIMING_WELCH_H_
