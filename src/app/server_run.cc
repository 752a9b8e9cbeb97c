#include "app/server_run.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "app/admin_commands.h"
#include "app/admin_socket.h"
#include "app/administration.h"
#include "base/log.h"
#include "crypto/init.h"
#include "secret/arena.h"
#include "secret/process.h"

namespace kagimori::app {
namespace {

constexpr std::chrono::seconds kGrace{10};

void Stop(Node* node, Signals* signals) {
  log::Info("stopping");
  const Descriptor done(eventfd(0, EFD_CLOEXEC));
  if (done.get() < 0) {  // out of descriptors: the second signal waits, that is all
    node->Shutdown(kGrace);
    return;
  }
  std::thread stopping([node, &done] {
    node->Shutdown(kGrace);
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

void Reload(Node* node) {
  if (auto reloaded = node->ReloadTls(); !reloaded) {
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
  return {};
}

Result<> ServeUntilStopped(std::unique_ptr<Node> node, const DataFolder& folder, Signals* signals,
                           const std::function<void(const Node&)>& ready) {
  KAGIMORI_RETURN_IF_ERROR(node->Start());
  NodeAdministration administration(node.get());
  KAGIMORI_ASSIGN_OR_RETURN(auto socket, AdminSocket::Open(folder.path(), AdminCommands(), &administration, {}));
  ready(*node);
  while (signals->Next() == Signals::Event::kReload) Reload(node.get());
  socket.reset();  // it calls the node
  Stop(node.get(), signals);
  log::Info("stopped");
  return {};
}

}  // namespace kagimori::app
