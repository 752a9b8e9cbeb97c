// go-kms-wrapping's wrapper for AWS KMS, the library behind the "awskms" seal of Vault and OpenBao: seal, restart, unseal.
package main

import (
	"bytes"
	"context"
	"log"
	"os"
	"strings"

	wrapping "github.com/hashicorp/go-kms-wrapping/v2"
	"github.com/hashicorp/go-kms-wrapping/wrappers/awskms/v2"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A wrapper as Vault sets it up at its start: it asks the KMS for the key, and does not start without it.
func start(ctx context.Context, key string) (*awskms.Wrapper, error) {
	wrapper := awskms.NewWrapper()
	_, err := wrapper.SetConfig(ctx, wrapping.WithKeyId(key))
	return wrapper, err
}

func main() {
	ctx := context.Background()
	keys := strings.Split(os.Getenv("KEY_ARNS"), ",")
	aliases := strings.Split(os.Getenv("ALIAS_ARNS"), ",")
	root := []byte("the root key of a vault")

	for _, name := range []string{keys[0], aliases[0]} {
		before, err := start(ctx, name)
		check(err)
		sealed, err := before.Encrypt(ctx, root)
		check(err)
		if sealed.KeyInfo.KeyId != keys[0] {
			log.Fatalf("%s: sealed under %s", name, sealed.KeyInfo.KeyId)
		}
		after, err := start(ctx, name)
		check(err)
		opened, err := after.Decrypt(ctx, sealed) // names no key: the ciphertext does
		check(err)
		if !bytes.Equal(opened, root) {
			log.Fatal("unsealed something else")
		}
		// A server that was moved to another key still opens what was sealed under the first.
		moved, err := start(ctx, keys[1])
		check(err)
		opened, err = moved.Decrypt(ctx, sealed)
		check(err)
		if !bytes.Equal(opened, root) {
			log.Fatal("another wrapper unsealed something else")
		}
		sealed.KeyInfo.WrappedKey[len(sealed.KeyInfo.WrappedKey)-1] ^= 1
		if _, err := after.Decrypt(ctx, sealed); err == nil || !strings.Contains(err.Error(), "InvalidCiphertextException") {
			log.Fatalf("a damaged data key: %v", err)
		}
	}
	if _, err := start(ctx, "alias/nobody"); err == nil || !strings.Contains(err.Error(), "NotFoundException") {
		log.Fatalf("a key that is not there: %v", err)
	}
}
