"""An OpenID Connect provider on 127.0.0.1: its configuration, its key set over HTTPS, and tokens that it signs."""

import base64
import http.server
import json
import ssl
import threading
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from conformance.test_serve import write_certificate


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encode_json(value):
    return encode(json.dumps(value).encode())


class SigningKey:
    """ES256 or RS256."""

    def __init__(self, kid, algorithm="ES256"):
        self.kid = kid
        self.algorithm = algorithm
        if algorithm == "ES256":
            self.private = ec.generate_private_key(ec.SECP256R1())
        else:
            self.private = rsa.generate_private_key(65537, 2048)

    def public(self):
        numbers = self.private.public_key().public_numbers()
        if self.algorithm == "ES256":
            point = {name: encode(value.to_bytes(32, "big")) for name, value in (("x", numbers.x), ("y", numbers.y))}
            return {"kty": "EC", "crv": "P-256", "kid": self.kid, "alg": "ES256", "use": "sig"} | point
        modulus = encode(numbers.n.to_bytes(256, "big"))
        return {"kty": "RSA", "kid": self.kid, "alg": "RS256", "use": "sig", "n": modulus, "e": "AQAB"}

    def sign(self, text):
        if self.algorithm == "RS256":
            return self.private.sign(text, padding.PKCS1v15(), hashes.SHA256())
        r, s = utils.decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class IdentityProvider:
    """Serves HTTPS with a certificate of its own in `folder`/tls.pem. `behaviour`: answer, fail, hang, huge, redirect."""

    def __init__(self, folder):
        write_certificate(folder, "issuer")
        self.ca = folder / "tls.pem"
        self.keys = [SigningKey("one")]
        self.behaviour = "answer"
        self.requests = []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, folder / "tls.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.behaviour = "answer"
        self.server.shutdown()
        self.server.server_close()

    @property
    def host(self):
        return self.url.removeprefix("https://")

    def documents(self):
        return {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": self.url + "/keys"},
            "/keys": {"keys": [key.public() for key in self.keys]},
        }

    def answer(self, request):
        self.requests.append(request.path)
        while self.behaviour == "hang":
            time.sleep(0.1)
        status, body = 200, json.dumps(self.documents().get(request.path, {})).encode()
        if self.behaviour == "fail":
            status = 500
        if self.behaviour == "redirect":
            status = 302
        if self.behaviour == "huge":
            body = b" " * (1 << 20) + body
        request.send_response(status)
        request.send_header("Location", self.url + "/keys")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        try:
            request.wfile.write(body)
        except OSError:
            pass  # it had enough

    def token(self, key=None, header=None, signature=None, **claims):
        """A token that is good for an hour, with claims and header members replaced, and left out where they are None."""
        key = key or self.keys[0]
        now = int(time.time())
        body = {"iss": self.url, "sub": "system:serviceaccount:ns:app", "aud": "sts.amazonaws.com", "iat": now, "exp": now + 3600}
        head = {"alg": key.algorithm, "kid": key.kid, "typ": "JWT"} | (header or {})
        text = ".".join(
            encode_json({name: value for name, value in part.items() if value is not None}) for part in (head, body | claims)
        )
        return text + "." + encode(key.sign(text.encode()) if signature is None else signature)
