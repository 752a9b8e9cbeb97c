"""CreateKey: every key spec × key usage × origin × MultiRegion, here and in China, and the KeyMetadata of each."""

import itertools
import re

import pytest

from conformance.support.key_specs import (
    ALGORITHM_MEMBER,
    CHINA,
    ML_DSA,
    ML_KEM,
    NO_IMPORT,
    SPECS,
    USAGES,
    in_region,
)
from conformance.support.raw_kms import RawKms, Refused
from conformance.support.refusals import NO_USAGE, incompatible_usage
from conformance.support.server import ACCOUNT, REGION

SINGLE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MULTI_REGION_ID = re.compile(r"mrk-[0-9a-f]{32}")
ORIGINS = ("AWS_KMS", "EXTERNAL")
# Guess: their CustomerMasterKeySpec repeats the spec although its own enum lacks it. Published samples of ML-DSA do.
OLD_NAME_LACKS = ("ECC_NIST_EDWARDS25519", *ML_KEM)
# In China what differs there and, for comparison, what does not.
CHINESE = ("SM2", "ML_KEM_512", "ML_KEM_768", "ML_KEM_1024", "SYMMETRIC_DEFAULT", "HMAC_224")


def why_refused(region, spec, usage, origin):
    """(codes, text, whether it is a guess), or nothing: the key is made. A text of None: any."""
    if usage not in SPECS[spec]:
        # Guess: of a spec that the Region does not have, that the usage is looked at first.
        return ("ValidationException",), incompatible_usage(usage, spec), not in_region(spec, region)
    if not in_region(spec, region):
        return ("UnsupportedOperationException",), f"KeySpec {spec} is not supported in this Region", True
    if origin == "EXTERNAL" and spec in NO_IMPORT:
        return ("ValidationException", "UnsupportedOperationException"), None, True
    return None


def cases():
    for region, spec in itertools.product((REGION, CHINA), SPECS):
        if region == CHINA and spec not in CHINESE:
            continue
        for usage, origin, multi_region in itertools.product(USAGES, ORIGINS, (False, True)):
            refusal = why_refused(region, spec, usage, origin)
            guess = refusal[2] if refusal else spec in OLD_NAME_LACKS or (spec in ML_DSA and multi_region)
            scope = "multi" if multi_region else "single"
            parts = [region, spec, usage, origin, scope, *(["guess"] if guess else [])]
            yield pytest.param(region, spec, usage, origin, multi_region, id="-".join(parts))


def expected_metadata(region, spec, usage, origin, multi_region, made):
    """All of it, but for what differs from key to key: taken from `made`, and looked at by itself."""
    external = origin == "EXTERNAL"
    partition = "aws-cn" if region == CHINA else "aws"
    arn = f"arn:{partition}:kms:{region}:{ACCOUNT}:key/{made['KeyId']}"
    expected = {
        "AWSAccountId": ACCOUNT,
        "KeyId": made["KeyId"],
        "Arn": arn,
        "CreationDate": made["CreationDate"],
        "Enabled": not external,
        "Description": "",
        "KeyUsage": usage,
        "KeyState": "PendingImport" if external else "Enabled",
        "Origin": origin,
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": spec,
        "KeySpec": spec,
        ALGORITHM_MEMBER[usage]: list(SPECS[spec][usage]),
        "MultiRegion": multi_region,
    }
    if spec == "SYMMETRIC_DEFAULT" and not external:
        expected["CurrentKeyMaterialId"] = made.get("CurrentKeyMaterialId")
    if multi_region:
        primary = {"Arn": arn, "Region": region}
        expected["MultiRegionConfiguration"] = {
            "MultiRegionKeyType": "PRIMARY",
            "PrimaryKey": primary,
            "ReplicaKeys": [],
        }
    return expected


@pytest.mark.parametrize(("region", "spec", "usage", "origin", "multi_region"), list(cases()))
def test_every_combination(server, region, spec, usage, origin, multi_region):
    kms = RawKms(server, region)
    request = {"KeySpec": spec, "KeyUsage": usage, "Origin": origin, "MultiRegion": multi_region}
    refusal = why_refused(region, spec, usage, origin)
    if refusal:
        codes, text, _ = refusal
        with pytest.raises(Refused) as caught:
            kms("CreateKey", **request)
        assert caught.value.status == 400 and caught.value.code in codes, caught.value
        assert text is None or caught.value.text == text
        return
    made = kms("CreateKey", **request)["KeyMetadata"]
    assert made == expected_metadata(region, spec, usage, origin, multi_region, made)
    assert (MULTI_REGION_ID if multi_region else SINGLE_ID).fullmatch(made["KeyId"])
    if "CurrentKeyMaterialId" in made:
        assert re.fullmatch("[0-9a-f]{64}", made["CurrentKeyMaterialId"])
    assert kms("DescribeKey", KeyId=made["Arn"]) == {"KeyMetadata": made}
    assert kms("DescribeKey", KeyId=made["KeyId"]) == {"KeyMetadata": made}


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec != "SYMMETRIC_DEFAULT"])
def test_the_usage_must_be_said_even_if_there_is_only_one(raw_for, spec, origin):
    raw_for(spec).refused("ValidationException", NO_USAGE, "CreateKey", KeySpec=spec, Origin=origin)


@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec not in (*OLD_NAME_LACKS, *ML_DSA)])
def test_the_deprecated_name_of_the_spec_makes_the_same_key(raw_for, spec):
    usage = next(iter(SPECS[spec]))
    made = raw_for(spec)("CreateKey", CustomerMasterKeySpec=spec, KeyUsage=usage)["KeyMetadata"]
    assert (made["KeySpec"], made["CustomerMasterKeySpec"], made["KeyUsage"]) == (spec, spec, usage)


@pytest.mark.parametrize("spec", [*OLD_NAME_LACKS, *ML_DSA])
def test_the_deprecated_name_lacks_the_newer_specs(raw, spec):
    with pytest.raises(Refused) as caught:
        raw("CreateKey", CustomerMasterKeySpec=spec, KeyUsage="SIGN_VERIFY")
    assert caught.value.code == "ValidationException"
    start = f"1 validation error detected: Value '{spec}' at 'customerMasterKeySpec' failed to satisfy constraint: "
    assert caught.value.text.startswith(start + "Member must satisfy enum value set: [")


def test_external_symmetric_keys_have_no_material_yet(raw):
    made = raw("CreateKey", Origin="EXTERNAL")["KeyMetadata"]
    assert not {"CurrentKeyMaterialId", "ExpirationModel", "ValidTo"} & set(made)
    assert (made["KeyState"], made["Enabled"]) == ("PendingImport", False)


def test_a_refused_key_is_not_made(raw):
    def count():
        found, marker = 0, {}
        while True:
            page = raw("ListKeys", Limit=1000, **marker)
            found += len(page["Keys"])
            if not page["Truncated"]:
                return found
            marker = {"Marker": page["NextMarker"]}

    before = count()
    for refused in ({"KeyUsage": "KEY_AGREEMENT"}, {}, {"KeyUsage": "SIGN_VERIFY", "Origin": "EXTERNAL"}):
        with pytest.raises(Refused):
            raw("CreateKey", KeySpec="ML_DSA_44", **refused)
    with pytest.raises(Refused):
        raw("CreateKey", KeySpec="SM2", KeyUsage="SIGN_VERIFY")
    assert count() == before


def test_tags_and_description_go_with_every_spec(raw_for):
    tags = [{"TagKey": "a", "TagValue": "b"}]
    for spec in ("HMAC_256", "ECC_NIST_P256", "ML_DSA_44", "ML_KEM_512", "SM2"):
        kms, usage = raw_for(spec), next(iter(SPECS[spec]))
        made = kms("CreateKey", KeySpec=spec, KeyUsage=usage, Description=spec, Tags=tags)["KeyMetadata"]
        assert made["Description"] == spec
        assert kms("ListResourceTags", KeyId=made["KeyId"])["Tags"] == tags
