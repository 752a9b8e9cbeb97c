#include "keys/term_rotation.h"

#include <pthread.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/log.h"

namespace kagimori::keys {
namespace {

// A commit moves several of the ledger's heads, so that these are more than any deployment has accounts without
// records.
constexpr int kMaxNudges = 100'000;

// By either of two clocks: the service clock may have stood still behind a time that was wrong, and uptime is not all
// time.
bool Passed(const seal::TermTime& from, const seal::TermTime& to, std::chrono::hours time) {
  if (to.service >= from.service + time) return true;
  const auto seconds = static_cast<uint64_t>(std::chrono::seconds(time).count());
  return to.uptime_seconds >= from.uptime_seconds && to.uptime_seconds - from.uptime_seconds >= seconds;
}

}  // namespace

std::string_view Name(TermRotation::Stage stage) {
  switch (stage) {
    case TermRotation::Stage::kIdle:
      return "idle";
    case TermRotation::Stage::kWaiting:
      return "waiting for sessions";
    case TermRotation::Stage::kCounting:
      return "counting";
    case TermRotation::Stage::kMoving:
      return "sealing anew";
    case TermRotation::Stage::kClosing:
      return "closing";
    case TermRotation::Stage::kChecking:
      return "checking";
    case TermRotation::Stage::kHeldUp:
      return "held up";
  }
  return "unknown";
}

TermRotation::TermRotation(seal::KeyHierarchy* hierarchy, store::Store* store, KeyTable* table, const Clock* clock,
                           Options options, Hooks hooks)
    : hierarchy_(hierarchy), store_(store), table_(table), clock_(clock), options_(options), hooks_(std::move(hooks)) {}

TermRotation::~TermRotation() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void TermRotation::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "terms");
}

bool TermRotation::Wait(std::chrono::nanoseconds time) {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, time, [this] { return stopping_; });
}

void TermRotation::Enter(Stage stage) {
  std::lock_guard lock(mutex_);
  stage_ = stage;
}

Result<seal::TermId> TermRotation::BeginTerm() {
  seal::TermTime now{.service = clock_->Service(), .uptime_seconds = hooks_.uptime_seconds()};
  KAGIMORI_ASSIGN_OR_RETURN(seal::TermId begun, hierarchy_->BeginTerm(store_, now));
  {
    std::lock_guard lock(mutex_);
    called_ = true;
    left_.reset();
    stage_ = Stage::kCounting;
  }
  wake_.notify_all();
  log::Info("a term began; what is sealed under older ones is sealed anew", {{"term", std::to_string(begun)}});
  return begun;
}

TermRotation::Progress TermRotation::progress() const {
  Progress progress;
  progress.current_term = hierarchy_->current_term();
  progress.terms = hierarchy_->SealingTerms();
  std::lock_guard lock(mutex_);
  progress.stage = stage_;
  progress.records_left = progress.terms.size() == 1 ? 0 : left_;
  progress.records_moved = moved_;
  progress.failure = failure_;
  return progress;
}

bool TermRotation::IsOld() const {
  if (options_.max_age.count() == 0) return false;
  std::vector<seal::TermInfo> terms = hierarchy_->SealingTerms();
  if (terms.size() != 1) return false;  // one rotation after the other
  return Passed(terms.back().began, {clock_->Service(), hooks_.uptime_seconds()}, options_.max_age);
}

// Which terms began by age their beginnings tell, after a restart, too: a command comes before the last one was old
// enough.
bool TermRotation::WaitsForSessions() const {
  if (options_.max_age.count() == 0 || options_.sessions.count() == 0) return false;
  const std::vector<seal::TermInfo> terms = hierarchy_->SealingTerms();
  if (terms.size() < 2) return false;
  const seal::TermTime& began = terms.back().began;
  return Passed(terms[terms.size() - 2].began, began, options_.max_age) &&
         !Passed(began, {clock_->Service(), hooks_.uptime_seconds()}, options_.sessions);
}

void TermRotation::Run() {
  std::chrono::milliseconds pause{0};
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pause, [this] { return stopping_ || called_; }) || !stopping_) {
    called_ = false;
    lock.unlock();
    pause = options_.interval;
    Result<Outcome> outcome = Outcome::kNothingToDo;
    if (IsOld()) {
      Result<seal::TermId> begun = BeginTerm();
      if (begun) hooks_.event(Event::kBegan, *begun);
      if (!begun) outcome = std::unexpected(std::move(begun).error());
    }
    if (outcome) outcome = RunOnce();
    if (!outcome) {
      pause = options_.retry;
      log::Error("old terms cannot come to their end yet; it is tried again", {{"error", Describe(outcome.error())}});
    }
    lock.lock();
    failure_ = outcome ? std::string() : outcome.error().text;
    if (!called_) {
      stage_ = !outcome ? Stage::kHeldUp : *outcome == Outcome::kWaiting ? Stage::kWaiting : Stage::kIdle;
    }
  }
}

Result<TermRotation::Outcome> TermRotation::RunOnce() {
  if (hierarchy_->SealingTerms().size() == 1) return Outcome::kNothingToDo;
  if (WaitsForSessions()) return Outcome::kWaiting;
  const seal::TermId current = hierarchy_->current_term();
  ResealPass pass(hierarchy_, store_, table_,
                  {.records_per_second = options_.records_per_second,
                   .wait = [this](std::chrono::nanoseconds time) { return Wait(time); },
                   .moved =
                       [this](uint64_t records) {
                         std::lock_guard lock(mutex_);
                         moved_ += records;
                         if (left_) *left_ -= std::min(*left_, records);
                       }});
  Enter(Stage::kCounting);
  KAGIMORI_ASSIGN_OR_RETURN(std::optional<uint64_t> left, pass.Count());
  if (!left) return Outcome::kStopped;
  {
    std::lock_guard lock(mutex_);
    left_ = left;
    stage_ = Stage::kMoving;
  }
  KAGIMORI_ASSIGN_OR_RETURN(Outcome moved, MoveAll(&pass));
  if (moved != Outcome::kDone) return moved;
  hooks_.all_moved();
  return EndTerms(&pass, current);
}

Result<TermRotation::Outcome> TermRotation::MoveAll(ResealPass* pass) {
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(ResealPass::Report report, pass->Run());
    if (!report.complete) return Outcome::kStopped;
    if (report.first_failure) return std::unexpected(*std::move(report.first_failure));
    if (report.moved == 0) return Outcome::kDone;
  }
}

// What is put before the barrier is there to be seen after it, and after it nothing more is put under a closed term;
// the ledger's heads follow with the commits.
Result<> TermRotation::PassBarrier(ResealPass* pass) {
  for (int i = 0; i < kMaxNudges; ++i) {
    KAGIMORI_RETURN_IF_ERROR(pass->Nudge());
    if (!hooks_.stale_heads || hooks_.stale_heads() == 0) return {};
    if (Wait(std::chrono::nanoseconds(0))) return Fail(ErrorKind::kUnavailable, "stopping");
  }
  return Fail(ErrorKind::kInternal, "the ledger's heads stay under old terms");
}

Result<TermRotation::Outcome> TermRotation::EndTerms(ResealPass* pass, seal::TermId current) {
  Enter(Stage::kClosing);
  if (Wait(options_.grace)) return Outcome::kStopped;

  std::set<seal::TermId> ending;
  for (const seal::TermInfo& term : hierarchy_->SealingTerms()) {
    if (term.id < current) ending.insert(term.id);  // one that began meanwhile has not been moved away from
  }
  for (seal::TermId term : ending) KAGIMORI_RETURN_IF_ERROR(hierarchy_->CloseTerm(term));
  KAGIMORI_RETURN_IF_ERROR(PassBarrier(pass));

  Enter(Stage::kChecking);
  KAGIMORI_ASSIGN_OR_RETURN(std::optional<ResealPass::Check> check, pass->CanDoWithout(ending));
  if (!check) return Outcome::kStopped;
  if (check->first_failure) return std::unexpected(*std::move(check->first_failure));
  if (check->needing > 0) return Outcome::kAgain;

  for (seal::TermId term : ending) {
    Result<> destroyed = hierarchy_->DestroyTerm(store_, term);
    while (!destroyed && destroyed.error().kind == ErrorKind::kUnavailable) {
      if (Wait(options_.interval)) return Outcome::kStopped;
      destroyed = hierarchy_->DestroyTerm(store_, term);
    }
    if (!destroyed) return std::unexpected(std::move(destroyed).error());
    log::Info("a term was destroyed, and with it whatever was left of what it had sealed",
              {{"term", std::to_string(term)}});
    hooks_.event(Event::kDestroyed, term);
  }
  return Outcome::kDone;
}

}  // namespace kagimori::keys
