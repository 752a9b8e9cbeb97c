# cosign: a key pair made in the KMS; files signed with it, and verified with the public key, by the KMS, and outside. No service of
# sigstore's is asked for anything.
set -euo pipefail
PATH=$CLIENT:$PATH
. "$HERE/fails.sh"

key=awskms://${KAGIMORI_URL#https://}/alias/cosign
printf '{"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json"}\n' >no-services.json
printf 'what is released' >artifact
printf 'something else' >another

cosign generate-key-pair --kms "$key"
cosign public-key --key "$key" >public.pem
cmp cosign.pub public.pem
cosign sign-blob --yes --key "$key" --signing-config no-services.json --bundle artifact.sigstore.json artifact
cosign verify-blob --key cosign.pub --insecure-ignore-tlog --bundle artifact.sigstore.json artifact
cosign verify-blob --key "$key" --insecure-ignore-tlog --bundle artifact.sigstore.json artifact
fails cosign verify-blob --key cosign.pub --insecure-ignore-tlog --bundle artifact.sigstore.json another
fails cosign verify-blob --key "$key" --insecure-ignore-tlog --bundle artifact.sigstore.json another

# The signature in the bundle is one that anybody verifies.
signature() { sed -n 's/.*"messageSignature":{[^}]*}, *"signature": *"\([^"]*\)".*/\1/p' artifact.sigstore.json; }
signature | base64 -d >artifact.sig
openssl dgst -sha256 -verify cosign.pub -signature artifact.sig artifact
fails openssl dgst -sha256 -verify cosign.pub -signature artifact.sig another

# Keys that there are already, by ARN: one of RSA, and one that cannot sign.
made() { aws kms create-key "$@" --query KeyMetadata.Arn --output text; }
rsa=awskms://${KAGIMORI_URL#https://}/$(made --key-usage SIGN_VERIFY --key-spec RSA_2048)
cosign public-key --key "$rsa" >rsa.pem
cosign sign-blob --yes --key "$rsa" --signing-config no-services.json --bundle rsa.sigstore.json artifact
cosign verify-blob --key rsa.pem --insecure-ignore-tlog --bundle rsa.sigstore.json artifact
fails cosign verify-blob --key cosign.pub --insecure-ignore-tlog --bundle rsa.sigstore.json artifact
fails cosign public-key --key "awskms://${KAGIMORI_URL#https://}/${KEY_ARNS%%,*}"
