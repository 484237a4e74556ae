"""Sealed values open in their own place with their own key, and nowhere else."""

import hashlib
import hmac
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armproject.lib.crypto import (
    Purpose,
    Undecryptable,
    associated_data,
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


def test_a_million_values_have_a_million_nonces():
    number = 1_000_000
    nonces = {seal(KEY, 1, b"", PLACE)[3:15] for _ in range(number)}
    assert len(nonces) == number
