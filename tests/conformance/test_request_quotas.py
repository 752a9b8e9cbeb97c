"""Request quotas: who has used up a group's rate gets ThrottlingException, as AWS gives it, and nobody else does."""

import pytest
from botocore.exceptions import ClientError

from conformance.support.clients import aws_client
from conformance.support.server import Server

TEXT = "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."
# One request, and the next after 100 seconds: no test waits for it.
ONCE = "0.01"


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    quotas = ",".join(
        f"{group}={ONCE}" for group in ("ListAliases", "ListKeyPolicies", "symmetric", "rsa", "ECC_NIST_P256", "ECC_NIST_P384")
    )
    with Server(tmp_path_factory.mktemp("quotas") / "data", arguments=["--request-quotas", quotas]) as server:
        yield server


def throttled(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    error = refused.value.response
    assert error["Error"]["Code"] == "ThrottlingException"
    assert error["Error"]["Message"] == TEXT
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_the_second_request_is_throttled_and_only_in_its_region(limited):
    first = aws_client(limited, "kms", region="ap-south-1")
    first.list_aliases()
    throttled(first.list_aliases)
    aws_client(limited, "kms", region="ap-south-2").list_aliases()
    first.list_keys()  # another operation has its own


def test_symmetric_operations_share_one_quota(limited):
    kms = aws_client(limited, "kms", region="ca-central-1")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.encrypt(KeyId=key, Plaintext=b"x")
    throttled(kms.generate_data_key, KeyId=key, KeySpec="AES_256")
    throttled(kms.generate_random, NumberOfBytes=1)
    mac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    throttled(kms.generate_mac, KeyId=mac, Message=b"x", MacAlgorithm="HMAC_SHA_256")
    # RSA keys are another group, though the operation is the same.
    rsa = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]
    parameters = {"KeyId": rsa, "Plaintext": b"x", "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    kms.encrypt(**parameters)
    throttled(kms.encrypt, **parameters)


def test_data_key_pairs_have_one_quota_for_each_spec(limited):
    kms = aws_client(limited, "kms", region="sa-east-1")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.generate_data_key_pair(KeyId=key, KeyPairSpec="ECC_NIST_P256")
    throttled(kms.generate_data_key_pair_without_plaintext, KeyId=key, KeyPairSpec="ECC_NIST_P256")
    kms.generate_data_key_pair_without_plaintext(KeyId=key, KeyPairSpec="ECC_NIST_P384")
    kms.encrypt(KeyId=key, Plaintext=b"x")  # and take nothing from the symmetric one


def test_who_is_not_allowed_spends_nothing_of_a_key_s_group(limited):
    kms = aws_client(limited, "kms", region="eu-north-1")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    for _ in range(3):
        with pytest.raises(ClientError, match="NotFoundException"):
            kms.encrypt(KeyId="00000000-0000-4000-8000-000000000000", Plaintext=b"x")
    kms.encrypt(KeyId=key, Plaintext=b"x")


def test_a_request_of_wrong_signature_spends_nothing(limited):
    stranger = aws_client(limited, "kms", region="eu-south-1", secret="wrong")
    for _ in range(3):
        with pytest.raises(ClientError, match="SignatureDoesNotMatch|InvalidSignatureException"):
            stranger.list_aliases()
    aws_client(limited, "kms", region="eu-south-1").list_aliases()


def test_the_preset_of_aws_lets_ordinary_work_through(tmp_path):
    with Server(tmp_path / "data", arguments=["--request-quotas", "aws"]) as server:
        kms = aws_client(server, "kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        for _ in range(100):
            kms.encrypt(KeyId=key, Plaintext=b"x")
        codes = []
        for _ in range(200):
            with pytest.raises(ClientError) as refused:
                kms.disable_key(KeyId="00000000-0000-4000-8000-000000000000")
            codes.append(refused.value.response["Error"]["Code"])
        assert codes[:5] == ["NotFoundException"] * 5
        # Five a second: 200 of them would take forty seconds to pass.
        assert "ThrottlingException" in codes


@pytest.mark.parametrize("wrong", ["on", "Encrypt", "CreateKey=0", "CreateKey=fast", "createkey=1", "aws,", "Nothing=1"])
def test_a_quota_that_makes_no_sense_is_refused_at_the_start(tmp_path, wrong):
    server = Server(tmp_path / "data", arguments=["--request-quotas", wrong])
    with pytest.raises(AssertionError, match="--request-quotas"):
        server.start()
