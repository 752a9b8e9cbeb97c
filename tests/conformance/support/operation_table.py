"""What each operation answers, by key spec, key usage and algorithm. docs/key-specs.md shows the same as Markdown."""

import itertools
from dataclasses import dataclass

from conformance.support import refusals
from conformance.support.key_specs import (
    AGREE,
    ENCAPSULATE,
    ENCRYPT,
    ENCRYPTION_ALGORITHMS,
    KEYS,
    MAC,
    MAC_ALGORITHMS,
    SIGN,
    SIGNING_ALGORITHMS,
    SPECS,
    SYMMETRIC_OR_HMAC,
    USAGES,
)

SOURCE, DESTINATION = "ReEncrypt (source)", "ReEncrypt (destination)"
OMITTED = None  # an algorithm that the request does not name: SYMMETRIC_DEFAULT
_ENCRYPTION = (*ENCRYPTION_ALGORITHMS, OMITTED)
_SIGNING = (*SIGNING_ALGORITHMS, "SYMMETRIC_DEFAULT")  # the enum does not print it, and lets it through
_NONE = ("",)  # the operation has no algorithm

# operation: the usage that it needs, and every algorithm that it can be asked for
OPERATIONS = {
    "Encrypt": (ENCRYPT, _ENCRYPTION),
    "Decrypt": (ENCRYPT, _ENCRYPTION),
    SOURCE: (ENCRYPT, _ENCRYPTION),
    DESTINATION: (ENCRYPT, _ENCRYPTION),
    "GenerateDataKey": (ENCRYPT, _NONE),
    "GenerateDataKeyWithoutPlaintext": (ENCRYPT, _NONE),
    "GenerateDataKeyPair": (ENCRYPT, _NONE),
    "GenerateDataKeyPairWithoutPlaintext": (ENCRYPT, _NONE),
    "Sign": (SIGN, _SIGNING),
    "Verify": (SIGN, _SIGNING),
    "GenerateMac": (MAC, MAC_ALGORITHMS),
    "VerifyMac": (MAC, MAC_ALGORITHMS),
    "DeriveSharedSecret": (AGREE, ("ECDH",)),
    "Encapsulate": (ENCAPSULATE, ("ML_KEM",)),
    "Decapsulate": (ENCAPSULATE, ("ML_KEM",)),
    "GetPublicKey": (None, _NONE),
}


@dataclass(frozen=True)
class Outcome:
    kind: str  # as the Markdown table names it
    code: str = ""  # "": it succeeds
    text: str = ""  # "{arn}": the key's
    guess: bool = False

    def succeeds(self):
        return self.code == ""


YES = Outcome("yes")
OTHER_KEY = Outcome("other key", "IncorrectKeyException", refusals.WRONG_KEY)


def outcome(spec, usage, operation, algorithm):
    """Of a request that has nothing else wrong. Ciphertexts: the key's own where it can make one with the algorithm;
    otherwise, for SYMMETRIC_DEFAULT, another key's. The usage is looked at before the algorithm."""
    needed, _ = OPERATIONS[operation]
    name = operation.split(" ")[0]
    opens = operation in ("Decrypt", SOURCE)
    asked = "SYMMETRIC_DEFAULT" if algorithm is OMITTED else algorithm
    if operation == "GetPublicKey":
        hmac = spec.startswith("HMAC")  # measured on symmetric keys alone
        refusal = Outcome("unsupported", "UnsupportedOperationException", "", guess=hmac)
        return refusal if spec in SYMMETRIC_OR_HMAC else YES
    if opens and asked == "SYMMETRIC_DEFAULT" and spec != "SYMMETRIC_DEFAULT":
        return OTHER_KEY  # what the blob says comes before what the key is for
    if usage != needed:
        text = refusals.wrong_usage("{arn}", usage, name)
        measured = not opens and operation not in (DESTINATION, "Encapsulate", "Decapsulate") and "Pair" not in name
        return Outcome("usage", refusals.USAGE, text, guess=not measured or usage == ENCAPSULATE)
    if name.startswith("GenerateDataKey"):
        wrapper = Outcome(
            "asymmetric", refusals.USAGE, refusals.ASYMMETRIC_WRAPPER, guess="Pair" in name or spec == "SM2"
        )
        return YES if spec == "SYMMETRIC_DEFAULT" else wrapper
    if asked in SPECS[spec][usage]:
        return YES
    measured = operation in ("Encrypt", "Sign", "Verify", "GenerateMac", "VerifyMac") and spec != "SYMMETRIC_DEFAULT"
    return Outcome("algorithm", refusals.USAGE, refusals.incompatible(asked, spec), guess=not measured)


def cells():
    """(spec, usage, operation, algorithm): all there are."""
    for (spec, usage), (operation, (_, algorithms)) in itertools.product(KEYS, OPERATIONS.items()):
        for algorithm in algorithms:
            yield spec, usage, operation, algorithm


def _cell(spec, usage, operation):
    kinds = {outcome(spec, usage, operation, algorithm).kind: None for algorithm in OPERATIONS[operation][1]}
    return "yes" if "yes" in kinds else " / ".join(kinds)


LEGEND = f"""\
| | |
|---|---|
| yes | with the key's algorithms; any other: `InvalidKeyUsageException`, `{refusals.incompatible("…", "…")}` |
| usage | `InvalidKeyUsageException`, `{refusals.wrong_usage("<key ARN>", "…", "…")}` |
| asymmetric | `InvalidKeyUsageException`, `{refusals.ASYMMETRIC_WRAPPER}` |
| other key | with `SYMMETRIC_DEFAULT`, which is the default: `IncorrectKeyException`, whatever the key is for |
| unsupported | `UnsupportedOperationException` without a text |
"""


def _alike(things, look):
    """Those that look the same, together."""
    groups = {}
    for thing in things:
        groups.setdefault(look(thing), []).append(thing)
    return [(", ".join(group), looks) for looks, group in groups.items()]


def markdown():
    """The whole table and its legend; what is alike shares a row or a column."""

    def column(operation):
        return tuple(_cell(spec, usage, operation) for spec, usage in KEYS)

    columns = _alike(OPERATIONS, column)
    lines = [["key spec", "key usage", "algorithms", *(names for names, _ in columns)]]
    lines.append(["---"] * len(lines[0]))
    for usage in USAGES:

        def row(spec, usage=usage):
            place = KEYS.index((spec, usage))
            return ", ".join(SPECS[spec][usage]), *(cells[place] for _, cells in columns)

        specs = [spec for spec, use in KEYS if use == usage]
        lines += [[names, usage, *looks] for names, looks in _alike(specs, row)]
    return LEGEND + "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)
