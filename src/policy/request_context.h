#ifndef KAGIMORI_POLICY_REQUEST_CONTEXT_H_
#define KAGIMORI_POLICY_REQUEST_CONTEXT_H_

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/condition_key.h"

namespace kagimori::policy {

// What a request has for one condition key: nothing (the key is absent), one text or several. A small copyable view.
// Booleans are "true" and "false"; numbers decimal text; dates ISO 8601 or epoch seconds ("1546257599.0", which then
// serves Numeric and Date operators alike); binary values the bytes themselves.
class ConditionValues {
 public:
  ConditionValues() = default;                                         // absent
  ConditionValues(std::string_view value) : one_(value), count_(1) {}  // NOLINT: a value is what it is
  // An empty span is the same as absent.
  explicit ConditionValues(std::span<const std::string_view> values) : many_(values.data()), count_(values.size()) {}

  bool absent() const { return count_ == 0; }
  // Valid as long as this object.
  std::span<const std::string_view> values() const { return {many_ != nullptr ? many_ : &one_, count_}; }

 private:
  std::string_view one_;
  const std::string_view* many_ = nullptr;
  size_t count_ = 0;
};

// The condition keys of one request. Each source of values (the caller's session, the request's members, the resource)
// answers for its own enumerators alone, so that none can set another's key. Asked lazily, and only for the keys that a
// policy names; the same key may be asked for several times and must get the same answer.
class RequestContext {
 public:
  virtual ~RequestContext() = default;

  // The views must stay valid until the decision is made. May not throw. For a family with several entries that differ
  // in case alone (tags "Team" and "team", asked for "team"), give all of them: evaluation is then strict, see
  // evaluate.h.
  virtual ConditionValues Find(const ConditionKey& key) const = 0;
};

// Values in a map: the simulator, tests, callers that are not in a hurry.
class MapContext : public RequestContext {
 public:
  MapContext() = default;
  MapContext(const MapContext&) = delete;
  MapContext& operator=(const MapContext&) = delete;
  MapContext(MapContext&&) = default;
  MapContext& operator=(MapContext&&) = default;

  // Replaces what the key had. `name` as in a policy; false, and nothing is done, when it is no key's name.
  bool Set(std::string_view name, std::vector<std::string> values);
  bool Set(std::string_view name, std::string_view value) { return Set(name, std::vector{std::string(value)}); }

  ConditionValues Find(const ConditionKey& key) const override;

 private:
  struct Entry {
    std::vector<std::string> texts;
    std::vector<std::string_view> views;
  };
  std::map<ConditionKey, Entry> entries_;
};

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_REQUEST_CONTEXT_H_
