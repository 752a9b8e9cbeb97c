#!/usr/bin/env python3
"""Writes docs/operations.md, the matrix of operations, from model/kms.json. --check: only say whether it is current."""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs/operations.md"
FORMS = {"any": "key or alias", "key": "key", "alias_name": "alias name"}

# What the operations that are there do not do yet. Goes as it is into the page.
LIMITS = [
    "Keys are of every spec, with material of Kagimori's own or imported (`EXTERNAL`). A multi-Region key is made as a primary, and nothing",
    "can replicate it yet. Custom key stores are refused with `UnsupportedOperationException`. SM2 is in the Regions in China, and",
    "elsewhere by an option.",
]


def mark(value):
    return "yes" if value else ""


def names(values):
    return ", ".join(values)


def render(model):
    operations = model["operations"]
    done = sum(o["implemented"] for o in operations.values())
    lines = ["# Operations", "",
             "Generated from `model/kms.json` by `tools/operations_matrix.py`; do not edit.", "",
             f"{done} of the {len(operations)} operations of AWS KMS are in this release. The others are refused with",
             "`UnsupportedOperationException`, after the caller's signature has been verified.", "",
             *LIMITS, "",
             "| operation | in this release | permission | access | identifiers | other accounts' keys | grantable | dry run "
             "| body at most |",
             "|---|---|---|---|---|---|---|---|---|"]
    for name, o in operations.items():
        identifiers = "; ".join(f"{member}: {FORMS[form]}" for member, form in o["identifiers"].items())
        lines.append(f"| {name} | {mark(o['implemented'])} | {names(o['actions'])} | {o['access']} | {identifiers} "
                     f"| {mark(o['cross_account'])} | {mark(o['grant_operations'])} | {mark(o['dry_run'])} "
                     f"| {o['body_limit'] // 1024} KiB |")
    lines += ["", "## What the audit record shows", "",
              "Members of the request and of the response that an operation's audit record holds; nothing else of either appears",
              "there. *key*: the key's ARN, although the response is empty.", "",
              "| operation | request | response |", "|---|---|---|"]
    for name, o in operations.items():
        response = o["audit_response"] + (["*key*"] if o["audit_key_arn"] else [])
        lines.append(f"| {name} | {names(o['audit_request'])} | {names(response)} |")
    lines += ["", "## Key states", "",
              "*ok*: allowed. 1 DisabledException; 2, 3, 4, 5, 11, 14, 15 KMSInvalidStateException (2, 3 pending deletion, 4 not",
              "pending deletion, 5 pending import, 11 unavailable, 14 creating, 15 updating); 6, 7, 9 UnsupportedOperationException for",
              "the key's origin or store; 10 by which of the two keys is pending deletion; 12 takes effect when the store",
              "reconnects; 13 stays pending. *?*: depends on the key; -: cannot happen.", "",
              "| operation | " + " | ".join(model["state_columns"]) + " |",
              "|---|" + "---|" * len(model["state_columns"])]
    for name, o in operations.items():
        if o["states"]:
            lines.append(f"| {name} | " + " | ".join(o["states"]) + " |")
    return "\n".join(lines) + "\n"


def main():
    text = render(json.loads((ROOT / "model/kms.json").read_text()))
    if "--check" in sys.argv[1:]:
        if OUTPUT.exists() and OUTPUT.read_text() == text:
            return 0
        print(f"{OUTPUT.relative_to(ROOT)} is not what the model says; run tools/operations_matrix.py")
        return 1
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
