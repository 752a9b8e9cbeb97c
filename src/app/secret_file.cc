#include "app/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "app/secret_printer.h"
#include "app/unix_socket.h"

namespace kagimori::app {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> IoError(const char* what, const fs::path& file) {
  return Fail(ErrorKind::kIo, std::string("cannot ") + what + " " + file.string() + ": " + strerror(errno));
}

}  // namespace

Result<> WriteSecretFile(const fs::path& file, const std::vector<secret::SecretBytes>& texts, bool* made) {
  const Descriptor out(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (out.get() < 0) return IoError("make", file);
  *made = true;
  if (fchmod(out.get(), 0600) != 0) return IoError("chmod", file);
  for (const secret::SecretBytes& text : texts) KAGIMORI_RETURN_IF_ERROR(SecretPrinter::PrintLine(out.get(), "", text));
  if (fsync(out.get()) != 0) return IoError("sync", file);
  const fs::path parent = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const Descriptor folder(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || fsync(folder.get()) != 0) return IoError("sync", parent);
  return {};
}

}  // namespace kagimori::app
