"""Requests byte by byte: an own signer (so that it shares no mistake with botocore) and an own reader of answers."""

import datetime
import hashlib
import hmac
import json
import socket
from dataclasses import dataclass
from urllib.parse import quote

JSON = "application/x-amz-json-1.1"
FORM = "application/x-www-form-urlencoded"
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
    "signing method. Consult the service documentation for details."
)


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def basic_time(offset_seconds=0):
    now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=offset_seconds)
    return now.strftime("%Y%m%dT%H%M%SZ")


@dataclass
class Signer:
    """Every part of a signature can be made wrong on its own."""

    key: str = "test"
    secret: str = "test"
    region: str = "us-east-1"
    service: str = "kms"
    terminator: str = "aws4_request"
    scope_date: str | None = None
    algorithm: str = "AWS4-HMAC-SHA256"

    def scope(self, time):
        return f"{self.scope_date or time[:8]}/{self.region}/{self.service}/{self.terminator}"

    def signature(self, time, canonical):
        scope = self.scope(time)
        to_sign = "\n".join([self.algorithm, time, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self.secret).encode()
        for part in scope.split("/"):
            key = _hmac(key, part)
        return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()

    def authorization(self, method, path, query, headers, signed, body, time):
        listed = ";".join(sorted(signed))
        lines = "".join(f"{name}:{_canonical_value(headers, name)}\n" for name in sorted(signed))
        canonical = "\n".join([method, path, query, lines, listed, hashlib.sha256(body).hexdigest()])
        credential = f"{self.key}/{self.scope(time)}"
        return (
            f"{self.algorithm} Credential={credential}, SignedHeaders={listed}, "
            f"Signature={self.signature(time, canonical)}"
        )

    def presigned(self, method, path, parameters, headers, body, time, expires=None):
        """The query string of a presigned request; `headers` are all signed."""
        signed = ";".join(sorted(name.lower() for name, _ in headers))
        query = dict(parameters)
        query |= {
            "X-Amz-Algorithm": self.algorithm,
            "X-Amz-Credential": f"{self.key}/{self.scope(time)}",
            "X-Amz-Date": time,
            "X-Amz-SignedHeaders": signed,
        }
        if expires is not None:
            query["X-Amz-Expires"] = str(expires)
        encoded = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(query.items()))
        lines = "".join(f"{name}:{_canonical_value(headers, name)}\n" for name in signed.split(";"))
        canonical = "\n".join([method, path, encoded, lines, signed, hashlib.sha256(body).hexdigest()])
        return f"{encoded}&X-Amz-Signature={self.signature(time, canonical)}"


def _canonical_value(headers, lower_name):
    values = [" ".join(value.split()) for name, value in headers if name.lower() == lower_name]
    return ",".join(values)


@dataclass
class Response:
    status: int
    headers: list
    body: bytes

    def get(self, name):
        return next((value for other, value in self.headers if other.lower() == name.lower()), None)

    def json(self):
        return json.loads(self.body)

    def error(self):
        """(status, code, text) of a JSON protocol's error; the text is "" when there is none."""
        answer = self.json()
        assert set(answer) <= {"__type", "message", "Message"}, answer
        return self.status, answer["__type"], answer.get("message", answer.get("Message", ""))


class Connection:
    def __init__(self, server, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=timeout)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *pieces):
        for piece in pieces:
            self.socket.sendall(piece)

    def _read_until(self, enough):
        while not enough():
            piece = self.socket.recv(65536)
            if not piece:
                raise EOFError(f"closed after {self.buffer!r}")
            self.buffer += piece

    def response(self):
        self._read_until(lambda: b"\r\n\r\n" in self.buffer)
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        version, status = lines[0].split(" ")[:2]
        assert version == "HTTP/1.1"
        headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
        length = int(dict(headers).get("Content-Length", 0))
        if int(status) == 100:
            return Response(100, headers, b"")
        self._read_until(lambda: len(self.buffer) >= length)
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Response(int(status), headers, body)

    def closed(self):
        """Whether the server has nothing more to say and says so (waits for it)."""
        try:
            return self.buffer == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


def encode(method, target, headers, body=b""):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


def kms_headers(server, operation, body, *, time=None, content_type=JSON, host=None, extra=()):
    return [
        ("Host", host or f"127.0.0.1:{server.port}"),
        ("Content-Type", content_type),
        ("X-Amz-Date", time or basic_time()),
        ("X-Amz-Target", operation if "." in operation else f"TrentService.{operation}"),
        ("Content-Length", str(len(body))),
        *extra,
    ]


SIGNED = ("host", "content-type", "x-amz-date", "x-amz-target")


def kms_request(server, operation, body=b"{}", *, signer=None, signed=SIGNED, time=None, authorization=None, **headers):
    """The bytes of a signed request. `body`: bytes, or what becomes JSON. `authorization` replaces the right one."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    fields = kms_headers(server, operation, body, time=time, **headers)
    if authorization is None:
        when = next(value for name, value in fields if name == "X-Amz-Date")
        authorization = (signer or Signer()).authorization("POST", "/", "", fields, signed, body, when)
    if authorization:
        fields.append(("Authorization", authorization))
    return encode("POST", "/", fields, body)


def exchange(server, request):
    with Connection(server) as connection:
        connection.send(request)
        return connection.response()


def call(server, operation, body=b"{}", **how):
    """One signed request on a connection of its own."""
    return exchange(server, kms_request(server, operation, body, **how))
