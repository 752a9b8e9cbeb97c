"""Makes src/oidc/testdata: identity tokens and key sets by the Python package `cryptography`, an implementation that shares
nothing with ours.

    python3 tools/make_jwt_fixtures.py src/oidc/testdata

Writes keys.json (the issuer's key set) and tokens.txt: a name and a token on each line. Run it with a Python that has
`cryptography` (the tests' environment has it); it makes new keys each time.
"""

import base64
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES = {"ES256": (ec.SECP256R1(), "P-256", 32), "ES384": (ec.SECP384R1(), "P-384", 48), "ES512": (ec.SECP521R1(), "P-521", 66)}
CLAIMS = {
    "iss": "https://token.example.com/tenant",
    "sub": "repo:octo/app:ref:refs/heads/main",
    "aud": ["sts.amazonaws.com", "other"],
    "azp": "client-1",
    "amr": ["authenticated", "mfa"],
    "iat": 1_800_000_000,
    "nbf": 1_800_000_000.5,
    "exp": 1_800_003_600,
}


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size):
    return encode(value.to_bytes(size, "big"))


def sign(key, algorithm, text):
    if algorithm == "EdDSA":
        return key.sign(text)
    digest = HASHES[algorithm[2:]]
    if algorithm.startswith("RS"):
        return key.sign(text, padding.PKCS1v15(), digest)
    if algorithm.startswith("PS"):
        return key.sign(text, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    size = CURVES[algorithm][2]
    r, s = utils.decode_dss_signature(key.sign(text, ec.ECDSA(digest)))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def public(key, kid):
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {"kty": "RSA", "kid": kid, "n": number(numbers.n, key.key_size // 8), "e": number(numbers.e, 3)}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": encode(key.public_key().public_bytes_raw())}
    _, name, size = next(curve for curve in CURVES.values() if curve[0].name == key.curve.name)
    numbers = key.public_key().public_numbers()
    return {"kty": "EC", "crv": name, "kid": kid, "use": "sig", "x": number(numbers.x, size), "y": number(numbers.y, size)}


def token(key, header, claims=None):
    text = ".".join(encode(json.dumps(part).encode()) for part in (header, CLAIMS | (claims or {})))
    return text + "." + encode(sign(key, header["alg"], text.encode()))


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    keys = {
        "rsa-2048": rsa.generate_private_key(65537, 2048),
        "rsa-4096": rsa.generate_private_key(65537, 4096),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "ES384": ec.generate_private_key(ec.SECP384R1()),
        "ES512": ec.generate_private_key(ec.SECP521R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    }
    lines = []
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]:
        for name in ["rsa-2048", "rsa-4096"]:
            lines.append((f"{algorithm}-{name}", token(keys[name], {"alg": algorithm, "typ": "JWT", "kid": name})))
    for name in ["ES256", "ES384", "ES512", "EdDSA"]:
        lines.append((name, token(keys[name], {"alg": name, "kid": name})))
    lines.append(("no-key-id", token(keys["ES256"], {"alg": "ES256"})))
    lines.append(("wrong-key-id", token(keys["ES256"], {"alg": "ES256", "kid": "ES384"})))
    lines.append(("one-audience", token(keys["ES256"], {"alg": "ES256"}, {"aud": "sts.amazonaws.com"})))
    lines.append(("not-in-the-set", token(ec.generate_private_key(ec.SECP256R1()), {"alg": "ES256", "kid": "ES256"})))
    lines.append(("critical", token(keys["ES256"], {"alg": "ES256", "crit": ["exp"]})))
    (folder / "keys.json").write_text(json.dumps({"keys": [public(key, kid) for kid, key in keys.items()]}, indent=1) + "\n")
    (folder / "tokens.txt").write_text("".join(f"{name} {text}\n" for name, text in lines))


if __name__ == "__main__":
    main()
