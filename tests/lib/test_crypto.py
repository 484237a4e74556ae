"""Sealed values open in their own place with their own key, and nowhere else."""

import base64
import hashlib
import hmac
import os
import pickle
import traceback
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armproject.lib import crypto
from armproject.lib.crypto import (
    BadKeyring,
    EnvKeyring,
    FileKeyring,
    Purpose,
    Undecryptable,
    WrappedKey,
    associated_data,
    fingerprint,
    new_data_key,
    seal,
    sealed_version,
    sub_key,
    unseal,
)

ORGANIZATION = UUID("0190a1b2-0000-7000-8000-000000000001")
ROW = UUID("0190a1b2-0000-7000-8000-000000000002")
PLACE = associated_data(ORGANIZATION, "connectors_credential", ROW, "secret")
KEY = bytes(range(32))


def entry(key_id: str, byte: int) -> str:
    return f"{key_id}:{base64.b64encode(bytes([byte]) * 32).decode()}"


@given(st.binary(max_size=2000), st.integers(0, 65535), st.binary(max_size=100))
def test_what_is_sealed_opens_again(plaintext, version, aad):
    sealed = seal(KEY, version, plaintext, aad)
    assert unseal({version: KEY}.__getitem__, sealed, aad) == plaintext
    assert sealed_version(sealed) == version
    assert len(sealed) == len(plaintext) + 31


def test_the_form_is_one_byte_version_nonce_and_ciphertext():
    sealed = seal(KEY, 0x0102, b"x", PLACE)
    assert sealed[:3] == b"\x01\x01\x02"
    assert len(sealed) == 3 + 12 + 1 + 16


def test_a_flipped_bit_anywhere_is_noticed():
    sealed = seal(KEY, 1, b"a vendor's key", PLACE)
    for position in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[position] ^= 1 << bit
            with pytest.raises(Undecryptable):
                unseal(lambda _version: KEY, bytes(changed), PLACE)


def test_a_shortened_or_lengthened_value_is_noticed():
    sealed = seal(KEY, 1, b"a vendor's key", PLACE)
    for changed in [sealed[:length] for length in range(len(sealed))] + [sealed + b"\0"]:
        with pytest.raises(Undecryptable):
            unseal(lambda _version: KEY, changed, PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        associated_data(ROW, "connectors_credential", ROW, "secret"),
        associated_data(ORGANIZATION, "connectors_other", ROW, "secret"),
        associated_data(ORGANIZATION, "connectors_credential", ORGANIZATION, "secret"),
        associated_data(ORGANIZATION, "connectors_credential", ROW, "other"),
        b"",
    ],
)
def test_a_value_moved_to_another_place_does_not_open(elsewhere):
    sealed = seal(KEY, 1, b"a vendor's key", PLACE)
    with pytest.raises(Undecryptable):
        unseal(lambda _version: KEY, sealed, elsewhere)


def test_another_key_or_a_lost_one_does_not_open_it():
    sealed = seal(KEY, 1, b"a vendor's key", PLACE)
    with pytest.raises(Undecryptable, match="another key"):
        unseal(lambda _version: new_data_key(), sealed, PLACE)
    with pytest.raises(Undecryptable, match="gone"):
        unseal({2: KEY}.__getitem__, sealed, PLACE)


def test_versions_live_side_by_side():
    keys = {version: new_data_key() for version in (1, 2, 3)}
    sealed = {version: seal(key, version, b"%d" % version, PLACE) for version, key in keys.items()}
    for version, value in sealed.items():
        assert unseal(keys.__getitem__, value, PLACE) == b"%d" % version


@pytest.mark.parametrize("version", [-1, 65536])
def test_a_version_fits_two_bytes(version):
    with pytest.raises(OverflowError):
        seal(KEY, version, b"", PLACE)


def test_the_same_text_never_looks_the_same_twice():
    assert len({seal(KEY, 1, b"same", PLACE)[3:15] for _ in range(20_000)}) == 20_000


@settings(max_examples=200)
@given(*[st.tuples(*[st.text(min_size=1, max_size=8).filter(lambda t: "|" not in t)] * 4)] * 2)
def test_two_places_never_share_their_data(one, other):
    assert (associated_data(*one) == associated_data(*other)) is (one == other)


@pytest.mark.parametrize(
    "parts", [("a|b", "t", "r", "c"), ("", "t", "r", "c"), ("a", "t", "r", "")]
)
def test_a_place_that_could_be_read_two_ways_is_refused(parts):
    with pytest.raises(ValueError, match="place"):
        associated_data(*parts)


def test_each_purpose_has_a_key_of_its_own():
    keys = {sub_key(KEY, purpose) for purpose in Purpose} | {KEY}
    assert len(keys) == len(Purpose) + 1
    assert all(len(key) == 32 for key in keys)
    assert sub_key(KEY, Purpose.CONTENT) == sub_key(KEY, Purpose.CONTENT)
    assert sub_key(new_data_key(), Purpose.CONTENT) != sub_key(KEY, Purpose.CONTENT)


def test_sub_keys_are_hkdf_as_the_standard_says():
    extracted = hmac.new(bytes(32), KEY, hashlib.sha256).digest()
    expected = hmac.new(extracted, b"arm1|cred\x01", hashlib.sha256).digest()
    assert sub_key(KEY, Purpose.CREDENTIAL) == expected


def test_a_fingerprint_tells_same_from_other_under_one_key():
    assert fingerprint(KEY, "secret") == fingerprint(KEY, "secret")
    assert fingerprint(KEY, "secret") != fingerprint(KEY, "secreT")
    assert fingerprint(KEY, "secret") != fingerprint(new_data_key(), "secret")
    assert len(fingerprint(KEY, "é")) == 16


# --- key rings ------------------------------------------------------------------------------


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


def test_our_key_ring_is_a_key_provider():
    provider: crypto.KeyProvider = EnvKeyring(entry("k1", 1))
    assert provider.unwrap(provider.wrap(KEY, b""), b"") == KEY
