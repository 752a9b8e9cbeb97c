# SOPS: files encrypted for keys by ARN, by alias, with an encryption context, through a role, and for two key groups.
# What it prints is the transcript: the commands that a reader would type, and what they said.
set -euo pipefail
PATH=$CLIENT:$PATH
. "$HERE/fails.sh"
IFS=, read -r first second <<<"$KEY_ARNS"
IFS=, read -r alias _ <<<"$ALIAS_ARNS"
printf 'password: one\nport: 5432\n' >plain.yaml

# A command for the transcript, as it is typed, and what it says.
shown() {
  printf '$ %s\n' "$1"
  eval "$1" 2>&1
}

# Encrypts with these options, and reads back.
round_trip() {
  sops encrypt "$@" plain.yaml >secret.yaml
  fails grep 'password: one' secret.yaml
  test "$(sops decrypt --extract '["password"]' secret.yaml)" = one
}

shown "cat plain.yaml"
shown "sops encrypt --kms $first plain.yaml > secret.yaml"
shown "head -n 2 secret.yaml"
shown "sops decrypt secret.yaml"
cmp plain.yaml <(sops decrypt secret.yaml)

round_trip --kms "$first"
round_trip --kms "$alias"
round_trip --kms "$first" --encryption-context purpose:test,stage:one
grep -q 'purpose: test' secret.yaml

# A changed context, and a changed value, are found.
sed 's/purpose: test/purpose: best/' secret.yaml >changed.yaml
fails sops decrypt changed.yaml
printf '$ sops decrypt changed.yaml  # another encryption context\n'
grep -m 1 -o 'InvalidCiphertextException' failed
grep -q InvalidCiphertextException failed
sed '/^password:/s/data:..../data:AAAA/' secret.yaml >changed.yaml
fails cmp secret.yaml changed.yaml
fails sops decrypt changed.yaml

# With a role whose session may use the key.
round_trip --kms "$first+$ROLE_ARN"
grep -q "role: $ROLE_ARN" secret.yaml

# Edit, rotate the data key, give it to another key and take it from the first.
round_trip --kms "$first"
shown 'EDITOR="sed -i s/one/two/" sops edit secret.yaml'
shown "sops decrypt --extract '[\"password\"]' secret.yaml && echo"
test "$(sops decrypt --extract '["password"]' secret.yaml)" = two
before=$(grep 'enc:' secret.yaml)
shown "sops rotate -i secret.yaml"
test "$before" != "$(grep 'enc:' secret.yaml)"
shown "sops rotate -i --add-kms $second --rm-kms $first secret.yaml"
shown "grep 'arn:' secret.yaml"
fails grep "arn: $first" secret.yaml
test "$(sops decrypt --extract '["password"]' secret.yaml)" = two

# updatekeys brings a file to what .sops.yaml says: two groups here, of which both are needed.
cat >.sops.yaml <<END
creation_rules:
  - path_regex: secret\.yaml$
    shamir_threshold: 2
    key_groups:
      - kms: [{arn: "$first"}]
      - kms: [{arn: "$second"}]
END
shown "cat .sops.yaml"
shown "sops updatekeys -y secret.yaml"
grep -q 'shamir_threshold: 2' secret.yaml
test "$(sops decrypt --extract '["password"]' secret.yaml)" = two
