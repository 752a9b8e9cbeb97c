#include "seal/passphrase_source.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "seal/file.h"
#include "seal/record_codec.h"
#include "seal/recovery_shares.h"
#include "seal/slots.h"
#include "secret/compare.h"

namespace kagimori::seal {
namespace {

// Echo off, and the signals that would leave it off held back, for as long as this lives. A signal held back is
// delivered when it goes.
class QuietTerminal {
 public:
  explicit QuietTerminal(int terminal) : terminal_(terminal) {
    sigset_t held;
    sigemptyset(&held);
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) sigaddset(&held, signal);
    pthread_sigmask(SIG_BLOCK, &held, &old_signals_);
    signals_ = signalfd(-1, &held, SFD_CLOEXEC);
    if (signals_ < 0 || tcgetattr(terminal_, &old_settings_) != 0) return;
    termios quiet = old_settings_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK);
    quiet.c_lflag |= ICANON | ECHONL;
    ok_ = tcsetattr(terminal_, TCSAFLUSH, &quiet) == 0;
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
  ~QuietTerminal() {
    if (ok_) tcsetattr(terminal_, TCSAFLUSH, &old_settings_);
    if (signals_ >= 0) close(signals_);
    pthread_sigmask(SIG_SETMASK, &old_signals_, nullptr);
  }

  bool ok() const { return ok_; }

  // False: a signal came first (or the terminal is gone). The signal stays pending.
  bool WaitForInput() {
    pollfd waiting[] = {{.fd = terminal_, .events = POLLIN, .revents = 0},
                        {.fd = signals_, .events = POLLIN, .revents = 0}};
    int ready = 0;
    do ready = poll(waiting, 2, -1);
    while (ready < 0 && errno == EINTR);
    return ready > 0 && waiting[1].revents == 0 && (waiting[0].revents & POLLIN) != 0;
  }

 private:
  int terminal_;
  int signals_ = -1;
  bool ok_ = false;
  termios old_settings_{};
  sigset_t old_signals_{};
};

Result<secret::SecretBytes> CheckedPassphrase(secret::SecretBytes passphrase) {
  RecordCodec::DropLineEnd(&passphrase);
  if (passphrase.size() > kMaxPassphraseSize) return Fail(ErrorKind::kLimit, "the passphrase or code is too long");
  if (passphrase.empty()) return Fail(ErrorKind::kInvalid, "the passphrase or code is empty");
  return passphrase;
}

Result<secret::SecretBytes> ReadLine(int terminal, QuietTerminal* quiet) {
  // Room for the longest passphrase and its line end, and for seeing that it is too long.
  secret::SecretBytes line(kMaxPassphraseSize + 2);
  size_t used = 0;
  while (used < line.size() && !RecordCodec::EndsLine(line, used)) {
    if (!quiet->WaitForInput()) return Fail(ErrorKind::kUnavailable, "interrupted while waiting for an answer");
    KAGIMORI_ASSIGN_OR_RETURN(size_t got, RecordCodec::ReadSome(terminal, &line, used, line.size() - used));
    if (got == 0) return Fail(ErrorKind::kUnavailable, "the terminal was closed");
    used += got;
  }
  line.Shrink(used);
  return CheckedPassphrase(std::move(line));
}

Result<> Show(int terminal, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = write(terminal, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Fail(ErrorKind::kUnavailable, "the terminal cannot be written to");
    text.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<secret::SecretBytes> ReadFile(const std::filesystem::path& file) {
  // A group may read it: systemd shows a service's credentials that way.
  KAGIMORI_ASSIGN_OR_RETURN(File opened, OpenForReading(file, 0007));
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes content, RecordCodec::ReadAll(opened.fd(), kMaxPassphraseSize + 2));
  return CheckedPassphrase(std::move(content));
}

}  // namespace

Result<secret::SecretBytes> PromptPassphraseOn(int terminal, std::string_view prompt, bool twice) {
  QuietTerminal quiet(terminal);
  if (!quiet.ok()) return Fail(ErrorKind::kUnavailable, "there is no terminal to ask on");
  KAGIMORI_RETURN_IF_ERROR(Show(terminal, prompt));
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes first, ReadLine(terminal, &quiet));
  if (!twice) return first;
  KAGIMORI_RETURN_IF_ERROR(Show(terminal, "Once more: "));
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes second, ReadLine(terminal, &quiet));
  if (!secret::Equal(first, second)) return Fail(ErrorKind::kInvalid, "the two passphrases differ");
  return first;
}

Result<secret::SecretBytes> PromptPassphrase(std::string_view prompt, bool twice) {
  File terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (terminal.fd() < 0) return Fail(ErrorKind::kUnavailable, "there is no terminal to ask on");
  return PromptPassphraseOn(terminal.fd(), prompt, twice);
}

Result<secret::SecretBytes> ReadPassphraseFile(const std::filesystem::path& file) { return ReadFile(file); }

Result<secret::SecretBytes> PromptRecoveryLine(std::string_view prompt) { return PromptPassphrase(prompt, false); }

Result<secret::SecretBytes> ReadRecoveryFile(const std::filesystem::path& file) {
  KAGIMORI_ASSIGN_OR_RETURN(File opened, OpenForReading(file, 0007));
  return RecordCodec::ReadAll(opened.fd(), kMaxRecoveryText);
}

Result<secret::SecretBytes> ReadPassphraseCredential() {
  const char* folder = getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder == '\0')
    return Fail(ErrorKind::kNotFound, "the service manager gave no credentials");
  return ReadFile(std::filesystem::path(folder) / "kagimori-passphrase");
}

}  // namespace kagimori::seal
