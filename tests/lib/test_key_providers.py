"""Every holder of master keys keeps the same promises, wherever the keys are."""

import base64
import os
import pickle

import pytest

from armproject.lib.crypto import Undecryptable, new_data_key
from armproject.lib.keys import (
    BadKeyring,
    EnvKeyring,
    FileKeyring,
    KeysUnavailable,
    Several,
    Transit,
    WrappedKey,
)
from armproject.lib.keys.transit import DEADLINE
from armproject.lib.secret import Secret
from tests.lib.key_service import TOKEN, KeyService

AAD = b"arm-organization-key|some organization|1"
ELSEWHERE = b"arm-organization-key|another organization|1"


class Held:
    """A holder, and what its keeper can do to it."""

    def __init__(self, provider, renew, disable):
        self.provider, self.renew, self.disable = provider, renew, disable


def fresh(key_id):
    return f"{key_id}:{base64.b64encode(os.urandom(32)).decode()}"


def ring(make):
    """Hold a ring of two keys, of which the keeper can take one out or put a third before."""
    entries = [fresh("k2"), fresh("k1")]
    held = Held(make(entries), None, None)

    def renew():
        held.provider = make([fresh("k3"), *entries])

    def disable(key_id):
        held.provider = make([e for e in entries if not e.startswith(f"{key_id}:")] or ["k9"])

    held.renew, held.disable = renew, disable
    return held


@pytest.fixture
def service():
    service = KeyService()
    yield service
    service.close()


def transit(service, **options):
    return Transit(service.url, Secret(TOKEN), mount="transit", key="arm", **options)


@pytest.fixture(params=["environment", "file", "transit", "several"])
def held(request, tmp_path, service):
    if request.param == "environment":
        return ring(lambda entries: EnvKeyring(",".join(entries)))
    if request.param == "file":

        def written(entries):
            path = tmp_path / f"keys{len(list(tmp_path.iterdir()))}"
            path.write_text("\n".join(entries))
            path.chmod(0o400)
            return FileKeyring(path)

        return ring(written)
    service.rotate()
    provider = transit(service)
    if request.param == "several":
        provider = Several(provider, EnvKeyring(fresh("k1")))
    return Held(
        provider,
        service.rotate,
        lambda key_id: service.disabled.add(int(key_id.rpartition("/")[2])),
    )


def test_what_is_wrapped_unwraps_and_never_looks_the_same(held):
    data_key = new_data_key()
    one, other = (held.provider.wrap(data_key, AAD) for _ in range(2))
    assert one.blob != other.blob
    assert data_key not in one.blob
    assert one.key_id == held.provider.active_key_id
    assert held.provider.holds(one.key_id)
    assert held.provider.unwrap(one, AAD) == held.provider.unwrap(other, AAD) == data_key


def test_a_key_moved_to_another_organization_does_not_open(held):
    with pytest.raises(Undecryptable):
        held.provider.unwrap(held.provider.wrap(new_data_key(), AAD), ELSEWHERE)


def test_a_wrong_or_unknown_id_does_not_open(held):
    wrapped = held.provider.wrap(new_data_key(), AAD)
    for key_id in ["k1", "k0", "", "vault/transit/arm/1", "vault/transit/arm/99", "vault/a/b/2"]:
        with pytest.raises(Undecryptable):
            held.provider.unwrap(WrappedKey(key_id, wrapped.blob), AAD)


def test_a_shortened_blob_does_not_open(held):
    wrapped = held.provider.wrap(new_data_key(), AAD)
    for length in range(len(wrapped.blob)):
        with pytest.raises(Undecryptable):
            held.provider.unwrap(WrappedKey(wrapped.key_id, wrapped.blob[:length]), AAD)


def test_a_flipped_bit_in_any_byte_does_not_open(held):
    wrapped = held.provider.wrap(new_data_key(), AAD)
    for position in range(len(wrapped.blob)):
        changed = bytearray(wrapped.blob)
        changed[position] ^= 1 << (position % 8)
        with pytest.raises(Undecryptable):
            held.provider.unwrap(WrappedKey(wrapped.key_id, bytes(changed)), AAD)


def test_a_new_master_key_wraps_and_the_old_one_still_opens(held):
    data_key = new_data_key()
    old = held.provider.wrap(data_key, AAD)
    held.renew()
    new = held.provider.wrap(data_key, AAD)
    assert new.key_id != old.key_id
    assert new.key_id == held.provider.active_key_id
    assert held.provider.unwrap(old, AAD) == held.provider.unwrap(new, AAD) == data_key


def test_a_master_key_can_be_named_and_must_be_there(held):
    old = held.provider.wrap(new_data_key(), AAD)
    held.renew()
    assert held.provider.wrap(new_data_key(), AAD, old.key_id).key_id == old.key_id
    with pytest.raises(BadKeyring):
        held.provider.wrap(new_data_key(), AAD, "k7")


def test_what_a_disabled_master_key_wrapped_does_not_open(held):
    wrapped = held.provider.wrap(new_data_key(), AAD)
    held.disable(wrapped.key_id)
    with pytest.raises(Undecryptable):
        held.provider.unwrap(wrapped, AAD)


def test_no_holder_shows_or_gives_away_what_it_holds(held):
    assert TOKEN not in repr(held.provider)
    with pytest.raises(TypeError):
        pickle.dumps(held.provider)


@pytest.mark.parametrize("mood", ["sealed", "denied", "garbled", "slow", "gone"])
def test_a_service_that_is_away_or_slow_is_an_error_in_time(service, mood):
    wrapped = transit(service).wrap(new_data_key(), AAD)
    provider = transit(service, deadline=1.0 if mood == "slow" else DEADLINE)
    service.mood = mood
    for ask in (
        lambda: provider.unwrap(wrapped, AAD),
        lambda: provider.wrap(new_data_key(), AAD),
        lambda: provider.active_key_id,
    ):
        with pytest.raises(KeysUnavailable) as refused:
            ask()
        assert refused.value.status == 503
        assert TOKEN not in f"{refused.value!r} {refused.value.details}"


def test_a_new_holder_opens_what_the_former_one_wrapped(service):
    former = EnvKeyring(fresh("k1"))
    data_key = new_data_key()
    old = former.wrap(data_key, AAD)
    both = Several(transit(service), former)
    assert both.unwrap(old, AAD) == data_key
    assert both.wrap(data_key, AAD).key_id == "vault/transit/arm/1"
