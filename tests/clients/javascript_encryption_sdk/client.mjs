// The AWS Encryption SDK for JavaScript: a keyring of two keys, with and without key commitment.
import assert from "node:assert/strict";
import { buildClient, CommitmentPolicy, KmsKeyringNode } from "@aws-crypto/client-node";

const [first, second] = process.env.KEY_ARNS.split(",");
const keyring = new KmsKeyringNode({ generatorKeyId: first, keyIds: [second] });
const context = { stage: "test", origin: "javascript" };

for (const policy of [CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT]) {
  const { encrypt, decrypt } = buildClient(policy);
  const { result } = await encrypt(keyring, "a message", { encryptionContext: context });
  // Each of the two keys opens it alone.
  for (const keyId of [first, second]) {
    const { plaintext, messageHeader } = await decrypt(new KmsKeyringNode({ keyIds: [keyId] }), result);
    assert.equal(plaintext.toString(), "a message");
    for (const [name, value] of Object.entries(context)) assert.equal(messageHeader.encryptionContext[name], value);
  }
  const damaged = Buffer.from(result);
  damaged[damaged.length - 200] ^= 1;
  await assert.rejects(decrypt(keyring, damaged));
}
