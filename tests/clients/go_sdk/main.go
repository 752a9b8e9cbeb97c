// The AWS SDK for Go v2: encryption, signatures and typed errors.
package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	check(err)
	client := kms.NewFromConfig(settings)

	made, err := client.CreateKey(ctx, &kms.CreateKeyInput{Description: aws.String("from Go")})
	check(err)
	key := made.KeyMetadata
	encrypted, err := client.Encrypt(ctx, &kms.EncryptInput{
		KeyId: key.Arn, Plaintext: []byte("hello"), EncryptionContext: map[string]string{"purpose": "test"}})
	check(err)
	decrypted, err := client.Decrypt(ctx, &kms.DecryptInput{
		CiphertextBlob: encrypted.CiphertextBlob, EncryptionContext: map[string]string{"purpose": "test"}})
	check(err)
	if !bytes.Equal(decrypted.Plaintext, []byte("hello")) || *decrypted.KeyId != *key.Arn {
		log.Fatal("decrypted something else")
	}
	_, err = client.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: encrypted.CiphertextBlob})
	var invalid *types.InvalidCiphertextException
	if !errors.As(err, &invalid) {
		log.Fatalf("without its context: %v", err)
	}
	_, err = client.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String("alias/nobody")})
	var missing *types.NotFoundException
	if !errors.As(err, &missing) {
		log.Fatalf("an alias that is not there: %v", err)
	}

	signer, err := client.CreateKey(ctx, &kms.CreateKeyInput{KeySpec: types.KeySpecEccNistP384, KeyUsage: types.KeyUsageTypeSignVerify})
	check(err)
	digest := sha256.Sum256([]byte("message"))
	padded := append(digest[:], make([]byte, 16)...) // a digest of SHA-384's length
	signed, err := client.Sign(ctx, &kms.SignInput{KeyId: signer.KeyMetadata.KeyId, Message: padded,
		MessageType: types.MessageTypeDigest, SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha384})
	check(err)
	public, err := client.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: signer.KeyMetadata.KeyId})
	check(err)
	parsed, err := x509.ParsePKIXPublicKey(public.PublicKey)
	check(err)
	if !ecdsa.VerifyASN1(parsed.(*ecdsa.PublicKey), padded, signed.Signature) {
		log.Fatal("the signature does not verify outside")
	}

	pages := kms.NewListKeysPaginator(client, &kms.ListKeysInput{Limit: aws.Int32(1)})
	seen := map[string]bool{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		check(err)
		for _, each := range page.Keys {
			seen[*each.KeyId] = true
		}
	}
	if !seen[*key.KeyId] || !seen[*signer.KeyMetadata.KeyId] {
		log.Fatal("ListKeys lacks a key")
	}
}
