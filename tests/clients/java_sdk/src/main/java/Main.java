// The AWS SDK for Java v2: encryption, data keys, signatures, paging and typed errors.
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.*;

public final class Main {
    static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }

    static void refused(Class<? extends KmsException> kind, Runnable call) {
        try {
            call.run();
        } catch (KmsException error) {
            check(kind.isInstance(error), kind.getSimpleName() + " was expected: " + error);
            return;
        }
        throw new AssertionError(kind.getSimpleName() + " was expected");
    }

    public static void main(String[] arguments) throws Exception {
        try (KmsClient kms = KmsClient.create()) { // endpoint, Region and credentials from the environment
            use(kms);
        }
    }

    static void use(KmsClient kms) throws Exception {
        Map<String, String> context = Map.of("purpose", "test");
        SdkBytes hello = SdkBytes.fromUtf8String("hello");

        KeyMetadata key = kms.createKey(r -> r.description("from Java")).keyMetadata();
        check(key.creationDate().isBefore(Instant.now().plusSeconds(300)), "creation date");
        SdkBytes blob = kms.encrypt(r -> r.keyId(key.arn()).plaintext(hello).encryptionContext(context)).ciphertextBlob();
        DecryptResponse opened = kms.decrypt(r -> r.ciphertextBlob(blob).encryptionContext(context));
        check(opened.plaintext().equals(hello) && opened.keyId().equals(key.arn()), "decrypted something else");
        refused(InvalidCiphertextException.class, () -> kms.decrypt(r -> r.ciphertextBlob(blob)));

        GenerateDataKeyResponse made = kms.generateDataKey(r -> r.keyId(key.keyId()).keySpec(DataKeySpec.AES_256));
        check(kms.decrypt(r -> r.ciphertextBlob(made.ciphertextBlob())).plaintext().equals(made.plaintext()), "data key");

        KeyMetadata signer = kms.createKey(r -> r.keySpec(KeySpec.ECC_NIST_P256).keyUsage(KeyUsageType.SIGN_VERIFY)).keyMetadata();
        SdkBytes signature = kms.sign(r -> r.keyId(signer.keyId()).message(hello)
                .signingAlgorithm(SigningAlgorithmSpec.ECDSA_SHA_256)).signature();
        byte[] point = kms.getPublicKey(r -> r.keyId(signer.keyId())).publicKey().asByteArray();
        Signature outside = Signature.getInstance("SHA256withECDSA");
        outside.initVerify(KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(point)));
        outside.update("hello".getBytes(StandardCharsets.UTF_8));
        check(outside.verify(signature.asByteArray()), "the signature does not verify outside");
        refused(KmsInvalidSignatureException.class, () -> kms.verify(r -> r.keyId(signer.keyId()).message(SdkBytes.fromUtf8String("hallo"))
                .signature(signature).signingAlgorithm(SigningAlgorithmSpec.ECDSA_SHA_256)));

        HashSet<String> found = new HashSet<>();
        kms.listKeysPaginator(r -> r.limit(1)).keys().forEach(each -> found.add(each.keyId()));
        check(found.containsAll(Arrays.asList(key.keyId(), signer.keyId())), "ListKeys lacks a key");

        refused(NotFoundException.class, () -> kms.describeKey(r -> r.keyId("alias/nobody")));
        kms.disableKey(r -> r.keyId(key.keyId()));
        refused(DisabledException.class, () -> kms.encrypt(r -> r.keyId(key.keyId()).plaintext(hello)));
    }
}
