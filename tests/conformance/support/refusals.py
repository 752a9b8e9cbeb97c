"""The texts of errors that many operations share."""

VALIDATION, USAGE = "ValidationException", "InvalidKeyUsageException"
DISABLED, STATE = "DisabledException", "KMSInvalidStateException"
WRONG_KEY = "The key ID in the request does not identify a CMK that can perform this operation."
ASYMMETRIC_WRAPPER = "You cannot generate a data key with an asymmetric CMK"
WOULD_SUCCEED = "The request would have succeeded, but the DryRun option is set."
NO_USAGE = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."


def wrong_usage(arn, usage, operation):
    return f"{arn} key usage is {usage} which is not valid for {operation}."


def incompatible(algorithm, spec):
    return f"Algorithm {algorithm} is incompatible with key spec {spec}."


def incompatible_usage(usage, spec):
    return f"KeyUsage {usage} is not compatible with KeySpec {spec}"


def too_long(algorithm, spec, limit):
    return f"Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {limit} bytes."


def invalid(member, value, rule):
    """A violation of the model. `value`: what the service prints of it, quoted; "" where it prints nothing."""
    return (
        f"1 validation error detected: Value {value and value + ' '}at '{member}' failed to satisfy constraint: {rule}"
    )


def missing(member, *, sensitive=False):
    return invalid(member, "" if sensitive else "null", "Member must not be null")


def too_short(member, least=1):
    return invalid(member, "", f"Member must have length greater than or equal to {least}")


def over_long(member, most):
    return invalid(member, "", f"Member must have length less than or equal to {most}")


def not_among(member, value, values):
    return invalid(member, f"'{value}'", f"Member must satisfy enum value set: [{', '.join(values)}]")
