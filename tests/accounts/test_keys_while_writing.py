"""Keys of both kinds rotate while writers run: no read fails, and the old master key may go."""

import threading

import pytest
from django.db import connections

from accounts.actions.reseal_values import reseal_values
from accounts.actions.rotate_master_key import rotate_master_key
from accounts.actions.rotate_organization_key import rotate_organization_key
from armproject.lib.secret import Secret
from governance.models import Channel
from tests.accounts.vaulted import TARGET, held_by, hook, master, opens, states
from tests.cast import make_house

WRITERS = 8


class Writer(threading.Thread):
    """Writes its own secret and reads it back until told to stop."""

    def __init__(self, house, name, stop):
        super().__init__()
        self.house, self.mark, self.stop = house, name, stop
        self.reads, self.failures = 0, []

    def run(self):
        try:
            with self.house.inside():
                mine = hook(self.mark)
            while not self.stop.is_set() or not self.reads:
                self.write_and_read(mine)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it
            self.failures.append(repr(error))
        finally:
            connections["default"].close()

    def write_and_read(self, mine):
        with self.house.inside():
            row = Channel.objects.select_for_update().get(pk=mine.pk)
            row.keep_target(Secret(TARGET.format(self.mark)))
            row.save(update_fields=["target_sealed"])
        with self.house.inside():
            if not opens(mine):
                self.failures.append("read something else")
        self.reads += 1


@pytest.mark.slow
def test_no_read_fails_while_keys_rotate(committed, settings):
    house, other = make_house("Acme"), make_house("Other")
    with other.inside():
        hook("still")
    new, stop = master("k2"), threading.Event()
    writers = [Writer(house, f"w{number}", stop) for number in range(WRITERS)]
    with held_by(settings, ARM_MASTER_KEYS=f"{new},{settings.ARM_MASTER_KEYS}"):
        for writer in writers:
            writer.start()
        try:
            for _ in range(3):
                rotate_everything(house)
        finally:
            stop.set()
            for writer in writers:
                writer.join(120)
    assert [failure for writer in writers for failure in writer.failures] == []
    assert all(writer.reads for writer in writers)
    with held_by(settings, ARM_MASTER_KEYS=new):
        for one in (house, other):
            read_everything(one)


def rotate_everything(house):
    with house.inside():
        rotate_organization_key()
    with house.inside():
        reseal_values()
    assert rotate_master_key().failed == 0


def read_everything(house):
    with house.inside():
        reseal_values()
        assert set(states().values()) <= {"active", "retired"}
        assert all(opens(channel) for channel in Channel.objects.all())
