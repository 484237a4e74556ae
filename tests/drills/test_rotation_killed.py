"""Moving to another master key is killed half-way and goes on where it was."""

import signal
import subprocess
import sys
from collections import Counter
from typing import Any

from django.conf import settings as product

from accounts import data_keys
from accounts.actions.create_organization import create_organization
from accounts.actions.rotate_master_key import BATCH
from armproject.lib.keys import WrappedKey
from tests.accounts.vaulted import held_by, master
from tests.drills.world import ROOT, World

OTHERS = 2 * BATCH + 20
WRAPPED_BY = "SELECT master_key_id, count(*) FROM accounts_organizationkey GROUP BY 1"
TOLD = "SELECT organization_id FROM governance_auditevent WHERE action = 'keys.rewrap'"


def rotate(world: World, ring: str, fatal: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.drills.rotator", "k2", str(fatal)],
        cwd=ROOT,
        env={**world.environment, "ARM_MASTER_KEYS": ring},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_killed_rotation_loses_no_key_and_is_taken_up(world: World, settings: Any) -> None:
    new = master("k2")
    ring = f"{product.ARM_MASTER_KEYS},{new}"
    with world.cluster.aimed_at():
        for turn in range(OTHERS):
            create_organization("Other", slug=f"other-{turn}", owner=world.house.owner)
    total = OTHERS + 1

    # In the middle of the second batch, then at the first deed of the next attempt.
    for fatal, done in ((BATCH + 25, BATCH), (1, BATCH)):
        assert rotate(world, ring, fatal).returncode == -signal.SIGKILL
        assert dict(world.cluster.rows(WRAPPED_BY))["k2"] == done
        assert len(world.cluster.rows(TOLD)) == done
    assert rotate(world, ring, 0).stdout.split()[-1] == str(total - BATCH)
    assert rotate(world, ring, 0).stdout.split()[-1] == "0"

    assert dict(world.cluster.rows(WRAPPED_BY)) == {"k2": total}
    assert set(Counter(world.cluster.rows(TOLD)).values()) == {1}
    keys = "SELECT organization_id, version, master_key_id, wrapped FROM accounts_organizationkey"
    with held_by(settings, ARM_MASTER_KEYS=new):
        provider = data_keys.key_provider()
        for organization_id, version, master_key, blob in world.cluster.rows(keys):
            wrapped = WrappedKey(master_key, bytes(blob))
            assert len(provider.unwrap(wrapped, data_keys.key_aad(organization_id, version))) == 32
