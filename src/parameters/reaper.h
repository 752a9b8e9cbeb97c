#ifndef KAGIMORI_PARAMETERS_REAPER_H_
#define KAGIMORI_PARAMETERS_REAPER_H_

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "parameters/parameter.h"
#include "parameters/parameter_table.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::parameters {

// Ends the parameters whose time is over (their policy Expiration), and takes away what is left of those that were
// deleted: older versions, labels, tags and entries of the hierarchy, in bounded steps. Both are gone for every caller
// already, whether or not this has run.
//
// Blocking; run by one background thread.
class Reaper {
 public:
  // The audit event of a parameter that expired: a record of the outbox that is committed with it, and what hands it to
  // the audit log then.
  struct Event {
    store::Put put;
    std::function<Result<>()> deliver;
  };
  using MakeEvent = std::function<Event(const Parameter&)>;

  // REQUIRES: all outlive this.
  Reaper(const seal::KeyHierarchy* hierarchy, store::Store* store, ParameterTable* table, const Clock* clock,
         MakeEvent make_event)
      : hierarchy_(hierarchy), store_(store), table_(table), clock_(clock), make_event_(std::move(make_event)) {}

  // Handles everything that is due now. Gives how many expired, or the first error after the rest was handled all the
  // same.
  Result<size_t> RunOnce();

 private:
  // Whether a parameter was ended.
  Result<bool> Expire(const store::Record& due);
  Result<> Clean(const store::Record& gone);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  ParameterTable* table_;
  const Clock* clock_;
  MakeEvent make_event_;
};

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_REAPER_H_
