"""IAM on the wire: the Query protocol, its errors, any Region, the audit record, and what outlives a restart."""

import urllib.parse
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.support.audit_log import audit_text, event_of, request_id
from conformance.support.clients import aws_client, refused, without_metadata
from conformance.support.iam import ADMINISTRATOR, ALLOW, READ_ONLY, TRUST, client_of
from conformance.support.wire import FORM, Signer, basic_time, encode, exchange

NAMESPACE = "{https://iam.amazonaws.com/doc/2010-05-08/}"


def post(server, body, *, signer=None, sign=True):
    time = basic_time()
    fields = [
        ("Host", f"127.0.0.1:{server.port}"),
        ("Content-Type", FORM),
        ("X-Amz-Date", time),
        ("Content-Length", str(len(body))),
    ]
    signed = ["content-type", "host", "x-amz-date"]
    authorization = (signer or Signer(service="iam")).authorization("POST", "/", "", fields, signed, body, time)
    if sign:
        fields.append(("Authorization", authorization))
    return exchange(server, encode("POST", "/", fields, body))


def error(answer):
    root = ElementTree.fromstring(answer.body)
    assert root.tag == NAMESPACE + "ErrorResponse"
    assert root.findtext(NAMESPACE + "RequestId") == answer.get("x-amzn-RequestId")
    found = root.find(NAMESPACE + "Error")
    return answer.status, found.findtext(NAMESPACE + "Code"), found.findtext(NAMESPACE + "Message")


def test_the_documents(server, name):
    answer = post(server, f"Action=CreateUser&Version=2010-05-08&UserName={name}".encode())
    assert answer.status == 200
    assert answer.get("Content-Type").startswith("text/xml")
    root = ElementTree.fromstring(answer.body)
    assert [element.tag for element in root] == [NAMESPACE + "CreateUserResult", NAMESPACE + "ResponseMetadata"]
    assert root.findtext(f"{NAMESPACE}CreateUserResult/{NAMESPACE}User/{NAMESPACE}UserName") == name
    answer = post(server, f"Action=DeleteUser&Version=2010-05-08&UserName={name}".encode())
    root = ElementTree.fromstring(answer.body)
    assert [element.tag for element in root] == [NAMESPACE + "ResponseMetadata"], "no result where there is none"


def test_policy_documents_are_url_encoded(server, iam, user, name):
    document = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b c+d~","Resource":"*"}}'
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    body = f"Action=GetUserPolicy&Version=2010-05-08&UserName={name}&PolicyName=p".encode()
    text = ElementTree.fromstring(post(server, body).body).findtext(f".//{NAMESPACE}PolicyDocument")
    assert text == urllib.parse.quote(document, safe="-_.~")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"Version=2010-05-08", (400, "MissingAction", "The request is missing an Action parameter.")),
        (
            b"Action=Nothing&Version=2010-05-08",
            (400, "InvalidAction", "Could not find operation Nothing for version 2010-05-08"),
        ),
        (
            b"Action=ListUsers&Version=2011-06-15",
            (400, "InvalidAction", "Could not find operation ListUsers for version 2011-06-15"),
        ),
        (
            b"Action=ListUsers",
            (400, "InvalidAction", "Could not find operation ListUsers for version NO_VERSION_SPECIFIED"),
        ),
        (
            b"Action=GetUser&Version=2010-05-08&UserName=%FF",
            (400, "MalformedQueryString", "The query string is malformed."),
        ),
        (b"Action=%zz", (400, "MalformedQueryString", "The query string is malformed.")),
    ],
)
def test_requests_of_no_form(server, body, expected):
    assert error(post(server, body)) == expected


def test_an_unknown_access_key(server):
    status, code, _ = error(post(server, b"Action=ListUsers&Version=2010-05-08", signer=Signer(service="iam", key="AKIANOBODY")))
    assert (status, code) == (403, "InvalidClientTokenId")


def test_members_that_are_too_many(server, user, name):
    tags = "".join(f"&Tags.member.{i}.Key=k{i}&Tags.member.{i}.Value=v" for i in range(1, 52))
    status, code, text = error(post(server, f"Action=TagUser&Version=2010-05-08&UserName={name}{tags}".encode()))
    assert (status, code) == (400, "ValidationError")
    assert text.endswith("Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50")


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "us-gov-west-1"])
def test_any_region(server, iam, name, region):
    aws_client(server, "iam", region=region).create_user(UserName=name)
    assert iam.get_user(UserName=name)["User"]["UserName"] == name


def test_summary_and_aliases(iam, user):
    before = iam.get_account_summary()["SummaryMap"]
    assert before["UsersQuota"] == 5000
    assert before["VersionsPerPolicyQuota"] == 5
    iam.create_user(UserName=user["UserName"] + "2")
    assert iam.get_account_summary()["SummaryMap"]["Users"] == before["Users"] + 1
    assert without_metadata(iam.list_account_aliases()) == {"AccountAliases": [], "IsTruncated": False}


def test_the_audit_record_of_a_change(server, iam, name):
    answer = iam.create_user(UserName=name, Path="/p/", Tags=[{"Key": "k", "Value": "v"}])
    event = event_of(server, request_id(answer))
    assert event["eventSource"] == "iam.amazonaws.com"
    assert event["eventName"] == "CreateUser"
    assert event["awsRegion"] == "us-east-1"
    assert event["readOnly"] is False
    assert event["requestParameters"] == {"path": "/p/", "userName": name, "tags": [{"key": "k", "value": "v"}]}
    shown = event["responseElements"]["user"]
    assert shown["userId"] == answer["User"]["UserId"]
    assert shown["arn"] == answer["User"]["Arn"]


def test_the_audit_record_of_an_access_key_has_no_secret(server, iam, user, name):
    answer = iam.create_access_key(UserName=name)
    event = event_of(server, request_id(answer))
    assert set(event["responseElements"]["accessKey"]) == {"userName", "accessKeyId", "status", "createDate"}
    assert answer["AccessKey"]["SecretAccessKey"] not in audit_text(server)


def test_the_audit_record_of_a_user_and_of_a_refusal(server, iam, user, name):
    client = client_of(server, iam, name)
    answer = refused(
        "AccessDenied",
        f"User: {user['Arn']} is not authorized to perform: iam:GetRole on resource: role r because no identity-based "
        "policy allows the iam:GetRole action",
        client.get_role,
        status=403,
        RoleName="r",
    )
    event = event_of(server, request_id(answer))
    assert event["errorCode"] == "AccessDenied"
    assert event["userIdentity"]["type"] == "IAMUser"
    assert event["userIdentity"]["principalId"] == user["UserId"]
    assert event["userIdentity"]["userName"] == name
    assert event["requestParameters"] == {"roleName": "r"}
    assert event["responseElements"] is None


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_everything_outlives_the_server(own_server, end):
    iam = aws_client(own_server, "iam")
    iam.create_user(UserName="bob", Path="/team/", Tags=[{"Key": "k", "Value": "v"}])
    iam.create_group(GroupName="staff")
    iam.add_user_to_group(GroupName="staff", UserName="bob")
    iam.put_group_policy(GroupName="staff", PolicyName="all", PolicyDocument=ALLOW)
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=READ_ONLY)
    policy = iam.create_policy(PolicyName="p", PolicyDocument=ALLOW)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="reader", PolicyArn=policy)
    iam.attach_role_policy(RoleName="reader", PolicyArn=ADMINISTRATOR)
    iam.create_open_id_connect_provider(Url="https://example.com", ClientIDList=["one"])
    key = iam.create_access_key(UserName="bob")["AccessKey"]

    def everything(client):
        return [
            without_metadata(answer)
            for answer in (
                client.list_users(),
                client.get_user(UserName="bob"),
                client.list_access_keys(UserName="bob"),
                client.get_group(GroupName="staff"),
                client.get_group_policy(GroupName="staff", PolicyName="all"),
                client.get_role(RoleName="reader"),
                client.list_attached_role_policies(RoleName="reader"),
                client.get_policy(PolicyArn=policy),
                client.list_open_id_connect_providers(),
            )
        ]

    before = everything(iam)
    getattr(own_server, end)()
    own_server.start()
    assert everything(aws_client(own_server, "iam")) == before
    as_bob = aws_client(own_server, "iam", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert everything(as_bob) == before


def test_many_changes_at_once(server, iam, name):
    """Changes of one account are one after the other; none is lost."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: iam.create_user(UserName=f"{name}{i}", Path=f"/{name}/"), range(40)))
    assert len(iam.list_users(PathPrefix=f"/{name}/", MaxItems=1000)["Users"]) == 40
