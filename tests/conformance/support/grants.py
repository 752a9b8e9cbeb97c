"""What tests of grants share. The only principals there are yet are accounts."""

from conformance.support.server import ACCOUNT


def root(account=ACCOUNT):
    return f"arn:aws:iam::{account}:root"


def grants_of(kms, key_id, **filters):
    """All entries of ListGrants, by grant id."""
    found = {}
    parameters = {"KeyId": key_id} | filters
    while True:
        answer = kms.list_grants(**parameters)
        found |= {entry["GrantId"]: entry for entry in answer["Grants"]}
        if not answer["Truncated"]:
            return found
        parameters["Marker"] = answer["NextMarker"]


def retirable_grants(kms, principal=root()):
    found = {}
    parameters = {"RetiringPrincipal": principal}
    while True:
        answer = kms.list_retirable_grants(**parameters)
        found |= {entry["GrantId"]: entry for entry in answer["Grants"]}
        if not answer["Truncated"]:
            return found
        parameters["Marker"] = answer["NextMarker"]
