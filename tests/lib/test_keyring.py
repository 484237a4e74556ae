"""Key rings hold master keys, wrap with the first, and never show one."""

import base64
import os
import pickle
import traceback

import pytest

from armproject.lib.crypto import Undecryptable, new_data_key
from armproject.lib.keys import BadKeyring, EnvKeyring, FileKeyring, WrappedKey


def entry(key_id: str, byte: int) -> str:
    return f"{key_id}:{base64.b64encode(bytes([byte]) * 32).decode()}"


def test_a_data_key_is_wrapped_by_the_first_master_key():
    ring = EnvKeyring(f"{entry('k2', 2)},{entry('k1', 1)}")
    data_key = new_data_key()
    wrapped = ring.wrap(data_key, b"org")
    assert (wrapped.key_id, ring.active_key_id, ring.key_ids) == ("k2", "k2", ("k2", "k1"))
    assert data_key not in wrapped.blob
    assert ring.unwrap(wrapped, b"org") == data_key


def test_an_old_master_key_still_unwraps_after_a_new_one_came():
    data_key = new_data_key()
    wrapped = EnvKeyring(entry("k1", 1)).wrap(data_key, b"org")
    assert EnvKeyring(f"{entry('k2', 2)},{entry('k1', 1)}").unwrap(wrapped, b"org") == data_key
    with pytest.raises(Undecryptable, match="not in the key ring"):
        EnvKeyring(entry("k2", 2)).unwrap(wrapped, b"org")


def test_a_wrapped_key_is_bound_to_its_organization_and_master_key():
    ring = EnvKeyring(f"{entry('k1', 1)},{entry('k2', 1)}")
    wrapped = ring.wrap(new_data_key(), b"org")
    flipped = WrappedKey("k1", wrapped.blob[:-1] + bytes([wrapped.blob[-1] ^ 1]))
    for moved, aad in [
        (wrapped, b"other org"),
        (WrappedKey("k2", wrapped.blob), b"org"),
        (flipped, b"org"),
        (WrappedKey("k1", b""), b"org"),
    ]:
        with pytest.raises(Undecryptable):
            ring.unwrap(moved, aad)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ",
        "k1",
        "k1:",
        ":AAAA",
        "k1:!!!!",
        "k 1:" + base64.b64encode(bytes(32)).decode(),
        "k1:" + base64.b64encode(b"canary" * 3).decode(),
        "k1:" + base64.b64encode(b"canary" * 8).decode(),
        entry("k1", 1) + "," + entry("k1", 2),
    ],
)
def test_a_key_ring_that_cannot_be_read_says_so_without_showing_keys(text):
    with pytest.raises(BadKeyring) as refused:
        EnvKeyring(text)
    encoded = text.partition(":")[2]
    shown = "".join(traceback.format_exception(refused.value))
    assert not encoded or encoded not in shown


def test_a_key_ring_file_is_read_when_only_its_owner_may(tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"{entry('k2', 2)}\n{entry('k1', 1)}\n")
    for mode in (0o400, 0o600):
        path.chmod(mode)
        assert FileKeyring(path).key_ids == ("k2", "k1")
    for mode in (0o640, 0o604, 0o444, 0o660):
        path.chmod(mode)
        with pytest.raises(BadKeyring, match="0400"):
            FileKeyring(path)


def test_a_key_ring_file_that_is_missing_or_no_text_is_said_so(tmp_path):
    with pytest.raises(BadKeyring, match="cannot be read"):
        FileKeyring(tmp_path / "none")
    path = tmp_path / "keys"
    path.write_bytes(os.urandom(64))
    path.chmod(0o400)
    with pytest.raises(BadKeyring):
        FileKeyring(path)


def test_a_key_ring_shows_ids_and_keeps_keys():
    ring = EnvKeyring(entry("k1", 1))
    assert repr(ring) == "EnvKeyring(k1)"
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(ring)
