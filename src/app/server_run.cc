#include "app/server_run.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "app/admin_commands.h"
#include "app/admin_socket.h"
#include "app/open_files.h"
#include "base/log.h"
#include "crypto/init.h"
#include "secret/arena.h"
#include "secret/process.h"

namespace kagimori::app {
namespace {

constexpr std::chrono::seconds kGrace{10};

// Ends the socket first: it calls the supervisor.
void Stop(std::unique_ptr<AdminSocket> socket, Supervisor* supervisor, Signals* signals) {
  log::Info("stopping");
  const Descriptor done(eventfd(0, EFD_CLOEXEC));
  if (done.get() < 0) {  // out of descriptors: the second signal waits, that is all
    socket.reset();
    supervisor->Stop(kGrace);
    return;
  }
  std::thread stopping([&socket, supervisor, &done] {
    socket.reset();
    supervisor->Stop(kGrace);
    // Cannot fail: the counter is far from its end.
    [[maybe_unused]] const int written = eventfd_write(done.get(), 1);
  });
  Signals::Event event = Signals::Event::kReload;
  while (event == Signals::Event::kReload) event = signals->Next(done.get());
  if (event == Signals::Event::kStop) {
    log::Warning("ended by a second signal, before everything was finished");
    _exit(1);
  }
  stopping.join();
}

void Reload(Supervisor* supervisor) {
  if (auto reloaded = supervisor->ReloadTls(); !reloaded) {
    log::Error("the TLS files could not be read again; the old ones stay", {{"reason", reloaded.error().text}});
  } else {
    log::Info("the TLS files were read again, if there are any");
  }
}

}  // namespace

Result<> PrepareProcess(const ProcessOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(secret::HardenProcess());
  KAGIMORI_RETURN_IF_ERROR(crypto::InitOpenSsl());
  KAGIMORI_RETURN_IF_ERROR(secret::Arena::Configure(secret::kDefaultArenaSize, options.allow_unlocked_memory));
  log::Configure(options.log_format, options.log_level);
  if (options.allow_unlocked_memory && secret::Arena::GetStats().backing == secret::Backing::kUnlocked) {
    log::Warning("secrets are in memory that the system may write to its swap");
  }
  RaiseFileLimit();
  return {};
}

Result<> ServeUntilStopped(Supervisor* supervisor, const DataFolder& folder, Signals* signals) {
  KAGIMORI_ASSIGN_OR_RETURN(auto socket, AdminSocket::Open(folder.path(), AdminCommands(), supervisor, {}));
  while (signals->Next() == Signals::Event::kReload) Reload(supervisor);
  Stop(std::move(socket), supervisor, signals);
  log::Info("stopped");
  return {};
}

}  // namespace kagimori::app
