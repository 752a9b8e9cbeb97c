"""Reads the KMS API model out of its two public sources, the JavaScript SDK's package and botocore, into one small form.

The form: {"operations": {name: {"request", "response", "errors"}}, "structures": {name: {member: {"type", "required"}}},
"enums": {name: [values]}, "sensitive": [shapes]}; botocore adds "constraints": {shape: {min, max, pattern}}.
A type is "string", "integer", "boolean", "timestamp", "blob", "list", "map" or the name of a structure.
"""

import gzip
import json
import pathlib
import re
import subprocess
import tarfile
import tempfile

NPM_PACKAGE = "@aws-sdk/client-kms"
BOTOCORE_MODEL = "data/kms/2014-11-01/service-2.json.gz"

_SIMPLE_TYPES = {0: "string", 1: "integer", 2: "boolean", 4: "timestamp", 21: "blob"}
_LIST, _MAP = 64, 128


def fetch_npm_package(into):
    """Packs the newest package into the folder `into` and returns its root, or None with the reason when it cannot be had."""
    try:
        done = subprocess.run(["npm", "pack", NPM_PACKAGE, "--silent"], cwd=into, capture_output=True, text=True,
                              timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    archives = sorted(pathlib.Path(into).glob("*.tgz"))
    if done.returncode != 0 or not archives:
        return None, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "npm pack failed"
    with tarfile.open(archives[-1]) as archive:
        archive.extractall(into, filter="data")
    return pathlib.Path(into) / "package", ""


def fetch_npm():
    """The newest package's model, or None and the reason."""
    with tempfile.TemporaryDirectory() as folder:
        root, reason = fetch_npm_package(folder)
        return (read_npm(root), "") if root else (None, reason)


def read_npm(root):
    root = pathlib.Path(root)
    text = "\n".join(p.read_text() for p in sorted((root / "dist-es/schemas").glob("*.js")))
    names = dict(re.findall(r'^const (_\w+) = "([^"]*)";', text, re.M))
    aliases = _npm_simple_shapes(text)
    model = {"operations": {}, "structures": {}, "enums": _npm_enums(root), "version":
             json.loads((root / "package.json").read_text())["version"],
             "sensitive": re.findall(r"^var (\w+) = \[0, n0, _\w+, 8, \d+\];", text, re.M)}
    entry = re.compile(r"^export var (\w+)\$ = \[(-?\d+), n0, _\w+,\s*(\{.*?\}|\d+),\s*(.*?)\n\];", re.M | re.S)
    for name, kind, _, rest in entry.findall(text):
        if kind == "9":
            request, response = re.findall(r"\(\) => (\w+)\$?", rest)
            model["operations"][name] = {"request": None if request == "__Unit" else request,
                                         "response": None if response == "__Unit" else response,
                                         "errors": _npm_errors(root, name)}
        else:
            model["structures"][name] = _npm_members(rest, names, aliases)
    return model


def _npm_simple_shapes(text):
    shapes = {}
    for name, number in re.findall(r"^var (\w+) = \[0, n0, _\w+, \d+, (\d+)\];", text, re.M):
        shapes[name] = _SIMPLE_TYPES[int(number)]
    for name, kind in re.findall(r"^var (\w+) = (64|128) \|", text, re.M):
        shapes[name] = "list" if int(kind) == _LIST else "map"
    for name in re.findall(r"^var (\w+) = \[1, n0,", text, re.M):
        shapes[name] = "list"
    for name in re.findall(r"^var (\w+) = \[2, n0,", text, re.M):
        shapes[name] = "map"
    return shapes


def _npm_members(rest, names, aliases):
    match = re.match(r"\[(.*?)\],\s*\[(.*)\](?:, (\d+))?\s*$", rest, re.S)
    members = [names[m] for m in re.findall(r"_\w+", match[1])]
    types = re.findall(r"\[\(\) => \w+\$?, \d+\]|\(\) => \w+\$?|\d+ \| \d+|\d+", match[2])
    if len(types) != len(members):
        raise ValueError(f"cannot read the schema: {rest}")
    required = int(match[3] or 0)
    result = {}
    for position, (member, written) in enumerate(zip(members, types)):
        reference = re.search(r"=> (\w+)", written)
        if reference:
            type_name = aliases.get(reference[1], reference[1])
        elif "|" in written:
            type_name = "list" if int(written.split()[0]) == _LIST else "map"
        else:
            type_name = _SIMPLE_TYPES[int(written)]
        result[member] = {"type": type_name, "required": position < required}
    return result


def _npm_enums(root):
    text = (root / "dist-es/models/enums.js").read_text()
    return {name: re.findall(r'"([^"]*)"', body)
            for name, body in re.findall(r"export const (\w+) = \{(.*?)\};", text, re.S)}


def _npm_errors(root, operation):
    text = (root / f"dist-types/commands/{operation}Command.d.ts").read_text()
    return [e for e in re.findall(r"@throws \{@link (\w+)\}", text) if e != "KMSServiceException"]


def read_botocore():
    """botocore's model and its version, or None and the reason."""
    try:
        import botocore
    except ImportError as error:
        return None, str(error)
    path = pathlib.Path(botocore.__file__).parent / BOTOCORE_MODEL
    with gzip.open(path) as file:
        raw = json.load(file)
    model = {"operations": {}, "structures": {}, "enums": {}, "constraints": {}, "raw": raw,
             "version": botocore.__version__, "sensitive": []}
    for name, operation in raw["operations"].items():
        model["operations"][name] = {"request": operation.get("input", {}).get("shape"),
                                     "response": operation.get("output", {}).get("shape"),
                                     "errors": [e["shape"] for e in operation.get("errors", [])]}
    for name, shape in raw["shapes"].items():
        if shape.get("sensitive"):
            model["sensitive"].append(name)
        if shape["type"] == "structure":
            model["structures"][name] = {
                member: {"type": _botocore_type(raw, reference["shape"]), "required": member in shape.get("required", []),
                         "shape": reference["shape"]}
                for member, reference in shape["members"].items()}
        elif "enum" in shape:
            model["enums"][name] = shape["enum"]
        constraint = {k: shape[k] for k in ("min", "max", "pattern") if k in shape}
        if constraint:
            model["constraints"][name] = constraint
    return model, ""


def _botocore_type(raw, name):
    kind = raw["shapes"][name]["type"]
    return name if kind == "structure" else kind
