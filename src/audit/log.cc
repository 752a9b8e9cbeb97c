#include "audit/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <utility>

#include "audit/compressor.h"
#include "audit/control_line.h"
#include "audit/files.h"
#include "audit/recovery.h"
#include "audit/retention.h"
#include "audit/syncer.h"
#include "base/log.h"

namespace kagimori::audit {
namespace {

constexpr uint64_t kFullBytes = 1 << 20;  // less than this free counts as nothing

Result<File> LockFolder(const std::filesystem::path& folder) {
  KAGIMORI_RETURN_IF_ERROR(MakeFolder(folder));
  File lock(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.fd() < 0) return FailErrno("open", folder);
  if (flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) {
    return Fail(ErrorKind::kUnavailable, "another process writes the audit log in " + folder.string());
  }
  return lock;
}

}  // namespace

struct Log::State {
  explicit State(LogOptions given)
      : options(std::move(given)),
        syncer(options.sync_interval,
               {[this](const Error& error) { FailFromOutside(error); }, [this] { LookAtDisk(); }}) {}

  Result<> Start();
  Result<> BeginFile(uint64_t number, const crypto::Sha256Digest& previous);
  Result<> Rotate();
  Result<> WriteControl(ControlLine line);
  Result<> WriteOrTakeBack(std::string_view text);
  Result<> SayRetired(const Chain::Retired& retired);
  void StartRetention(uint64_t stated);
  std::unexpected<Error> SetFailed(Error error);
  void FailFromOutside(const Error& error);
  void TellFull(const Error& error);
  void LookAtDisk();
  void BuildBatch(std::span<const EventLine> lines);

  const LogOptions options;
  File folder_lock;
  std::atomic<uint64_t> store_revision{0};
  std::atomic<uint64_t> free_bytes{UINT64_MAX};
  std::atomic<uint64_t> settled{UINT64_MAX};
  Recovery recovery;

  std::atomic<bool> failed{false};  // whether there is a failure, for those who ask often

  mutable std::mutex mutex;  // orders the appends; all below but the threads
  std::shared_ptr<File> file;
  Anchor head;
  bool file_has_events = false;
  bool file_closed = false;  // its successor has not been begun yet
  uint64_t file_begin = 0;   // the sequence that nothing unsettled may lie before when the next file begins
  std::optional<Error> failure;
  bool disk_full_told = false;
  std::string buffer;                        // reused
  std::string tags;                          // reused
  std::vector<crypto::Sha256Digest> hashes;  // reused
  std::vector<EventId> recovered_ids;

  std::unique_ptr<Compressor> compressor;
  Syncer syncer;                         // its thread uses what is above
  std::unique_ptr<Retention> retention;  // as does this one's, and the syncer
};

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
Log::~Log() {
  state_->retention.reset();
  state_->syncer.Stop();
}

Result<std::unique_ptr<Log>> Log::Open(LogOptions options) {
  auto state = std::make_unique<State>(std::move(options));
  KAGIMORI_RETURN_IF_ERROR(state->Start());
  return std::unique_ptr<Log>(new Log(std::move(state)));
}

Result<> Log::State::Start() {
  if (options.signer == nullptr || options.clock == nullptr) return Fail(ErrorKind::kInvalid, "no signer or no clock");
  KAGIMORI_ASSIGN_OR_RETURN(folder_lock, LockFolder(options.folder));
  KAGIMORI_ASSIGN_OR_RETURN(Listing listing, List(options.folder));
  for (const std::string& name : listing.temporary) unlink((options.folder / name).c_str());
  KAGIMORI_ASSIGN_OR_RETURN(Recovered recovered, Recover(options, listing));
  recovery = recovered.report;
  recovered_ids = std::move(recovered.ids);
  head = recovered.head;
  if (recovered.empty) {
    KAGIMORI_RETURN_IF_ERROR(BeginFile(1, {}));
  } else if (recovered.closed && recovery.torn_bytes > 0) {
    KAGIMORI_RETURN_IF_ERROR(BeginFile(head.file + 1, head.link));  // for the line that says so
  } else {
    // Its successor waits for FinishRecovery or an append: what the file before it holds may be in an outbox still.
    file_closed = recovered.closed;
    file = std::make_shared<File>(std::move(recovered.file));
    file_has_events = true;
    file_begin = head.sequence;
  }
  if (recovery.torn_bytes > 0) {
    log::Warning("audit log: an unlinked tail, as a crash leaves it, was moved aside",
                 {{"file", recovery.torn_file.string()}, {"bytes", std::to_string(recovery.torn_bytes)}});
    ControlLine line{.kind = ControlLine::Kind::kRecovered,
                     .sequence = head.sequence,
                     .previous = head.link,
                     .hash = recovered.tail_hash,
                     .tail_bytes = recovery.torn_bytes};
    KAGIMORI_RETURN_IF_ERROR(WriteControl(line));
    KAGIMORI_RETURN_IF_ERROR(file->Sync());
  }
  if (options.compress) {
    compressor = std::make_unique<Compressor>(options.folder);
    for (const auto& [number, forms] : listing.files) {
      if (forms.plain && number < head.file) compressor->Add(number);
    }
  }
  LookAtDisk();
  syncer.SetFile(file, head);
  syncer.Start();
  StartRetention(recovered.retired_file);
  return {};
}

// Without limits, too, it finishes what an earlier run began.
void Log::State::StartRetention(uint64_t stated) {
  if (!options.retention.any() && stated == 0) return;
  retention = std::make_unique<Retention>(
      options.folder, options.retention, options.clock, options.signer->public_bytes(), stated,
      Retention::Hooks{.newest =
                           [this] {
                             std::lock_guard lock(mutex);
                             return file_closed ? 0 : head.file;
                           },
                       .say = [this](const Chain::Retired& retired) { return SayRetired(retired); },
                       .given_up =
                           [this](uint64_t number) {
                             if (compressor) compressor->GiveUp(number);
                           }});
  if (options.keep_for_outside) retention->KeepFrom(0);
  retention->Start();
}

Result<> Log::State::SayRetired(const Chain::Retired& retired) {
  Anchor said;
  {
    std::lock_guard lock(mutex);
    if (failure) return std::unexpected(*failure);
    if (file_closed) return Fail(ErrorKind::kUnavailable, "the audit log waits for its next file");
    KAGIMORI_RETURN_IF_ERROR(WriteControl({.kind = ControlLine::Kind::kRetired,
                                           .sequence = head.sequence,
                                           .previous = head.link,
                                           .file = retired.file,
                                           .hash = retired.close,
                                           .retired_sequence = retired.sequence}));
    syncer.Written(head);
    said = head;
  }
  std::promise<Result<>> promise;
  auto synced = promise.get_future();
  syncer.Then(said, [&promise](Result<> result) { promise.set_value(std::move(result)); });
  return synced.get();
}

// Under its final name a file has its header, so that a crash leaves no file without one.
Result<> Log::State::BeginFile(uint64_t number, const crypto::Sha256Digest& previous) {
  std::filesystem::path path = options.folder / PlainName(number);
  std::filesystem::path temporary = path.string() + ".tmp";
  unlink(temporary.c_str());
  KAGIMORI_ASSIGN_OR_RETURN(File made, File::Open(temporary, O_RDWR | O_APPEND | O_CREAT | O_EXCL));
  ControlLine header{.kind = ControlLine::Kind::kHeader,
                     .sequence = head.sequence,
                     .time = options.clock->Wall(),
                     .previous = previous,
                     .file = number,
                     .deployment = options.deployment,
                     .key = options.signer->public_bytes()};
  std::string text;
  AppendControlLine(header, *options.signer, &text);
  crypto::Sha256Digest link = crypto::Sha256(AsBytes(text));
  text.push_back('\n');
  KAGIMORI_RETURN_IF_ERROR(made.WriteAll(text));
  KAGIMORI_RETURN_IF_ERROR(made.Sync());
  KAGIMORI_RETURN_IF_ERROR(Publish(temporary, path));
  file = std::make_shared<File>(std::move(made));
  head = {head.sequence, link, number, text.size()};
  file_has_events = false;
  file_closed = false;
  file_begin = head.sequence;
  return {};
}

// All or nothing, so that what comes next stands where the chain ends. The error of a full disk passes with it.
Result<> Log::State::WriteOrTakeBack(std::string_view text) {
  Result<> written = file->WriteAll(text);
  if (written) {
    disk_full_told = false;
    return {};
  }
  bool taken_back = ftruncate(file->fd(), static_cast<off_t>(head.offset)) == 0;
  if (written.error().kind != ErrorKind::kLimit || !taken_back) {
    // What is left of it is under no link, and the next start would move it aside.
    if (!taken_back) log::Warning("audit log: an incomplete write could not be taken back");
    return SetFailed(std::move(written.error()));
  }
  TellFull(written.error());
  return written;
}

void Log::State::TellFull(const Error& error) {
  free_bytes.store(0, std::memory_order_relaxed);  // until somebody looks again
  if (!std::exchange(disk_full_told, true)) {
    log::Error("the audit log's disk is full: every call is refused until there is room", {{"error", Describe(error)}});
  }
}

Result<> Log::State::WriteControl(ControlLine line) {
  line.time = options.clock->Wall();
  std::string text;
  AppendControlLine(line, *options.signer, &text);
  crypto::Sha256Digest link = crypto::Sha256(AsBytes(text));
  text.push_back('\n');
  KAGIMORI_RETURN_IF_ERROR(WriteOrTakeBack(text));
  head.link = link;
  head.offset += text.size();
  return {};
}

// The old file is on stable storage before the new one exists: a power cut cannot leave a hole in the middle of the
// log.
Result<> Log::State::Rotate() {
  uint64_t closed = head.file;
  if (!file_closed) {
    KAGIMORI_RETURN_IF_ERROR(WriteControl(
        {.kind = ControlLine::Kind::kClose, .sequence = head.sequence, .previous = head.link, .file = head.file}));
    file_closed = true;
    if (auto synced = file->Sync(); !synced) {
      syncer.Fail(synced.error());
      return SetFailed(std::move(synced.error()));
    }
  }
  if (auto begun = BeginFile(closed + 1, head.link); !begun) {
    if (begun.error().kind != ErrorKind::kLimit) return SetFailed(std::move(begun.error()));
    TellFull(begun.error());
    return begun;
  }
  syncer.SetFile(file, head);
  if (compressor) compressor->Add(closed);
  if (retention) retention->Wake();
  return {};
}

void Log::State::BuildBatch(std::span<const EventLine> lines) {
  buffer.clear();
  tags.clear();
  hashes.clear();
  for (const EventLine& line : lines) {
    buffer.append(line.line());
    buffer.push_back('\n');
    AppendTag(line.hash(), &tags);
    hashes.push_back(line.hash());
  }
}

Result<Anchor> Log::Append(std::span<const EventLine> lines) {
  State& s = *state_;
  if (lines.size() > kMaxBatchEvents) return Fail(ErrorKind::kInvalid, "too many audit records in one batch");
  std::lock_guard lock(s.mutex);
  if (s.failure) return std::unexpected(*s.failure);
  if (lines.empty()) return s.head;
  s.BuildBatch(lines);
  bool over = s.file_has_events && s.head.offset + s.buffer.size() > s.options.rotate_bytes;
  // What is still in an outbox must be in the newest two files, where a start looks for it.
  bool may = s.settled.load(std::memory_order_relaxed) >= s.file_begin;
  if ((over && may) || s.file_closed) KAGIMORI_RETURN_IF_ERROR(s.Rotate());
  ControlLine link{.kind = ControlLine::Kind::kLink,
                   .sequence = s.head.sequence + lines.size(),
                   .time = s.options.clock->Wall(),
                   .count = lines.size(),
                   .store_revision = s.store_revision.load(std::memory_order_relaxed),
                   .tags = s.tags,
                   .hash = LinkHash(s.head.link, s.hashes)};
  size_t link_start = s.buffer.size();
  AppendControlLine(link, *s.options.signer, &s.buffer);
  crypto::Sha256Digest link_hash = crypto::Sha256(AsBytes(std::string_view(s.buffer).substr(link_start)));
  s.buffer.push_back('\n');
  KAGIMORI_RETURN_IF_ERROR(s.WriteOrTakeBack(s.buffer));
  s.head = {link.sequence, link_hash, s.head.file, s.head.offset + s.buffer.size()};
  s.file_has_events = true;
  s.syncer.Written(s.head);
  return s.head;
}

std::unexpected<Error> Log::State::SetFailed(Error error) {
  if (!failure) {
    failure = error;
    failed = true;
    log::Error("the audit log has failed: every call is refused until a restart", {{"error", Describe(error)}});
  }
  return std::unexpected(std::move(error));
}

void Log::State::FailFromOutside(const Error& error) {
  std::lock_guard lock(mutex);
  (void)SetFailed(error);
}

void Log::State::LookAtDisk() {
  struct statvfs info{};
  if (fstatvfs(folder_lock.fd(), &info) != 0) return;
  free_bytes.store(static_cast<uint64_t>(info.f_bavail) * info.f_frsize, std::memory_order_relaxed);
}

void Log::SyncThen(uint64_t sequence, std::move_only_function<void(Result<>)> done) {
  state_->syncer.Then(sequence, std::move(done));
}

Result<> Log::Sync() {
  std::promise<Result<>> promise;
  auto future = promise.get_future();
  SyncThen(Head().sequence, [&promise](Result<> result) { promise.set_value(std::move(result)); });
  return future.get();
}

Anchor Log::Head() const {
  std::lock_guard lock(state_->mutex);
  return state_->head;
}

uint64_t Log::SyncedSequence() const { return state_->syncer.synced().sequence; }
Anchor Log::SyncedHead() const { return state_->syncer.synced(); }

bool Log::Contains(const EventId& id) const {
  std::lock_guard lock(state_->mutex);
  return std::ranges::binary_search(state_->recovered_ids, id);
}

Result<> Log::FinishRecovery() {
  State& s = *state_;
  std::lock_guard lock(s.mutex);
  s.recovered_ids = {};
  if (s.failure) return std::unexpected(*s.failure);
  if (!s.file_closed) return {};
  auto begun = s.Rotate();
  if (!begun && begun.error().kind != ErrorKind::kLimit) return begun;
  return {};  // a full disk has been told; the next append tries again
}

const Recovery& Log::recovery() const { return state_->recovery; }

void Log::NoteSettled(uint64_t sequence) { state_->settled.store(sequence, std::memory_order_relaxed); }

void Log::NoteStoreRevision(uint64_t revision) {
  uint64_t seen = state_->store_revision.load(std::memory_order_relaxed);
  while (revision > seen && !state_->store_revision.compare_exchange_weak(seen, revision, std::memory_order_relaxed)) {
  }
}

uint64_t Log::store_revision() const { return state_->store_revision.load(std::memory_order_relaxed); }

void Log::KeepFrom(uint64_t file) {
  if (state_->retention) state_->retention->KeepFrom(file);
}

uint64_t Log::free_bytes() const { return state_->free_bytes.load(std::memory_order_relaxed); }

DiskState Log::disk_state() const {
  uint64_t free = free_bytes();
  if (state_->failed.load(std::memory_order_relaxed) || free < kFullBytes) return DiskState::kFull;
  return free < state_->options.disk_reserve_bytes ? DiskState::kReserve : DiskState::kOk;
}

std::optional<Error> Log::failure() const {
  std::lock_guard lock(state_->mutex);
  return state_->failure;
}

Durability Log::durability() const { return state_->options.durability; }

}  // namespace kagimori::audit
