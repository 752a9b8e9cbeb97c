// The AWS SDK for JavaScript v3: a life of a key.
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import * as kms from "@aws-sdk/client-kms";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const client = new kms.KMSClient({}); // endpoint, Region and credentials from the environment
const send = (name, input = {}) => client.send(new kms[`${name}Command`](input));
const bytes = (text) => new TextEncoder().encode(text);

const identity = await new STSClient({}).send(new GetCallerIdentityCommand({}));
assert.match(identity.Arn, /^arn:aws:iam::\d{12}:/);

const { KeyMetadata: key } = await send("CreateKey", { Description: "from JavaScript", Tags: [{ TagKey: "by", TagValue: "sdk" }] });
assert.ok(key.CreationDate instanceof Date);
const alias = `alias/javascript-${key.KeyId}`;
await send("CreateAlias", { AliasName: alias, TargetKeyId: key.KeyId });

const context = { purpose: "test" };
const { CiphertextBlob } = await send("Encrypt", { KeyId: alias, Plaintext: bytes("hello"), EncryptionContext: context });
const { Plaintext, KeyId } = await send("Decrypt", { CiphertextBlob, EncryptionContext: context });
assert.equal(new TextDecoder().decode(Plaintext), "hello");
assert.equal(KeyId, key.Arn);
await assert.rejects(send("Decrypt", { CiphertextBlob }), kms.InvalidCiphertextException);

const { KeyMetadata: signer } = await send("CreateKey", { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
const signing = { KeyId: signer.KeyId, Message: bytes("message"), SigningAlgorithm: "ECDSA_SHA_256" };
const { Signature } = await send("Sign", signing);
const { SignatureValid } = await send("Verify", { ...signing, Signature });
assert.equal(SignatureValid, true);
const { PublicKey } = await send("GetPublicKey", { KeyId: signer.KeyId });
const outside = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
assert.ok(verify("sha256", Buffer.from("message"), outside, Buffer.from(Signature)), "verifies outside");

const found = [];
for await (const page of kms.paginateListKeys({ client, pageSize: 1 }, {})) found.push(...page.Keys.map((each) => each.KeyId));
assert.ok(found.includes(key.KeyId) && found.includes(signer.KeyId));

await assert.rejects(send("DescribeKey", { KeyId: "alias/nobody" }), kms.NotFoundException);
await send("DisableKey", { KeyId: key.KeyId });
await assert.rejects(send("Encrypt", { KeyId: key.KeyId, Plaintext: bytes("x") }), kms.DisabledException);
const { DeletionDate } = await send("ScheduleKeyDeletion", { KeyId: key.KeyId, PendingWindowInDays: 7 });
assert.ok(DeletionDate instanceof Date && DeletionDate > new Date());
