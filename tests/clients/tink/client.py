"""Tink: envelopes whose key AWS KMS wraps, associated data, and a keyset kept encrypted."""

import io
import os

import tink
from tink import aead
from tink.integration import awskms

first, second = ("aws-kms://" + arn for arn in os.environ["KEY_ARNS"].split(","))
aead.register()


def remote(uri):
    return awskms.AwsKmsClient(uri, None).get_aead(uri)


def refused(operation, *arguments):
    try:
        operation(*arguments)
    except tink.TinkError:
        return
    raise SystemExit(f"{operation.__qualname__} took what it must refuse")


# An envelope: the message under a data key of its own, that one under the key in the KMS.
envelope = aead.KmsEnvelopeAead(aead.aead_key_templates.AES256_GCM, remote(first))
sealed = envelope.encrypt(b"a message", b"its place")
assert envelope.decrypt(sealed, b"its place") == b"a message"
refused(envelope.decrypt, sealed, b"another place")
refused(envelope.decrypt, sealed[:-1], b"its place")
refused(aead.KmsEnvelopeAead(aead.aead_key_templates.AES256_GCM, remote(second)).decrypt, sealed, b"its place")

# The KMS itself as an AEAD: associated data are its encryption context.
sealed = remote(first).encrypt(b"hello", b"its place")
assert remote(first).decrypt(sealed, b"its place") == b"hello"
refused(remote(first).decrypt, sealed, b"another place")
refused(remote(second).decrypt, sealed, b"its place")

# A keyset, written encrypted and read again.
handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
text = io.StringIO()
handle.write(tink.JsonKeysetWriter(text), remote(first))
again = tink.read_keyset_handle(tink.JsonKeysetReader(text.getvalue()), remote(first))
sealed = handle.primitive(aead.Aead).encrypt(b"kept", b"")
assert again.primitive(aead.Aead).decrypt(sealed, b"") == b"kept"
refused(tink.read_keyset_handle, tink.JsonKeysetReader(text.getvalue()), remote(second))
