"""Keys rotate without anybody noticing, and what is destroyed is gone."""

import copy
import pickle
import threading

import pytest
from django.db import connection, connections
from django.db import models as django_models

from accounts import data_keys
from accounts.actions.destroy_organization_keys import destroy_organization_keys
from accounts.actions.reseal_values import reseal_values
from accounts.actions.rotate_master_key import rotate_master_key
from accounts.actions.rotate_organization_key import rotate_organization_key
from accounts.models import OrganizationKey, SealedField
from accounts.models.sealed_field import sealed_fields
from accounts.reports import sealed_by_version
from accounts.sealing import WORN, audit_mac, audit_mac_holds, seal
from accounts.wall import tenant_models
from armproject.lib import crypto
from armproject.lib.crypto import Purpose, Undecryptable
from armproject.lib.errors import Conflict, Forbidden, InvalidInput, Unavailable
from armproject.lib.keys import KeysUnavailable
from armproject.lib.secret import Secret
from governance.models import AuditEvent, Channel
from jobs.actions.run_job import run_job
from jobs.models import Job
from tests.accounts.vaulted import held_by, hook, master, opens, states
from tests.cast import make_house
from tests.lib.key_service import TOKEN, KeyService

# The key of the person who rotated, made for what the log says of them.
OWN_KEY = 1


def test_a_new_key_seals_from_now_on_and_the_old_one_still_opens(house):
    with house.inside():
        before = hook("before")
        rotate_organization_key()
        after = hook("after")
        assert sealed_by_version() == {1: 2, 2: 2 + OWN_KEY}
        assert opens(before)
        assert opens(after)
        assert states() == {1: "replaced", 2: "active"}


def test_a_job_seals_anew_what_the_old_key_sealed_and_retires_it(house):
    with house.inside():
        channels = [hook(f"c{n}") for n in range(5)]
        rotate_organization_key()
        job = Job.objects.get(kind="governance.reseal")
        assert job.state == "pending"
        Job.objects.filter(pk=job.pk).update(state="queued")
    assert run_job(job.pk, house.organization.pk)
    with house.inside():
        job.refresh_from_db()
        assert job.progress == {"done": 10, "of": 10}
        assert states() == {1: "retired", 2: "active"}
        assert sealed_by_version() == {2: 10 + OWN_KEY}
        assert all(opens(channel) for channel in channels)
        assert AuditEvent.objects.filter(action="keys.rotate").count() == 1
        assert AuditEvent.objects.get(action="keys.reseal").details["retired"] == [1]


def test_sealing_anew_that_stops_half_way_is_taken_up_where_it_stopped(house):
    class Stopped(Exception):
        pass

    def stop(done, of):
        raise Stopped

    with house.inside():
        channels = [hook(f"c{n}") for n in range(3)]
        rotate_organization_key()
        with pytest.raises(Stopped):
            reseal_values(stop)
        assert states()[1] == "replaced"
        assert 0 < sealed_by_version()[1] < 6
        assert reseal_values() == 3
        assert states()[1] == "retired"
        assert all(opens(channel) for channel in channels)
        assert reseal_values() == 0


def test_a_value_nobody_can_open_is_left_and_its_key_stays(house):
    with house.inside():
        good, bad = hook("good"), hook("bad")
        Channel.objects.filter(pk=bad.pk).update(target_sealed=good.target_sealed)
        rotate_organization_key()
        assert reseal_values() == 3
        assert states()[1] == "replaced"
        assert opens(good)


def test_every_column_that_is_sealed_is_declared_so(db):
    declared = {(field.model, field.name) for field in sealed_fields()}
    named = {
        (model, field.name)
        for model in tenant_models()
        for field in model._meta.concrete_fields
        if isinstance(field, django_models.BinaryField) and field.name.endswith("sealed")
    }
    assert named == declared
    assert len(declared) >= 5


def test_nothing_is_sealed_for_a_column_that_rotation_would_forget(house):
    with house.inside(), pytest.raises(LookupError, match="SealedField"):
        seal(
            Secret("x"),
            table="governance_channel",
            row_id=house.organization.pk,
            column="name",
        )
    assert SealedField(null=True).deconstruct()[1] == "django.db.models.BinaryField"


def test_codes_of_the_audit_log_hold_after_rotation_and_the_first_ones_too(house):
    with house.inside():
        mac = audit_mac("payload")
        events = list(AuditEvent.objects.all())
        rotate_organization_key()
        reseal_values()
        assert audit_mac("payload") != mac
        assert audit_mac_holds("payload", mac)
        assert audit_mac_holds("payload", mac[2:])  # as the first key made them
        assert all(audit_mac_holds(event.payload, event.mac) for event in events)
        for wrong in (b"", mac[:-1], mac[:2] + bytes(32), b"\0" + mac):
            assert not audit_mac_holds("payload", wrong)
        assert not audit_mac_holds("payload.", mac)


def test_only_an_owner_rotates_and_who_may_not_is_told(house):
    for role in ("admin", "developer", "viewer", "auditor"):
        with house.inside(role), pytest.raises(Forbidden, match=r"keys\.rotate"):
            rotate_organization_key()


def test_destroyed_keys_leave_nothing_to_read_and_others_untouched(house, neighbours):
    with neighbours.inside():
        theirs = hook("theirs")
    with house.inside():
        ours = hook("ours")
        with pytest.raises(InvalidInput, match="repeat"):
            destroy_organization_keys(confirmed="ACME")
        assert destroy_organization_keys(confirmed="acme") == 1
        assert bytes(OrganizationKey.objects.get().wrapped) == b""
        with pytest.raises(Undecryptable):
            opens(ours)
        with pytest.raises(Undecryptable):
            hook("more")
        with pytest.raises(Conflict, match="already"):
            destroy_organization_keys(confirmed="acme")
        with pytest.raises(Conflict, match="destroyed"):
            rotate_organization_key()
    with neighbours.inside():
        assert opens(theirs)


def test_a_destroyed_key_is_gone_from_other_processes_in_a_moment(committed):
    house = make_house("Acme")
    with house.inside():
        channel = hook("one")
    seen, destroyed = threading.Event(), threading.Event()
    outcome = []

    def read_on():
        try:
            while not outcome:
                with house.inside():
                    opens(channel)
                seen.set()
        except Undecryptable:
            outcome.append("gone")
        finally:
            connections["default"].close()

    reader = threading.Thread(target=read_on)
    reader.start()
    assert seen.wait(60)
    # As another process would: nothing in this one is told of it.
    with house.inside():
        OrganizationKey.objects.update(wrapped=b"", state="destroyed")
    destroyed.set()
    reader.join(60)
    outcome = outcome or ["still read"]
    assert outcome == ["gone"]


def test_a_key_that_a_rolled_back_rotation_made_seals_nothing(committed):
    house = make_house("Acme")
    with house.inside():
        hook("warm")

    class Undone(Exception):
        pass

    def rotate_in_vain():
        with house.inside():
            rotate_organization_key()
            hook("lost")
            raise Undone

    with pytest.raises(Undone):
        rotate_in_vain()
    with house.inside():
        channel = hook("kept")
        data_keys.forget()
        assert opens(channel)
        assert states() == {1: "active"}


def test_every_encryption_is_counted_and_a_worn_key_gets_a_successor(committed):
    house = make_house("Acme")
    with house.inside():
        hook("one")
    with house.inside():
        assert OrganizationKey.objects.get().encryptions == 2
        OrganizationKey.objects.update(encryptions=WORN - 1)
    with house.inside():
        hook("two")
    with house.inside():
        job = Job.objects.get(kind="governance.rotate_key")
    assert run_job(job.pk, house.organization.pk)
    with house.inside():
        assert states() == {1: "replaced", 2: "active"}


def test_a_key_that_sealed_too_much_seals_no_more(house):
    with house.inside():
        OrganizationKey.objects.update(encryptions=data_keys.MOST_ENCRYPTIONS)
        data_keys.forget()
        with pytest.raises(Unavailable, match="rotate"):
            hook("one")
    assert 2 * WORN == data_keys.MOST_ENCRYPTIONS <= 2**31


def test_all_organizations_move_to_another_master_key(house, neighbours, settings):
    with house.inside():
        ours = hook("ours")
        rotate_organization_key()
    with neighbours.inside():
        theirs = hook("theirs")
    new = master("k2")
    with held_by(settings, ARM_MASTER_KEYS=f"{new},{settings.ARM_MASTER_KEYS}"):
        found = rotate_master_key()
        assert (found.done, found.failed) == (3, 0)
        assert rotate_master_key().done == 0
    with held_by(settings, ARM_MASTER_KEYS=new):
        with house.inside():
            assert opens(ours)
            event = AuditEvent.objects.get(action="keys.rewrap")
            assert event.after == {"master_keys": ["k2"]}
            assert event.details == {"versions": [1, 2]}
        with neighbours.inside():
            assert opens(theirs)


def test_a_key_that_no_master_key_opens_stops_no_other(house, neighbours, settings):
    with neighbours.inside():
        OrganizationKey.objects.update(wrapped=b"broken" * 10)
    new = master("k2")
    with held_by(settings, ARM_MASTER_KEYS=f"{new},{settings.ARM_MASTER_KEYS}"):
        found = rotate_master_key()
    assert (found.done, found.failed) == (1, 1)


@pytest.fixture
def service():
    service = KeyService()
    yield service
    service.close()


def test_while_the_key_service_is_away_known_keys_work_and_then_it_is_a_503(
    house, settings, service
):
    ours = {"ARM_VAULT_URL": service.url, "ARM_VAULT_TOKEN": TOKEN}
    api = house.api()
    with held_by(settings, **ours):
        assert rotate_master_key().done == 1
        with house.inside():
            channel = hook("one")
            service.mood = "sealed"
            assert opens(channel)
        here = f"/organizations/{house.organization.pk}"
        assert api.patch(here, {"name": "Acme Two"}).status_code == 200
        data_keys.forget()  # as after five minutes
        with house.inside(), pytest.raises(KeysUnavailable):
            opens(channel)
        refused = api.patch(here, {"name": "Acme Three"})
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "UNAVAILABLE"
        with house.inside(), pytest.raises(KeysUnavailable):
            hook("never in the clear")
        service.mood = "well"
        assert api.patch(here, {"name": "Acme Four"}).status_code == 200


def test_what_is_derived_from_a_key_is_kept_with_it_and_never_given_away(house):
    with house.inside():
        first = data_keys.newest()
        for purpose in Purpose:
            assert first.sub_key(purpose) == first.sub_key(purpose)
            assert first.sub_key(purpose) == crypto.sub_key(first.material, purpose)
        rotate_organization_key()
        assert data_keys.newest().sub_key(Purpose.AUDIT_MAC) != first.sub_key(Purpose.AUDIT_MAC)
    for copied in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="opened key"):
            copied(first)


def test_the_database_holds_no_secret_and_no_key_in_the_clear(house):
    with house.inside():
        channel = hook("one")
        material = data_keys.newest().material
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(c)::text FROM governance_channel c")
            dumped = cursor.fetchone()[0]
            cursor.execute("SELECT wrapped FROM accounts_organizationkey")
            wrapped = bytes(cursor.fetchone()[0])
    assert "T0KEN" not in dumped.replace(channel.target_hint, "")
    assert b"T0KEN".hex() not in dumped
    assert material not in wrapped
    assert material.hex() not in f"{data_keys.newest!r}{data_keys.DataKey(1, material)!r}"
