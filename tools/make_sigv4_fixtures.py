#!/usr/bin/env python3
"""Writes src/sigv4/testdata/botocore.txt: requests signed by botocore's own signer, for src/sigv4/botocore_test.cc.

Run it with a Python that has botocore (tests/requirements.txt); the output depends on nothing but this file and botocore.

Format: blocks of "key value" lines, each ended by an empty line; the value is percent-encoded; "field" is repeated, "name:value".
"""

import datetime
import hashlib
import pathlib
import random
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

OUT = pathlib.Path(__file__).resolve().parent.parent / "src/sigv4/testdata/botocore.txt"
NOW = datetime.datetime(2025, 1, 2, 3, 4, 5)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "FwoGZXIvYXdzEPT//////////wEaDEXAMPLE+token/with=signs=="
HOST = "localhost:4599"

botocore.auth.get_current_datetime = lambda *args, **kwargs: NOW


def quote(text):
    return urllib.parse.quote(text, safe="/:;=,+*. ")


def block(name, method, target, fields, body, region, service, akid, token):
    lines = [f"case {name}", f"region {region}", f"service {service}", f"akid {akid}", f"method {method}",
             f"target {quote(target)}"]
    if token:
        lines.append(f"token {quote(token)}")
    lines += [f"field {quote(key)}:{quote(value)}" for key, value in fields]
    lines.append(f"body {urllib.parse.quote_from_bytes(body)}")
    return "\n".join(lines) + "\n"


def sign(name, method, path, fields, body, region="us-east-1", service="kms", token=None, presigned=False):
    akid = "ASIAIOSFODNN7EXAMPLE" if token else "AKIAIOSFODNN7EXAMPLE"
    credentials = botocore.credentials.Credentials(akid, SECRET, token)
    request = botocore.awsrequest.AWSRequest(method=method, url=f"http://{HOST}{path}", data=body, headers=dict(fields))
    if presigned:
        signer = botocore.auth.SigV4QueryAuth(credentials, service, region, expires=60)
    else:
        signer = botocore.auth.SigV4Auth(credentials, service, region)
    signer.add_auth(request)
    parts = urllib.parse.urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    sent = [("Host", HOST), *request.headers.items()]
    return block(name, method, target, sent, body, region, service, akid, token)


def json_fields(target, *more):
    return [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", target), *more]


def known_cases():
    body = b'{"KeyId":"alias/a","Plaintext":"aGVsbG8="}'
    yield sign("cli", "POST", "/", json_fields("TrentService.Encrypt", ("User-Agent", "aws-cli/1.45.11")), body)
    yield sign("session", "POST", "/", json_fields("TrentService.Encrypt"), body, region="eu-central-1", token=TOKEN)
    yield sign("ssm", "POST", "/", json_fields("AmazonSSM.GetParameter"), b'{"Name":"/a"}', service="ssm")
    yield sign("go", "POST", "/", json_fields(
        "TrentService.Decrypt", ("Amz-Sdk-Invocation-Id", "2d0bd7ae-4d1a-4d0e-8a5c-ff1d5d1f0f2e"),
        ("Amz-Sdk-Request", "attempt=1; max=3"), ("Content-Length", str(len(body)))), body)
    yield sign("javascript", "POST", "/", json_fields(
        "TrentService.Decrypt", ("X-Amz-User-Agent", "aws-sdk-js/3.1 ua/2.1  os/linux#6"),
        ("X-Amz-Content-Sha256", hashlib.sha256(body).hexdigest())), body)
    form = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
    yield sign("sts-form", "POST", "/", form, b"Action=GetCallerIdentity&Version=2011-06-15", service="sts")
    yield sign("iam-form", "POST", "/", form, b"Action=CreateUser&UserName=a%2Bb&Version=2010-05-08", service="iam",
               token=TOKEN)
    query = "/?Action=GetCallerIdentity&Version=2011-06-15"
    yield sign("sts-presigned", "GET", query, [], b"", service="sts", presigned=True)
    yield sign("sts-presigned-session", "GET", query, [("x-k8s-aws-id", "cluster 1")], b"", service="sts", token=TOKEN,
               presigned=True)
    for number, path in enumerate(["//", "/./", "/a/../b", "/a/./b/", "/a%20b/c~d", "/a//b///", "/../../x", "/%E1%88%B4/",
                                   "/a:b@c;d,e=f+g!*'()", "/a/..", "/foo/bar/../..?x=y"]):
        yield sign(f"path-{number}", "GET", path, [], b"")
    for number, text in enumerate(["b=2&a=1", "a=2&a=1", "a", "a=&b", "A=1&a=2&B=3", "a=%2F%2B%20~", "x=%E1%88%B4",
                                   "a=b%3Dc", "a-b=1&a=2&a.b=3", "a%2Fb=1"]):
        yield sign(f"query-{number}", "GET", f"/?{text}", [], b"")


def random_cases(count):
    rng = random.Random(4599)
    printable = [chr(c) for c in range(0x21, 0x7F)]
    for number in range(count):
        fields = json_fields("TrentService.Encrypt")
        for index in range(rng.randrange(6)):
            words = ["".join(rng.choices(printable, k=rng.randrange(1, 12))) for _ in range(rng.randrange(1, 5))]
            name = rng.choice(["X-Custom", "x-amz-meta", "Accept", "a"]) + "-" + str(index)
            fields.append((name, (" " * rng.randrange(1, 4)).join(words)))
        pairs = {"".join(rng.choices(printable, k=rng.randrange(1, 6))): "".join(rng.choices(printable, k=rng.randrange(6)))
                 for _ in range(rng.randrange(5))}
        path = "/" + "/".join("".join(rng.choices("ab.-_~9Z", k=rng.randrange(1, 5))) for _ in range(rng.randrange(4)))
        query = "&".join(f"{urllib.parse.quote(k, safe='-_.~')}={urllib.parse.quote(v, safe='-_.~')}" for k, v in pairs.items())
        presigned = rng.random() < 0.3
        body = b"" if presigned else rng.randbytes(rng.randrange(300))  # botocore would move a body into the query
        yield sign(f"random-{number}", rng.choice(["POST", "GET", "PUT"]), path + (f"?{query}" if query else ""), fields,
                   body, region=rng.choice(["us-east-1", "ap-northeast-1", "us-gov-west-1"]), token=rng.choice([None, TOKEN]),
                   presigned=presigned)


def main():
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("\n".join([*known_cases(), *random_cases(60)]))


if __name__ == "__main__":
    main()
