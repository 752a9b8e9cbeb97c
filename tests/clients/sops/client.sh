# SOPS: files encrypted for keys by ARN, by alias, with an encryption context, through a role, and for two key groups.
set -euo pipefail
PATH=$CLIENT:$PATH
IFS=, read -r first second <<<"$KEY_ARNS"
IFS=, read -r alias _ <<<"$ALIAS_ARNS"
printf 'password: one\nport: 5432\n' >plain.yaml

# A command that must fail: `! command` would pass either way, since it never ends a script.
fails() {
  if "$@" >failed 2>&1; then
    echo "succeeded: $*" >&2
    exit 1
  fi
}

# Encrypts with these options, and reads back.
round_trip() {
  sops encrypt "$@" plain.yaml >secret.yaml
  fails grep 'password: one' secret.yaml
  test "$(sops decrypt --extract '["password"]' secret.yaml)" = one
}

round_trip --kms "$first"
round_trip --kms "$alias"
round_trip --kms "$first" --encryption-context purpose:test,stage:one
grep -q 'purpose: test' secret.yaml

# A changed context, and a changed value, are found.
sed 's/purpose: test/purpose: best/' secret.yaml >changed.yaml
fails sops decrypt changed.yaml
grep -q InvalidCiphertextException failed
sed '/^password:/s/data:..../data:AAAA/' secret.yaml >changed.yaml
fails cmp secret.yaml changed.yaml
fails sops decrypt changed.yaml

# With a role whose session may use the key.
round_trip --kms "$first+$ROLE_ARN"
grep -q "role: $ROLE_ARN" secret.yaml

# Edit, rotate the data key, give it to another key and take it from the first.
round_trip --kms "$first"
EDITOR="sed -i s/one/two/" sops edit secret.yaml
test "$(sops decrypt --extract '["password"]' secret.yaml)" = two
before=$(grep 'enc:' secret.yaml)
sops rotate -i secret.yaml
test "$before" != "$(grep 'enc:' secret.yaml)"
sops rotate -i --add-kms "$second" --rm-kms "$first" secret.yaml
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
sops updatekeys -y secret.yaml
grep -q 'shamir_threshold: 2' secret.yaml
test "$(sops decrypt --extract '["password"]' secret.yaml)" = two
