# The AWS CLI: a key's life by hand.
set -euo pipefail
out() { aws "$@" --output text; }

out sts get-caller-identity --query Arn | grep -q '^arn:aws:iam::'
key=$(out kms create-key --description "from the CLI" --query KeyMetadata.KeyId)
out kms create-alias --alias-name "alias/cli-$key" --target-key-id "$key"
printf 'hello' >plain
out kms encrypt --key-id "alias/cli-$key" --plaintext fileb://plain --encryption-context purpose=test --query CiphertextBlob | base64 -d >blob
test "$(out kms decrypt --ciphertext-blob fileb://blob --encryption-context purpose=test --query Plaintext | base64 -d)" = hello
if out kms decrypt --ciphertext-blob fileb://blob 2>refused; then exit 1; fi
grep -q InvalidCiphertextException refused
out kms generate-data-key --key-id "$key" --key-spec AES_256 --query KeyId | grep -q "$key"
out kms list-aliases --key-id "$key" --query 'Aliases[].AliasName' | grep -q "alias/cli-$key"
out kms put-key-policy --key-id "$key" --policy-name default --policy \
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}]}'
out kms get-key-policy --key-id "$key" --policy-name default --query Policy | grep -q '"AWS" *: *"\*"'
out kms schedule-key-deletion --key-id "$key" --pending-window-in-days 7 --query KeyState | grep -q PendingDeletion
out kms cancel-key-deletion --key-id "$key"
