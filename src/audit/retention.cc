#include "audit/retention.h"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "audit/line_reader.h"
#include "base/log.h"

namespace kagimori::audit {
namespace {

constexpr std::chrono::minutes kInterval{10};

uint64_t SizeOf(const std::filesystem::path& file) {
  std::error_code error;
  uintmax_t size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

}  // namespace

Retention::Retention(std::filesystem::path folder, const RetentionLimits& limits, const Clock* clock,
                     const crypto::Ed25519PublicBytes& key, uint64_t stated, Hooks hooks)
    : folder_(std::move(folder)),
      limits_(limits),
      clock_(clock),
      key_(key),
      hooks_(std::move(hooks)),
      stated_(stated) {}

Retention::~Retention() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Retention::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "audit-retain");
}

void Retention::Wake() {
  {
    std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_.notify_one();
}

void Retention::KeepFrom(uint64_t file) {
  keep_from_ = file;
  Wake();
}

void Retention::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    woken_ = false;
    lock.unlock();
    if (Result<uint64_t> removed = RunOnce(); !removed) {
      log::Error("audit log: old files could not be removed; this is tried again",
                 {{"error", Describe(removed.error())}});
    }
    lock.lock();
    wake_.wait_for(lock, kInterval, [this] { return stopping_ || woken_; });
  }
}

Result<uint64_t> Retention::RunOnce() {
  KAGIMORI_ASSIGN_OR_RETURN(Listing listing, List(folder_));
  if (limits_.any()) {
    KAGIMORI_ASSIGN_OR_RETURN(uint64_t last, LastDue(listing.files));
    if (last > stated_) {
      KAGIMORI_ASSIGN_OR_RETURN(ControlLine next, HeaderOf(last + 1, listing.files.at(last + 1)));
      KAGIMORI_RETURN_IF_ERROR(hooks_.say({last, next.sequence, next.previous}));
      stated_ = last;
    }
  }
  hooks_.given_up(stated_);
  uint64_t removed = 0;
  for (const auto& [number, _] : listing.files) {
    if (number > stated_) break;
    KAGIMORI_RETURN_IF_ERROR(Remove(number, listing.side_files));
    ++removed;
  }
  if (removed > 0) {
    log::Info("audit log: old files were removed, as configured",
              {{"files", std::to_string(removed)}, {"last", PlainName(stated_)}});
  }
  return removed;
}

// The last file that may go and must; 0: none.
Result<uint64_t> Retention::LastDue(const Files& files) const {
  uint64_t newest = hooks_.newest();
  uint64_t bytes = 0;
  std::map<uint64_t, uint64_t> sizes;
  for (const auto& [number, forms] : files) {
    if (forms.plain) sizes[number] += SizeOf(folder_ / PlainName(number));
    if (forms.compressed) sizes[number] += SizeOf(folder_ / CompressedName(number));
    bytes += sizes[number];
  }
  uint64_t last = 0;
  for (const auto& [number, forms] : files) {
    auto next = files.find(number + 1);
    if (number + 2 > newest || number >= keep_from_ || next == files.end()) break;
    if (number > stated_ && !(limits_.bytes > 0 && bytes > limits_.bytes)) {
      if (limits_.age.count() == 0) break;
      // The next file was begun when this one was closed.
      KAGIMORI_ASSIGN_OR_RETURN(ControlLine closed, HeaderOf(next->first, next->second));
      if (closed.time + limits_.age > clock_->Wall()) break;
    }
    bytes -= sizes[number];
    last = number;
  }
  return last;
}

// The views of the line are void.
Result<ControlLine> Retention::HeaderOf(uint64_t number, Listing::Forms forms) const {
  std::filesystem::path path = folder_ / (forms.plain ? PlainName(number) : CompressedName(number));
  auto reader = LineReader::Open(path, !forms.plain);
  if (!reader && reader.error().kind == ErrorKind::kNotFound && forms.plain) {
    reader = LineReader::Open(folder_ / CompressedName(number), true);  // compressed meanwhile
  }
  if (!reader) return std::unexpected(std::move(reader).error());
  KAGIMORI_ASSIGN_OR_RETURN(auto line, reader->Next());
  auto header = line ? ParseControlLine(*line) : std::nullopt;
  if (!header || header->kind != ControlLine::Kind::kHeader || header->file != number ||
      !SignatureHolds(*header, key_)) {
    return Fail(ErrorKind::kCorrupt, path.string() + " does not begin with its header; see `kagimori audit verify`");
  }
  header->body = {};
  header->tags = {};
  return *header;
}

// With what a crash left beside it.
Result<> Retention::Remove(uint64_t number, const std::vector<std::string>& side_files) const {
  auto remove = [this](const std::string& name) -> Result<> {
    std::filesystem::path path = folder_ / name;
    if (unlink(path.c_str()) != 0 && errno != ENOENT) return FailErrno("remove", path);
    return {};
  };
  for (const std::string& name : side_files) {
    if (name.starts_with(PlainName(number))) KAGIMORI_RETURN_IF_ERROR(remove(name));
  }
  // Both forms: it may have been compressed since the folder was listed.
  KAGIMORI_RETURN_IF_ERROR(remove(PlainName(number)));
  KAGIMORI_RETURN_IF_ERROR(remove(CompressedName(number)));
  return SyncFolder(folder_);
}

}  // namespace kagimori::audit
