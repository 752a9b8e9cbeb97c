// Sigstore's library for keys in AWS KMS, which cosign uses: a key made by its alias, blobs signed and verified.
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"log"
	"os"
	"strings"

	"github.com/sigstore/sigstore/pkg/signature/kms/aws"
	"github.com/sigstore/sigstore/pkg/signature/options"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func verifiesOutside(public crypto.PublicKey, message, signature []byte) bool {
	digest := sha256.Sum256(message)
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(key, digest[:], signature)
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
	}
	return false
}

func main() {
	ctx := context.Background()
	server := strings.TrimPrefix(os.Getenv("KAGIMORI_URL"), "https://")
	blob := []byte("what an artifact's digest stands for")
	for _, spec := range []string{"ECC_NIST_P256", "RSA_2048"} {
		reference := "awskms://" + server + "/alias/sigstore-" + strings.ReplaceAll(spec, "_", "-")
		signer, err := aws.LoadSignerVerifier(ctx, reference)
		check(err)
		made, err := signer.CreateKey(ctx, spec) // the library finds no such alias, and makes key and alias
		check(err)
		again, err := signer.CreateKey(ctx, spec) // now it is there
		check(err)
		if !made.(interface{ Equal(crypto.PublicKey) bool }).Equal(again) {
			log.Fatal("a second key was made")
		}
		signature, err := signer.SignMessage(bytes.NewReader(blob))
		check(err)
		fresh, err := aws.LoadSignerVerifier(ctx, reference)
		check(err)
		public, err := fresh.PublicKey()
		check(err)
		if !verifiesOutside(public, blob, signature) {
			log.Fatalf("%s: the signature does not verify outside", spec)
		}
		for _, remote := range []bool{false, true} {
			where := options.WithRemoteVerification(remote) // true: by the KMS's Verify
			check(fresh.VerifySignature(bytes.NewReader(signature), bytes.NewReader(blob), where))
			if fresh.VerifySignature(bytes.NewReader(signature), strings.NewReader("another"), where) == nil {
				log.Fatalf("%s: a signature of something else verifies (in the KMS: %v)", spec, remote)
			}
		}
	}
	absent, err := aws.LoadSignerVerifier(ctx, "awskms://"+server+"/alias/sigstore-absent")
	check(err)
	if _, err := absent.SignMessage(bytes.NewReader(blob)); err == nil || !strings.Contains(err.Error(), "NotFoundException") {
		log.Fatalf("a key that is not there: %v", err)
	}
}
