"""boto3: identity, paging, encryption context, data keys, signatures that verify outside, typed errors, an assumed role; rotation,
imported key material and the last use of a key; throttling that boto3 gets over by itself."""

import os
import subprocess
import threading
import time

import boto3
from botocore.config import Config
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

kms = boto3.client("kms")  # endpoint, Region, credentials and authority from the environment
first, second = os.environ["KEY_ARNS"].split(",")
context = {"purpose": "test"}


def refused(kind, operation, **parameters):
    """The call must fail with this class of error."""
    try:
        operation(**parameters)
    except kind as error:
        return error.response["Error"]
    raise SystemExit(f"{operation.__name__}: {kind.__name__} was expected")


assert boto3.client("sts").get_caller_identity()["Arn"].startswith("arn:aws:iam::")

# A life of a key.
key = kms.create_key(Description="from boto3", Tags=[{"TagKey": "by", "TagValue": "boto3"}])["KeyMetadata"]
alias = f"alias/boto3-{key['KeyId']}"
kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
assert kms.list_resource_tags(KeyId=key["KeyId"])["Tags"] == [{"TagKey": "by", "TagValue": "boto3"}]
blob = kms.encrypt(KeyId=alias, Plaintext=b"hello", EncryptionContext=context)["CiphertextBlob"]
answer = kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
assert (answer["Plaintext"], answer["KeyId"]) == (b"hello", key["Arn"])
refused(kms.exceptions.InvalidCiphertextException, kms.decrypt, CiphertextBlob=blob)
refused(kms.exceptions.InvalidCiphertextException, kms.decrypt, CiphertextBlob=blob, EncryptionContext={"purpose": "best"})
moved = kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=context, DestinationKeyId=second)
assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], KeyId=second)["Plaintext"] == b"hello"
refused(kms.exceptions.IncorrectKeyException, kms.decrypt, CiphertextBlob=moved["CiphertextBlob"], KeyId=first)

# Data keys, of bytes and of a pair.
made = kms.generate_data_key(KeyId=first, KeySpec="AES_256", EncryptionContext=context)
assert len(made["Plaintext"]) == 32
assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=context)["Plaintext"] == made["Plaintext"]
pair = kms.generate_data_key_pair(KeyId=first, KeyPairSpec="ECC_NIST_P256")
private = load_der_private_key(pair["PrivateKeyPlaintext"], None)
assert load_der_public_key(pair["PublicKey"]) == private.public_key()
assert kms.decrypt(CiphertextBlob=pair["PrivateKeyCiphertextBlob"])["Plaintext"] == pair["PrivateKeyPlaintext"]

# Signatures, verified with the public key alone.
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
for spec, algorithm, how in (
    ("ECC_NIST_P256", "ECDSA_SHA_256", [ec.ECDSA(hashes.SHA256())]),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256", [ec.ECDSA(hashes.SHA256())]),
    ("RSA_2048", "RSASSA_PSS_SHA_256", [PSS, hashes.SHA256()]),
):
    signer = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    request = {"KeyId": signer, "Message": b"message", "SigningAlgorithm": algorithm}
    signature = kms.sign(**request)["Signature"]
    assert kms.verify(**request, Signature=signature)["SignatureValid"]
    public = load_der_public_key(kms.get_public_key(KeyId=signer)["PublicKey"])
    public.verify(signature, b"message", *how)
    try:
        public.verify(signature, b"massage", *how)
        raise SystemExit("a signature of another message verifies")
    except InvalidSignature:
        pass
    refused(kms.exceptions.KMSInvalidSignatureException, kms.verify, **{**request, "Message": b"massage"}, Signature=signature)
coder = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
code = kms.generate_mac(KeyId=coder, Message=b"message", MacAlgorithm="HMAC_SHA_256")["Mac"]
assert len(code) == 32
assert kms.verify_mac(KeyId=coder, Message=b"message", MacAlgorithm="HMAC_SHA_256", Mac=code)["MacValid"]

# Material of one's own, wrapped for the KMS with a key of its; it can be taken away, and only the same can be given again.
own = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]


def give(material):
    """Gives the key this material."""
    parameters = kms.get_parameters_for_import(KeyId=own, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_3072")
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    wrapped = load_der_public_key(parameters["PublicKey"]).encrypt(material, oaep)
    return kms.import_key_material(
        KeyId=own, ImportToken=parameters["ImportToken"], EncryptedKeyMaterial=wrapped, ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")


material = os.urandom(32)
refused(kms.exceptions.KMSInvalidStateException, kms.encrypt, KeyId=own, Plaintext=b"hello")
give(material)
blob = kms.encrypt(KeyId=own, Plaintext=b"hello")["CiphertextBlob"]
kms.delete_imported_key_material(KeyId=own)
assert kms.describe_key(KeyId=own)["KeyMetadata"]["KeyState"] == "PendingImport"
refused(kms.exceptions.KMSInvalidStateException, kms.decrypt, CiphertextBlob=blob)
refused(kms.exceptions.IncorrectKeyMaterialException, give, material=os.urandom(32))
give(material)
assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"hello"

# Rotation, on demand and every so many days. What was encrypted before is decrypted after.
turned = kms.create_key()["KeyMetadata"]["KeyId"]
assert not kms.get_key_last_usage(KeyId=turned).get("KeyLastUsage")
blob = kms.encrypt(KeyId=turned, Plaintext=b"hello")["CiphertextBlob"]
before = kms.describe_key(KeyId=turned)["KeyMetadata"]["CurrentKeyMaterialId"]
kms.rotate_key_on_demand(KeyId=turned)
deadline = time.monotonic() + 60
while "OnDemandRotationStartDate" in kms.get_key_rotation_status(KeyId=turned):  # it is done in the background, as in AWS
    assert time.monotonic() < deadline, "a rotation on demand that does not end"
    time.sleep(0.1)
after = kms.describe_key(KeyId=turned)["KeyMetadata"]["CurrentKeyMaterialId"]
(rotation,) = kms.list_key_rotations(KeyId=turned)["Rotations"]
assert (rotation["RotationType"], rotation["KeyMaterialId"]) == ("ON_DEMAND", after) and after != before
assert kms.encrypt(KeyId=turned, Plaintext=b"hello")["KeyId"] == kms.decrypt(CiphertextBlob=blob)["KeyId"]
materials = kms.list_key_rotations(KeyId=turned, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
assert {each["KeyMaterialId"]: each["KeyMaterialState"] for each in materials} == {before: "NON_CURRENT", after: "CURRENT"}
kms.enable_key_rotation(KeyId=turned, RotationPeriodInDays=180)
status = kms.get_key_rotation_status(KeyId=turned)
assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 180) and status["NextRotationDate"]
assert kms.get_key_last_usage(KeyId=turned)["KeyLastUsage"]["Operation"] == "Decrypt"

# Paging with a page size of one finds what one page finds.
ids = [each["KeyId"] for page in kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 1}) for each in page["Keys"]]
assert len(ids) == len(set(ids)) and set(ids) == {each["KeyId"] for each in kms.list_keys(Limit=1000)["Keys"]}
names = [each["AliasName"] for page in kms.get_paginator("list_aliases").paginate() for each in page["Aliases"]]
assert alias in names and len(names) == len(set(names))

# Classes of errors.
assert refused(kms.exceptions.NotFoundException, kms.describe_key, KeyId="alias/nobody")["Message"]
refused(kms.exceptions.AlreadyExistsException, kms.create_alias, AliasName=alias, TargetKeyId=first)
kms.disable_key(KeyId=key["KeyId"])
refused(kms.exceptions.DisabledException, kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x")
kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
refused(kms.exceptions.KMSInvalidStateException, kms.enable_key, KeyId=key["KeyId"])

# A role's session, whose policy leaves it less than the role has.
session_policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}]}'
made = boto3.client("sts").assume_role(RoleArn=os.environ["ROLE_ARN"], RoleSessionName="boto3", Policy=session_policy)["Credentials"]
session = boto3.Session(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
assert ":assumed-role/" in session.client("sts").get_caller_identity()["Arn"]
narrow = session.client("kms")
blob = narrow.encrypt(KeyId=first, Plaintext=b"hello")["CiphertextBlob"]
assert refused(narrow.exceptions.ClientError, narrow.decrypt, CiphertextBlob=blob)["Code"] == "AccessDeniedException"
assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"hello"

# A development server that throttles on purpose: boto3's own retries carry a program over it, without them it sees the error.
dev = {"endpoint_url": os.environ["DEV_URL"], "aws_access_key_id": "test", "aws_secret_access_key": "test"}


def fault(*words):
    subprocess.run([os.environ["KAGIMORI"], "dev", "fault", *words, "--data", os.environ["DEV_DATA"]], check=True, capture_output=True)


fault("throttle", "--operation", "GenerateRandom")
hasty = boto3.client("kms", config=Config(retries={"total_max_attempts": 1}), **dev)
assert refused(hasty.exceptions.ClientError, hasty.generate_random, NumberOfBytes=16)["Code"] == "ThrottlingException"
patient = boto3.client("kms", config=Config(retries={"mode": "standard", "total_max_attempts": 12}), **dev)
threading.Timer(1, fault, ["clear"]).start()
answer = patient.generate_random(NumberOfBytes=16)
assert len(answer["Plaintext"]) == 16 and answer["ResponseMetadata"]["RetryAttempts"] > 0
