#!/usr/bin/env python3
"""Compares model/kms.json with its public sources: model_check.py [--npm PACKAGE_FOLDER | --no-npm] [--no-botocore]

Every difference is printed. Those that model/kms_differences.json explains are wanted; any other one, and any explanation
of a difference that is no longer there, ends with 1. A source that cannot be had is said to be skipped.
"""

import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import model_sources  # noqa: E402  (beside this file)

ROOT = pathlib.Path(__file__).resolve().parent.parent


def own_form(model):
    """Our model in the form that model_sources gives the others."""
    shapes = model["shapes"]

    def type_of(shape):
        if shape in model["structures"]:
            return shape
        kind = shapes[shape]["type"]
        return "string" if kind == "enum" else kind

    return {
        "operations": {name: {"request": o["request"], "response": o["response"], "errors": o["errors"]}
                       for name, o in model["operations"].items()},
        "structures": {name: {m["name"]: {"type": type_of(m["shape"]), "required": bool(m.get("required")),
                                          "shape": m["shape"]} for m in members}
                       for name, members in model["structures"].items()},
        "enums": {name: s["values"] for name, s in shapes.items() if s["type"] == "enum"},
        "constraints": {name: {k: s[k] for k in ("min", "max", "pattern") if k in s} for name, s in shapes.items()},
        "sensitive": [name for name, s in shapes.items() if s.get("sensitive")],
    }


def compare(source, own, other):
    """One line for every difference: "source: where: what"."""
    lines = []

    def differ(where, what):
        lines.append(f"{source}: {where}: {what}")

    def sides(where, ours, theirs):
        for name in sorted(set(ours) - set(theirs)):
            differ(where, f"{name} is ours alone")
        for name in sorted(set(theirs) - set(ours)):
            differ(where, f"{name} is missing here")
        return sorted(set(ours) & set(theirs))

    for name in sides("operations", own["operations"], other["operations"]):
        ours, theirs = own["operations"][name], other["operations"][name]
        for side in ("request", "response"):
            if ours[side] != theirs[side]:
                differ(name, f"{side} {ours[side]} against {theirs[side]}")
        sides(f"{name} errors", ours["errors"], theirs["errors"])
    theirs = {n: m for n, m in other["structures"].items() if not n.endswith("Exception")}
    for name in sides("structures", own["structures"], theirs):
        for member in sides(name, own["structures"][name], theirs[name]):
            a, b = own["structures"][name][member], theirs[name][member]
            for key in ("type", "required"):
                if a[key] != b[key]:
                    differ(f"{name}.{member}", f"{key} {a[key]} against {b[key]}")
    for name in sides("enums", own["enums"], other["enums"]):
        sides(f"enum {name}", own["enums"][name], other["enums"][name])
    for name in sides("sensitive", own["sensitive"], other["sensitive"]):
        pass
    for name, theirs in sorted(other.get("constraints", {}).items()):
        ours = own["constraints"].get(name)
        if ours is None:
            differ("constraints", f"{name} is missing here")
        elif ours != theirs:
            differ(f"constraints of {name}", f"{json.dumps(ours)} against {json.dumps(theirs)}")
    # Constraints that only we have matter as much as those that differ.
    if "constraints" in other:
        for name, ours in sorted(own["constraints"].items()):
            if ours and name not in other["constraints"]:
                differ("constraints", f"{name} is ours alone")
    return lines


def own_faults(model):
    """What is wrong with the model whatever the sources say."""
    faults = []
    for name, operation in model["operations"].items():
        members = {m["name"]: m for m in model["structures"][operation["request"]]}
        answer = {m["name"] for m in model["structures"].get(operation["response"], [])}
        for member in [*operation["audit_request"], *operation["identifiers"]]:
            if member not in members:
                faults.append(f"{name}: no request member {member}")
        for member in operation["audit_request"]:
            shape = model["shapes"].get(members[member]["shape"], {}) if member in members else {}
            if shape.get("sensitive") or shape.get("type") == "blob":
                faults.append(f"{name}: {member} may not be audited")
        for member in set(operation["audit_response"]) - answer:
            faults.append(f"{name}: no response member {member}")
        if operation["dry_run"] != ("DryRun" in members):
            faults.append(f"{name}: dry_run does not say what the request says")
        for code in [*operation["errors"], *operation.get("extra_errors", [])]:
            if code not in model["errors"]:
                faults.append(f"{name}: unknown error {code}")
        for grant in operation["grant_operations"]:
            if grant not in model["shapes"]["GrantOperation"]["values"]:
                faults.append(f"{name}: unknown grant operation {grant}")
        if operation["tracked"] != (name in model["shapes"]["KeyLastUsageTrackingOperation"]["values"]):
            faults.append(f"{name}: tracked does not say what the enum says")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "model/kms.json")
    parser.add_argument("--npm", type=pathlib.Path, help="the unpacked package, instead of fetching the newest one")
    parser.add_argument("--no-npm", action="store_true")
    parser.add_argument("--no-botocore", action="store_true")
    arguments = parser.parse_args()

    model = json.loads(arguments.model.read_text())
    explained = json.loads((ROOT / "model/kms_differences.json").read_text())
    own = own_form(model)
    lines = []
    compared = []
    if not arguments.no_npm:
        npm, reason = ((model_sources.read_npm(arguments.npm), "") if arguments.npm else model_sources.fetch_npm())
        if npm is None:
            print(f"SKIPPED {model_sources.NPM_PACKAGE}: {reason}")
        else:
            compared.append("npm")
            lines += compare("npm", own, npm)
            print(f"compared with {model_sources.NPM_PACKAGE} {npm['version']}")
    if not arguments.no_botocore:
        botocore, reason = model_sources.read_botocore()
        if botocore is None:
            print(f"SKIPPED botocore: {reason}")
        else:
            compared.append("botocore")
            lines += compare("botocore", own, botocore)
            print(f"compared with botocore {botocore['version']}")

    faults = own_faults(model)
    faults += [f"unexplained: {line}" for line in lines if line not in explained]
    faults += [f"explained, but not there: {line}" for line in explained
               if line.split(":")[0] in compared and line not in lines]
    for line in lines:
        if line in explained:
            print(f"explained: {line} ({explained[line]})")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
