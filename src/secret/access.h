#ifndef KAGIMORI_SECRET_ACCESS_H_
#define KAGIMORI_SECRET_ACCESS_H_

namespace kagimori {

namespace crypto {
class SecretOpener;  // crypto/secret_opener.h: private to the files of crypto/
}
namespace wire {
class SecretCodec;  // wire/secret_codec.h: base64 of secrets from and to the wire
}
namespace seal {
class RecordCodec;  // seal/: a sealed record's plaintext from and to its message
}
namespace app {
class SecretPrinter;  // app/: a new access key, shown once; a passphrase, read from its source
class SecretChannel;  // app/: passphrases, recovery codes and new credentials over the administration socket
}  // namespace app

namespace secret {

class SecretTesting;  // secret/testing/: tests only, linked into no program

// Whoever holds an Access may look at secret bytes. This list of friends is the audit list: a class on it is a place
// where a secret is opened, and there is no other way to make one.
class Access {
 private:
  constexpr Access() = default;
  friend class ::kagimori::crypto::SecretOpener;
  friend class ::kagimori::wire::SecretCodec;
  friend class ::kagimori::seal::RecordCodec;
  friend class ::kagimori::app::SecretPrinter;
  friend class ::kagimori::app::SecretChannel;
  friend class ::kagimori::secret::SecretTesting;
  friend class SecretBytes;
};

}  // namespace secret
}  // namespace kagimori

#endif  // KAGIMORI_SECRET_ACCESS_H_
