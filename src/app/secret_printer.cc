#include "app/secret_printer.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace kagimori::app {
namespace {

iovec Piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

}  // namespace

Result<> SecretPrinter::PrintLine(int fd, std::string_view label, const secret::SecretBytes& secret) {
  const std::string_view opened = AsText(secret.Open(secret::Access()));
  const iovec pieces[] = {Piece(label), Piece(opened), Piece("\n")};
  const size_t size = label.size() + opened.size() + 1;
  ssize_t written = 0;
  do written = writev(fd, pieces, 3);
  while (written < 0 && errno == EINTR);
  if (written < 0) return Fail(ErrorKind::kIo, std::string("the secret cannot be shown: ") + strerror(errno));
  if (static_cast<size_t>(written) != size) return Fail(ErrorKind::kIo, "the secret could not be shown whole");
  return {};
}

}  // namespace kagimori::app
