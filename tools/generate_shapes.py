#!/usr/bin/env python3
"""Generates C++ from a service model: generate_shapes.py MODEL OUTPUT_FOLDER

Of KMS's model it writes kms_enums.h, kms_errors.h, kms.h (structures), kms_operations.h and kms_operations.cc into
OUTPUT_FOLDER/shapes; of another service's (SSM) the same under its name and in a namespace of that name, with the
shorter descriptor of service_operation.h. The code that does something with the structures is hand-written, in src/shapes.
"""

import json
import pathlib
import re
import sys

PATTERNS = {
    r"^\p{ASCII}+$": "kAscii",
    r"^[a-zA-Z0-9:/_-]+$": "kName",
    r"^[a-f0-9]+$": "kHex",
    r"[0-9]{12}": "kAccount",
    r"cluster-[2-7a-zA-Z]{11,16}": "kClusterId",
    r"^[a-zA-Z0-9:/_\s.-]+$": "kMaterialDescription",
    r"[\u0020-\u00FF]*": "kLatin1",
    r"[\w]+": "kWord",
    r"[\u0009\u000A\u000D\u0020-\u00FF]+": "kPolicy",
    r"^[\w+=,.@:/-]+$": "kPrincipal",
    r"^([a-z]+-){2,3}\d+$": "kRegion",
    r"^[a-zA-Z0-9-_.]+$": "kXksKeyId",
    r"^[A-Z2-7]+$": "kXksAccessKey",
    r"^[a-zA-Z0-9\/+=]+$": "kXksSecretKey",
    r"^https://[a-zA-Z0-9.-]+$": "kXksEndpoint",
    r"^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$": "kXksPath",
    r"^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$": "kVpceService",
    r"^([a-zA-Z0-9:/_-]+)$": "kParameterKeyId",
    r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$": "kTagText",
    r"tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType": "kParameterFilterKey",
}
SCALARS = {"string": "std::string", "integer": "int32_t", "long": "int64_t", "boolean": "bool", "timestamp": "Timestamp",
           "blob": "Bytes"}
SECRETS = {"string": "SecretText", "blob": "secret::SecretBytes"}
STATE_COLUMNS = 7


def words(name):
    name = name.replace("CMKs", "Cmks").replace("-", "_")
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", name).lower().split("_")


def snake(name):
    return "_".join(words(name))


def camel(name):
    """KMSInternal -> KmsInternal, RSA_2048 -> Rsa2048, PendingDeletion -> PendingDeletion."""
    return "".join(w.capitalize() for w in words(name))


def lower_first(name):
    return name[0].lower() + name[1:]


def error_name(code):
    return camel(code.removesuffix("Exception"))


def quote(text):
    return json.dumps(text)


class Generator:
    def __init__(self, model):
        self.model = model
        self.service = model["service"]
        # KMS's shapes stand in the namespace of the room, for whose sake it was made.
        self.namespace = "" if self.service == "kms" else self.service
        self.shapes = model["shapes"]
        self.structures = model["structures"]
        self.operations = model["operations"]
        self.errors = model["errors"]

    def header(self, part, includes, body):
        if self.namespace:
            body = [f"namespace {self.namespace} {{\n", *body, f"}}  // namespace {self.namespace}\n"]
        return header(self.service.upper() + ("_" + part if part else ""), includes, body)

    # Types

    def sensitive(self, shape):
        return self.shapes.get(shape, {}).get("sensitive", False)

    def value_type(self, shape):
        if shape in self.structures:
            return shape
        entry = self.shapes[shape]
        kind = entry["type"]
        if kind == "enum":
            return shape
        if kind == "list":
            return f"std::vector<{self.value_type(entry['member'])}>"
        if kind == "map":
            if any(self.shapes[entry[k]]["type"] != "string" for k in ("key", "value")):
                raise ValueError(f"{shape}: only maps of strings are known")
            return "StringMap"
        return (SECRETS if entry.get("sensitive") else SCALARS)[kind]

    def member_type(self, member):
        value = self.value_type(member["shape"])
        return value if member.get("required") else f"std::optional<{value}>"

    def holds_secret(self, name):
        return any(self.sensitive(m["shape"]) or (m["shape"] in self.structures and self.holds_secret(m["shape"]))
                   for m in self.structures[name])

    def ordered_structures(self):
        done = []

        def place(name):
            if name in done:
                return
            for member in self.structures[name]:
                shape = member["shape"]
                while shape in self.shapes and self.shapes[shape]["type"] == "list":
                    shape = self.shapes[shape]["member"]
                if shape in self.structures:
                    place(shape)
            done.append(name)

        for name in self.structures:
            place(name)
        return done

    # kms_enums.h

    def enums(self):
        out = []
        for name, shape in self.shapes.items():
            if shape["type"] != "enum":
                continue
            values = shape["values"]
            if len(values) > 127:
                raise ValueError(f"{name} has too many values")
            out.append(f"enum class {name} : uint8_t {{")
            out += [f"  k{camel(v)}," for v in values]
            out.append("};")
            if self.namespace:
                out.append(f"}}  // namespace {self.namespace}")
            out.append("template <>")
            out.append(f"struct EnumTraits<{self.namespace + '::' if self.namespace else ''}{name}> {{")
            out.append(f"  static constexpr std::array<std::string_view, {len(values)}> kNames = "
                       f"{{{', '.join(quote(v) for v in values)}}};")
            printed = "[" + ", ".join(shape.get("printed", values)) + "]"
            out.append(f"  static constexpr std::string_view kPrinted = {quote(printed)};")
            out.append("};\n")
            if self.namespace:
                out.append(f"namespace {self.namespace} {{")
        return self.header("ENUMS", ["<array>", "<cstdint>", "<string_view>", "", '"shapes/member_info.h"'], out)

    # kms_errors.h

    def error_file(self):
        out = ["enum class ErrorCode : uint8_t {"]
        out += [f"  k{error_name(code)}," for code in self.errors]
        out.append("};\n")
        out.append("inline constexpr ErrorInfo kErrorInfo[] = {")
        for code, entry in self.errors.items():
            out.append(f"    {{{quote(code)}, {entry['status']}, {boolean(entry.get('capital_message'))}}},")
        out.append("};")
        out.append("// The maker of every API error. A factory without a parameter makes an error that has one fixed text or none.")
        out.append("class Errors {\n public:")
        for code, entry in self.errors.items():
            name = error_name(code)
            made = f"TypedError<ErrorCode::k{name}>"
            if "text" in entry:
                text = quote(entry["text"]) if entry["text"] else "std::string()"
                out.append(f"  static {made} {name}() {{ return {made}({text}); }}")
                continue
            if entry.get("optional_text"):
                out.append(f"  static {made} {name}() {{ return {made}(std::string()); }}")
            out.append(f"  static {made} {name}(std::string message) {{ return {made}(std::move(message)); }}")
        out.append("};\n")
        out.append("template <class Op>\nOpError<Op> OpError<Op>::From(ApiError error) {")
        out.append("  if (Allows(error.code())) return OpError(std::move(error), 0);")
        out.append("  return OpError(Errors::KmsInternal());\n}\n")
        return self.header("ERRORS", ["<cstdint>", "<string>", "<string_view>", "<utility>", "", '"shapes/api_error.h"'], out)

    def service_error_file(self):
        """The same for a service whose operations share one type of error; service_operation.h has what it is made of."""
        out = ["enum class ErrorCode : uint8_t {"]
        out += [f"  k{error_name(code)}," for code in self.errors]
        out.append("};\n")
        out.append("inline constexpr ErrorInfo kErrorInfo[] = {")
        for code, entry in self.errors.items():
            out.append(f"    {{{quote(code)}, {entry['status']}, {boolean(entry.get('capital_message'))}}},")
        out.append("};")
        out.append("class Errors;")
        out.append("using ApiError = ServiceError<ErrorCode, kErrorInfo, Errors>;")
        out.append("// The maker of every API error. An empty text is left out of the answer.")
        out.append("class Errors {\n public:")
        for code in self.errors:
            name = error_name(code)
            out.append(f"  static ApiError {name}(std::string message = {{}}) "
                       f"{{ return ApiError(ErrorCode::k{name}, std::move(message)); }}")
        out.append("};\n")
        return self.header("ERRORS", ["<cstdint>", "<string>", "<utility>", "", '"shapes/service_operation.h"'], out)

    def operation_errors(self, operation):
        codes = list(operation["errors"]) + operation.get("extra_errors", [])
        codes += [c for c, e in self.errors.items() if e.get("every_operation") and c not in codes]
        if not operation.get("implemented", True) and "UnsupportedOperationException" not in codes:
            codes.append("UnsupportedOperationException")
        return codes

    # kms.h

    def audited_members(self):
        """(structure, member) pairs that audit records show at their top level."""
        shown = set()
        for operation in self.operations.values():
            shown |= {(operation["request"], m) for m in operation["audit_request"]}
            shown |= {(operation["response"], m) for m in operation["audit_response"]}
        return shown

    def constraint(self, shape):
        entry = self.shapes.get(shape, {})
        parts = []
        if "min" in entry:
            parts.append(f".min = {entry['min']}")
        if "max" in entry:
            parts.append(f".max = {entry['max']}")
        if "pattern" in entry:
            if entry["pattern"] not in PATTERNS:
                raise ValueError(f"{shape}: unknown pattern {entry['pattern']}; see src/shapes/patterns.h")
            parts.append(f".pattern = Pattern::{PATTERNS[entry['pattern']]}")
        return "{" + ", ".join(parts) + "}" if parts else ""

    def member_info(self, structure, member, bit, audited):
        name, shape = member["name"], member["shape"]
        lower = lower_first(name)
        entry = self.shapes.get(shape, {})
        element = entry.get("member") if entry.get("type") == "list" else None
        parts = [f".name = {quote(name)}", f".lower_name = {quote(lower)}",
                 f".key = {quote(quote(name) + ':')}", f".lower_key = {quote(quote(lower) + ':')}"]
        if bit:
            parts.append(f".bit = 0x{bit:x}")
        if member.get("required_unless"):
            parts.append(".required_unless_ignored = true")
        if entry.get("sensitive") or any(self.shapes.get(s, {}).get("unprinted") for s in (shape, element) if s):
            parts.append(".unprinted = true")
        if (structure, name) in audited:
            parts.append(".audited = true")
        if self.constraint(shape):
            parts.append(f".value = {self.constraint(shape)}")
        if element and self.constraint(element):
            parts.append(f".element = {self.constraint(element)}")
        return ", ".join(parts)

    def structure_file(self):
        out = []
        audited = self.audited_members()
        for name in self.ordered_structures():
            out += self.structure(name, audited)
        for operation_name, operation in self.operations.items():
            if not operation["response"]:
                out += [f"struct {operation_name}Response {{", "  static constexpr bool kIsStructure = true;",
                        "  static constexpr bool kNoBody = true;", "  static constexpr bool kHoldsSecret = false;",
                        "  template <class V, class Self>", "  static void Visit(V&, Self&) {}", "};\n"]
        includes = ["<cstdint>", "<optional>", "<string>", "<vector>", "", '"base/bytes.h"', '"base/clock.h"',
                    '"secret/secret_bytes.h"', f'"shapes/{self.service}_enums.h"', '"shapes/member_info.h"', '"shapes/types.h"']
        return self.header("", includes, out)

    def structure(self, name, audited):
        members = self.structures[name]
        out = [f"struct {name} {{", "  static constexpr bool kIsStructure = true;",
               f"  static constexpr bool kHoldsSecret = {boolean(self.holds_secret(name))};\n"]
        for member in members:
            out.append(f"  {self.member_type(member)} {snake(member['name'])} = {{}};")
        required = [m for m in members if m.get("required")]
        if required:
            out.append("  MemberSet missing_ = 0;  // required members that a decoded request lacked; empty once it is valid")
        bits = {m["name"]: 1 << i for i, m in enumerate(required)}
        if required:
            out.append(f"\n  static constexpr MemberSet kRequired = 0x{(1 << len(required)) - 1:x};")
        if members:
            out.append("  struct Info {")
            for member in members:
                info = self.member_info(name, member, bits.get(member["name"], 0), audited)
                out.append(f"    static constexpr MemberInfo k{camel(member['name'])}{{{info}}};")
            out.append("  };")
        unused = "" if members else "[[maybe_unused]] "
        out += ["  template <class V, class Self>", f"  static void Visit({unused}V& v, {unused}Self& self) {{"]
        out += [f"    v.Member(Info::k{camel(m['name'])}, self.{snake(m['name'])});" for m in members]
        out += ["  }", "};\n"]
        return out

    # kms_operations.h and .cc

    def operation_header(self):
        out = ["enum class Operation : uint8_t {"]
        out += [f"  k{name}," for name in self.operations]
        out.append("};")
        out.append(f"inline constexpr size_t kOperationCount = {len(self.operations)};\n")
        out.append("// The one list of operations, in the order of their names. Indexed by Operation.")
        out.append("extern const OperationDescriptor kOperations[kOperationCount];")
        out.append("inline const OperationDescriptor& Describe(Operation operation) "
                   "{ return kOperations[static_cast<uint8_t>(operation)]; }\n")
        out.append("// By the whole X-Amz-Target, \"TrentService.Encrypt\"; null for what is no operation.")
        out.append("const OperationDescriptor* FindOperation(std::string_view target);\n")
        out.append("// One tag for each operation: its types and what they allow.\nnamespace op {\n")
        for name, operation in self.operations.items():
            codes = self.operation_errors(operation)
            response = operation["response"] or f"{name}Response"
            out += [f"struct {name} {{", f"  using Request = {operation['request']};", f"  using Response = {response};",
                    f"  static constexpr Operation kOperation = Operation::k{name};",
                    f"  static constexpr std::array<ErrorCode, {len(codes)}> kErrors = "
                    f"{{{', '.join(f'ErrorCode::k{error_name(c)}' for c in codes)}}};", "};\n"]
        out.append("}  // namespace op\n")
        out.append("// Calls visitor.template operator()<op::X>() for every operation.")
        out.append("template <class Visitor>\nvoid ForEachOperation(Visitor&& visitor) {")
        out += [f"  visitor.template operator()<op::{name}>();" for name in self.operations]
        out.append("}\n")
        includes = ["<array>", "<cstddef>", "<cstdint>", "<string_view>", "", '"shapes/kms.h"', '"shapes/kms_errors.h"',
                    '"shapes/operation.h"']
        return self.header("OPERATIONS", includes, out)

    def operation_source(self):
        prefix = self.model["target_prefix"] + "."
        out = ["// Generated by tools/generate_shapes.py.", '#include "shapes/kms_operations.h"\n',
               "namespace kagimori::shapes {", "namespace {\n", "using Names = std::span<const std::string_view>;\n"]
        for name, operation in self.operations.items():
            for column, values in (("Actions", operation["actions"]), ("Grants", operation["grant_operations"]),
                                   ("AuditRequest", operation["audit_request"]),
                                   ("AuditResponse", operation["audit_response"]),
                                   ("Sensitive", self.sensitive_members(operation))):
                if values:
                    out.append(f"constexpr std::string_view k{name}{column}[] = {{{', '.join(map(quote, values))}}};")
            if operation["identifiers"]:
                forms = {"any": "kAny", "key": "kKeyOnly", "alias_name": "kAliasName"}
                out.append(f"constexpr IdentifierMember k{name}Identifiers[] = {{" + ", ".join(
                    f"{{{quote(m)}, IdentifierForm::{forms[f]}}}" for m, f in operation["identifiers"].items()) + "};")
        out.append("\n}  // namespace\n")
        out.append("const OperationDescriptor kOperations[kOperationCount] = {")
        for name, operation in self.operations.items():
            def names(column, values):
                return f"k{name}{column}" if values else "Names()"
            states = operation["states"] or [""] * STATE_COLUMNS
            if len(states) != STATE_COLUMNS:
                raise ValueError(f"{name}: a state row has {STATE_COLUMNS} columns")
            out.append("    {" + ",\n     ".join([
                f".operation = Operation::k{name}", f".name = {quote(name)}", f".target = {quote(prefix + name)}",
                f".actions = {names('Actions', operation['actions'])}",
                f".access = Access::k{operation['access'].capitalize()}",
                f".read_only = {boolean(operation['access'] != 'write')}",
                f".dry_run = {boolean(operation['dry_run'])}", f".cross_account = {boolean(operation['cross_account'])}",
                f".tracked = {boolean(operation['tracked'])}", f".implemented = {boolean(operation['implemented'])}",
                f".audit_key_arn = {boolean(operation['audit_key_arn'])}", f".body_limit = {operation['body_limit']}",
                f".grant_operations = {names('Grants', operation['grant_operations'])}",
                ".identifiers = " + (f"k{name}Identifiers" if operation["identifiers"] else
                                     "std::span<const IdentifierMember>()"),
                f".states = {{{', '.join(map(quote, states))}}}",
                f".audit_request = {names('AuditRequest', operation['audit_request'])}",
                f".audit_response = {names('AuditResponse', operation['audit_response'])}",
                f".sensitive = {names('Sensitive', self.sensitive_members(operation))}",
                f".errors = op::{name}::kErrors"]) + "},")
        out.append("};\n")
        out += self.lookup(prefix)
        out.append("}  // namespace kagimori::shapes")
        return "\n".join(out) + "\n"

    def service_operation_header(self):
        out = ["enum class Operation : uint8_t {"]
        out += [f"  k{name}," for name in self.operations]
        out.append("};")
        out.append(f"inline constexpr size_t kOperationCount = {len(self.operations)};\n")
        out.append("// The one list of operations, in the order of their names. Indexed by Operation.")
        out.append("using OperationDescriptor = ServiceOperation<Operation, ErrorCode>;")
        out.append("extern const OperationDescriptor kOperations[kOperationCount];")
        out.append("inline const OperationDescriptor& Describe(Operation operation) "
                   "{ return kOperations[static_cast<uint8_t>(operation)]; }\n")
        out.append("// By the whole X-Amz-Target; null for what is no operation.")
        out.append("const OperationDescriptor* FindOperation(std::string_view target);\n")
        out.append("// One tag for each operation: its types.\nnamespace op {\n")
        for name, operation in self.operations.items():
            out += [f"struct {name} {{", f"  using Request = {operation['request']};",
                    f"  using Response = {operation['response']};",
                    f"  static constexpr Operation kOperation = Operation::k{name};", "};\n"]
        out.append("}  // namespace op\n")
        includes = ["<cstddef>", "<cstdint>", "<string_view>", "", f'"shapes/{self.service}.h"',
                    f'"shapes/{self.service}_errors.h"', '"shapes/service_operation.h"']
        return self.header("OPERATIONS", includes, out)

    def service_operation_source(self):
        prefix = self.model["target_prefix"] + "."
        out = ["// Generated by tools/generate_shapes.py.", f'#include "shapes/{self.service}_operations.h"\n',
               f"namespace kagimori::shapes::{self.service} {{", "namespace {\n"]
        for name, operation in self.operations.items():
            codes = self.operation_errors(operation)
            out.append(f"constexpr ErrorCode k{name}Errors[] = {{{', '.join(f'ErrorCode::k{error_name(c)}' for c in codes)}}};")
        out.append("\n}  // namespace\n")
        out.append("const OperationDescriptor kOperations[kOperationCount] = {")
        for name, operation in self.operations.items():
            out.append("    {" + ", ".join([
                f".operation = Operation::k{name}", f".name = {quote(name)}", f".target = {quote(prefix + name)}",
                f".action = {quote(operation['action'])}", f".read_only = {boolean(operation['access'] != 'write')}",
                f".body_limit = {operation['body_limit']}", f".errors = k{name}Errors"]) + "},")
        out.append("};\n")
        out += self.lookup(prefix)
        out.append(f"}}  // namespace kagimori::shapes::{self.service}")
        return "\n".join(out) + "\n"

    def files(self):
        if not self.namespace:
            return {"kms_enums.h": self.enums(), "kms_errors.h": self.error_file(), "kms.h": self.structure_file(),
                    "kms_operations.h": self.operation_header(), "kms_operations.cc": self.operation_source()}
        return {f"{self.service}_enums.h": self.enums(), f"{self.service}_errors.h": self.service_error_file(),
                f"{self.service}.h": self.structure_file(),
                f"{self.service}_operations.h": self.service_operation_header(),
                f"{self.service}_operations.cc": self.service_operation_source()}

    def sensitive_members(self, operation):
        return [m["name"] for side in ("request", "response") if operation[side]
                for m in self.structures[operation[side]]
                if self.sensitive(m["shape"]) or (m["shape"] in self.structures and self.holds_secret(m["shape"]))]

    def lookup(self, prefix):
        """A hash of the name whose seed is searched for so that no two operations meet."""
        names = list(self.operations)
        seed = next(s for s in range(1, 1 << 20) if len({hash_name(n, s) for n in names}) == len(names))
        slots = [0] * 256
        for number, name in enumerate(names):
            slots[hash_name(name, seed)] = number + 1
        return ["namespace {\n", "// Operation number + 1 by a hash (FNV-1a with a seed that lets no two names meet).",
                f"constexpr uint8_t kSlots[256] = {{{', '.join(map(str, slots))}}};", "\n}  // namespace\n",
                "const OperationDescriptor* FindOperation(std::string_view target) {",
                f"  constexpr std::string_view kPrefix = {quote(prefix)};",
                "  if (!target.starts_with(kPrefix)) return nullptr;", f"  uint32_t hash = {seed};",
                "  for (char c : target.substr(kPrefix.size())) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;",
                "  uint8_t slot = kSlots[hash >> 24];",
                "  if (slot == 0 || kOperations[slot - 1].target != target) return nullptr;",
                "  return &kOperations[slot - 1];", "}\n"]


def hash_name(name, seed):
    value = seed
    for byte in name.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value >> 24


def boolean(value):
    return "true" if value else "false"


def header(name, includes, body):
    guard = f"KAGIMORI_SHAPES_{name}_H_"
    lines = ["// Generated by tools/generate_shapes.py.", f"#ifndef {guard}", f"#define {guard}\n"]
    lines += [f"#include {i}" if i else "" for i in includes]
    lines += ["\nnamespace kagimori::shapes {\n", *body, "}  // namespace kagimori::shapes\n", f"#endif  // {guard}"]
    return "\n".join(lines) + "\n"


def main():
    model_path, folder = sys.argv[1:]
    generator = Generator(json.loads(pathlib.Path(model_path).read_text()))
    output = pathlib.Path(folder) / "shapes"
    output.mkdir(parents=True, exist_ok=True)
    for name, text in generator.files().items():
        path = output / name
        # An unchanged file keeps its time, and with it everything that was built from it.
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


if __name__ == "__main__":
    main()
