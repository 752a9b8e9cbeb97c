"""OIDC providers."""

import datetime

from conformance.support.clients import refused, without_metadata
from conformance.support.server import ACCOUNT

THUMBPRINT = "b" * 40


def test_a_provider(iam, name):
    arn = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}.example.com/path"
    made = iam.create_open_id_connect_provider(
        Url=f"https://{name}.example.com/path", ClientIDList=["one"], ThumbprintList=[THUMBPRINT]
    )
    assert without_metadata(made) == {"OpenIDConnectProviderArn": arn}
    got = without_metadata(iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn))
    assert isinstance(got.pop("CreateDate"), datetime.datetime)
    assert got == {
        "Url": f"{name}.example.com/path",
        "ClientIDList": ["one"],
        "ThumbprintList": [THUMBPRINT],
        "Tags": [],
    }
    assert {"Arn": arn} in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    text = f"OpenIDConnect Provider not found for arn {arn}"
    refused("NoSuchEntity", text, iam.get_open_id_connect_provider, status=404, OpenIDConnectProviderArn=arn)
    text = f"OpenId connect Provider {arn} cannot be found."
    refused("NoSuchEntity", text, iam.delete_open_id_connect_provider, status=404, OpenIDConnectProviderArn=arn)


def test_client_ids_and_thumbprints(iam, name):
    arn = iam.create_open_id_connect_provider(Url=f"https://{name}.example.com")["OpenIDConnectProviderArn"]
    get = lambda: iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)  # noqa: E731
    assert (get()["ClientIDList"], get()["ThumbprintList"]) == ([], [])
    for client in ("one", "two", "one"):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client)
    assert get()["ClientIDList"] == ["one", "two"]
    for client in ("one", "never"):
        iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client)
    assert get()["ClientIDList"] == ["two"]
    prints = ["c" * 40, "d" * 40]
    iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=arn, ThumbprintList=prints)
    assert get()["ThumbprintList"] == prints


def test_refusals(iam, name):
    create = iam.create_open_id_connect_provider
    url = f"https://{name}.example.com"
    create(Url=url)
    refused("EntityAlreadyExists", f"Provider with url {url} already exists.", create, status=409, Url=url)
    for bad in ("http://example.com", "example.com", "https://", "https://exa mple.com", "https://example.com?a=b"):
        refused("ValidationError", "Invalid Open ID Connect Provider URL", create, Url=bad)
    refused(
        "InvalidInput",
        "Thumbprint list must contain fewer than 5 entries.",
        create,
        Url=f"https://{name}2.example.com",
        ThumbprintList=[THUMBPRINT] * 6,
    )
    refused(
        "LimitExceeded",
        "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100",
        create,
        status=409,
        Url=f"https://{name}2.example.com",
        ClientIDList=[f"c{i}" for i in range(101)],
    )
