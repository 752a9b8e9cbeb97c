"""MongoDB's client-side encryption (libmongocrypt): data keys wrapped by the KMS, fields encrypted with them, keys rewrapped.

The driver's part is here: the vault of data keys is a list, since no MongoDB server is needed for it, and requests go to the KMS
as the driver sends them, over TLS to the endpoint that libmongocrypt names."""

import os
import socket
import ssl
from urllib.parse import urlsplit

import bson
from pymongocrypt.errors import MongoCryptError
from pymongocrypt.explicit_encrypter import ExplicitEncrypter
from pymongocrypt.mongocrypt import MongoCryptOptions
from pymongocrypt.state_machine import MongoCryptCallback

endpoint = urlsplit(os.environ["KAGIMORI_URL"]).netloc
first, second = os.environ["KEY_ARNS"].split(",")
providers = {"aws": {"accessKeyId": os.environ["ACCESS_KEY_ID"], "secretAccessKey": os.environ["SECRET_ACCESS_KEY"]}}
trust = ssl.create_default_context(cafile=os.environ["KAGIMORI_CA"])  # the driver's option tlsCAFile
ALGORITHM = "AEAD_AES_256_CBC_HMAC_SHA_512-Random"


def master_key(arn):
    return {"region": "eu-central-1", "key": arn, "endpoint": endpoint}


class Driver(MongoCryptCallback):
    def __init__(self):
        self.vault, self.requests = [], 0

    def kms_request(self, kms_context):
        host, port = kms_context.endpoint.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as plain, trust.wrap_socket(plain, server_hostname=host) as stream:
            stream.sendall(kms_context.message)
            self.requests += 1
            while (wanted := kms_context.bytes_needed) > 0:
                if not (piece := stream.recv(wanted)):
                    raise OSError("the KMS closed the connection")
                kms_context.feed(piece)

    def insert_data_key(self, data_key):
        self.vault.append(bytes(data_key))
        return bson.decode(self.vault[-1])["_id"]

    def fetch_keys(self, filter):
        yield from self.vault

    def bson_encode(self, doc):
        return bson.encode(doc)

    def collection_info(self, database, filter):
        raise AssertionError("explicit encryption asks for no collection")

    mark_command = collection_info

    def close(self):
        pass


def open_vault(driver):
    return ExplicitEncrypter(driver, MongoCryptOptions(providers))


driver = Driver()
encrypter = open_vault(driver)
key = encrypter.create_data_key("aws", master_key(first), key_alt_names=["medical"])
document = bson.decode(driver.vault[0])
assert document["masterKey"]["endpoint"] == endpoint and document["masterKey"]["key"] == first
field = bytes(encrypter.encrypt(bson.encode({"v": "a secret"}), ALGORITHM, key_alt_name="medical"))
assert b"a secret" not in field
assert bson.decode(bytes(encrypter.decrypt(field)))["v"] == "a secret"
assert driver.requests == 2, driver.requests  # Encrypt and Decrypt; from then on the key is in memory

# Another process opens the data key through the KMS.
fresh = open_vault(driver)
assert bson.decode(bytes(fresh.decrypt(field)))["v"] == "a secret"
assert driver.requests == 3, driver.requests

# The data keys get another master key; the field stays as it is.
rewrapped = bson.decode(bytes(encrypter.rewrap_many_data_key({}, "aws", master_key(second))))["v"]
assert [each["masterKey"]["key"] for each in rewrapped] == [second]
driver.vault = [bson.encode({**document, **rewrapped[0]})]
assert bson.decode(bytes(open_vault(driver).decrypt(field)))["v"] == "a secret"

# What AWS KMS refuses, libmongocrypt reports; a data key that was changed opens nothing.
missing = first[:-12] + "0" * 12
broken = dict(document, keyMaterial=bson.Binary(document["keyMaterial"][:-1] + bytes([document["keyMaterial"][-1] ^ 1])))
for attempt, said in (
    (lambda: open_vault(driver).create_data_key("aws", master_key(missing)), "NotFoundException"),
    (lambda: setattr(driver, "vault", [bson.encode(broken)]) or open_vault(driver).decrypt(field), "InvalidCiphertextException"),
):
    try:
        attempt()
    except MongoCryptError as refused:
        assert said in str(refused), refused
    else:
        raise SystemExit(f"{said} was expected")
