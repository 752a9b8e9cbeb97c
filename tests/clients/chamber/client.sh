# chamber: the secrets of a service in the Parameter Store, every version of each, encrypted with the key of an alias.
set -euo pipefail
PATH=$CLIENT:$PATH
. "$HERE/fails.sh"

# chamber takes the key of this alias.
key=$(aws kms create-key --description "secrets of services" --query KeyMetadata.KeyId --output text)
aws kms create-alias --alias-name alias/parameter_store_key --target-key-id "$key"

chamber write web db-password one
chamber write web db-password two
printf three | chamber write web api-key -
test "$(chamber read -q web db-password)" = two
test "$(chamber read -q --version 1 web db-password)" = one
test "$(chamber read -q web api-key)" = three
chamber history web db-password >history
test "$(grep -cE '^(Created\s+1|Updated\s+2)\s' history)" = 2
chamber list web >listed
grep -qE '^db-password\s+2\s' listed
grep -qE '^api-key\s+1\s' listed
fails grep -E 'two|three' listed
chamber list -e web | grep -qE '^db-password\s+2\s.*two'
chamber list-services | grep -qx web
chamber find db-password | grep -q '^web'

# What a program is given, as its environment and as files.
test "$(chamber exec web -- sh -c 'echo $DB_PASSWORD $API_KEY')" = "two three"
test "$(chamber export web)" = '{"api-key":"three","db-password":"two"}'
test "$(chamber export --format dotenv web | grep DB_PASSWORD)" = 'DB_PASSWORD="two"'
chamber export --output-file secrets.json web
chamber import copy secrets.json
test "$(chamber exec copy -- sh -c 'echo $DB_PASSWORD')" = two

# What is stored is encrypted, with the key of the alias alone.
stored() { aws ssm get-parameter --name /web/db-password --query "Parameter.$1" --output text; }
test "$(stored Type)" = SecureString
stored Value >blob
fails grep two blob
aws ssm describe-parameters --parameter-filters Key=Name,Values=/web/db-password --query 'Parameters[].KeyId' --output text |
  grep -qx alias/parameter_store_key
aws kms disable-key --key-id "$key"
fails chamber read -q web db-password
fails chamber write web other four
aws kms enable-key --key-id "$key"
test "$(chamber read -q web db-password)" = two

chamber delete web api-key
fails chamber read web api-key
test "$(chamber export web)" = '{"db-password":"two"}'
