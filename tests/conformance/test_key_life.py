"""Three years in the life of a set of keys, on the development clock: rotations, expiries, re-imports, deletions, with a
restart or a kill after every step. After each, every ciphertext ever made opens with the material that made it, or is
refused as its key's state has it."""

import datetime
import random

import pytest

from conformance.support.audit_log import audit_events
from conformance.support.clients import aws_client
from conformance.support.key_life import current_id, import_material, rotate

MATERIALS = [bytes([number]) * 32 for number in range(1, 9)]


class Life:
    """A key, what was encrypted with it, and what its state must be."""

    def __init__(self, external=False):
        self.external, self.blobs, self.state, self.id = external, [], "Enabled", None

    def check(self, kms):
        if self.state == "Gone":
            with pytest.raises(kms.exceptions.NotFoundException):
                kms.describe_key(KeyId=self.id)
        else:
            assert kms.describe_key(KeyId=self.id)["KeyMetadata"]["KeyState"] == self.state
        expected = {"Disabled": "DisabledException", "Gone": "AccessDeniedException"}
        for blob, plaintext, material in self.blobs:
            if self.state == "Enabled":
                opened = kms.decrypt(CiphertextBlob=blob)
                assert (opened["Plaintext"], opened["KeyMaterialId"]) == (plaintext, material)
            else:
                with pytest.raises(kms.exceptions.ClientError) as caught:
                    kms.decrypt(CiphertextBlob=blob)
                code = caught.value.response["Error"]["Code"]
                assert code == expected.get(self.state, "KMSInvalidStateException")

    def encrypt(self, kms):
        if self.state == "Enabled":
            plaintext = random.randbytes(12)
            blob = kms.encrypt(KeyId=self.id, Plaintext=plaintext)["CiphertextBlob"]
            self.blobs.append((blob, plaintext, current_id(kms, self.id)))


@pytest.mark.timeout(900)
def test_three_years(own_server):
    server, chance = own_server, random.Random(20)
    kms = aws_client(server, "kms")
    started = datetime.datetime.now(datetime.UTC)
    quarterly, yearly, sometimes, imported, doomed = lives = [Life(), Life(), Life(), Life(external=True), Life()]
    for life in lives:
        life.id = kms.create_key(**({"Origin": "EXTERNAL"} if life.external else {}))["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=quarterly.id, RotationPeriodInDays=90)
    kms.enable_key_rotation(KeyId=yearly.id)
    kms.enable_key_rotation(KeyId=doomed.id, RotationPeriodInDays=100)
    import_material(kms, imported.id, MATERIALS[0])
    generations = 1  # of the imported key

    for step in range(24):
        day = step * 46
        now = started + datetime.timedelta(days=day)
        if step % 4 == 1:  # the material is due to end before the next step, and comes back in the one after
            import_material(kms, imported.id, MATERIALS[0], ValidTo=now + datetime.timedelta(days=20))
        if step % 4 == 3:
            import_material(kms, imported.id, MATERIALS[0])
            imported.state = "Enabled"
            if generations < len(MATERIALS):
                import_material(kms, imported.id, MATERIALS[generations], ImportType="NEW_KEY_MATERIAL")
                rotate(kms, imported.id)
                generations += 1
        if step in (5, 13):
            kms.disable_key(KeyId=sometimes.id)
            sometimes.state = "Disabled"
        if step in (7, 15):
            kms.enable_key(KeyId=sometimes.id)
            sometimes.state = "Enabled"
            rotate(kms, sometimes.id)
        if step == 10:
            kms.schedule_key_deletion(KeyId=yearly.id, PendingWindowInDays=30)
            kms.cancel_key_deletion(KeyId=yearly.id)
            kms.enable_key(KeyId=yearly.id)
        if step == 18:
            kms.schedule_key_deletion(KeyId=doomed.id, PendingWindowInDays=30)
            doomed.state = "PendingDeletion"
        for life in lives:
            life.encrypt(kms)
            life.check(kms)
        server.kill() if chance.random() < 0.5 else server.stop()
        server.start()
        kms = aws_client(server, "kms")
        server.advance_clock("46d")
        if step % 4 == 1:
            imported.state = "PendingImport"
        if step == 18:
            doomed.state = "Gone"
        for life in lives:
            life.check(kms)

    rotations = {life.id: kms.list_key_rotations(KeyId=life.id)["Rotations"] for life in lives if life is not doomed}
    days = 24 * 46
    # A rotation that is late by up to a step does not move the series.
    assert len(rotations[quarterly.id]) == days // 90
    assert len(rotations[yearly.id]) == days // 365
    assert len(rotations[sometimes.id]) == 2
    assert len(rotations[imported.id]) == generations - 1
    events = [event for event in audit_events(server) if event.get("eventType") == "AwsServiceEvent"]
    for life in lives:
        of_key = [event["eventName"] for event in events if event["resources"][0]["ARN"].endswith(life.id)]
        if life is doomed:
            assert of_key.count("DeleteKey") == 1
        else:
            assert of_key.count("RotateKey") == len(rotations[life.id]), "each has its event, and one"
        assert of_key.count("DeleteExpiredKeyMaterial") == (6 if life is imported else 0)
