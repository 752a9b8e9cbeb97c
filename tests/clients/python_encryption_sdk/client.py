"""The AWS Encryption SDK for Python: two master keys, each of which opens a message alone."""

import os

import aws_encryption_sdk
import botocore.session

first, second = os.environ["KEY_ARNS"].split(",")
client = aws_encryption_sdk.EncryptionSDKClient()


def provider(*keys):
    return aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(key_ids=list(keys), botocore_session=botocore.session.Session())


message, header = client.encrypt(source=b"a message", encryption_context={"stage": "test"}, key_provider=provider(first, second))
assert len(header.encrypted_data_keys) == 2
for key in (first, second):
    plain, header = client.decrypt(source=message, key_provider=provider(key))
    assert plain == b"a message"
    assert header.encryption_context["stage"] == "test"
try:
    client.decrypt(source=message[:-10], key_provider=provider(first))
except Exception as refused:  # noqa: BLE001 - which one is the library's own affair
    print("a cut message is refused:", type(refused).__name__)
else:
    raise SystemExit("a cut message was decrypted")
