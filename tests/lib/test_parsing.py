"""No document hurts whoever reads it, and every refusal says what to change."""

import contextlib
import gzip
import json
import re
import time
import tracemalloc
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armproject.lib.errors import InvalidInput, TooLarge
from armproject.lib.parsing import bounded_gunzip, parse_foreign_json, parse_json

MB = 2**20

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**19) + 1, 10**19 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
            inner,
            max_size=6,
        )
    ),
    max_leaves=40,
)


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_whatever_is_plain_json_is_read_as_it_stands(value, ascii_only, indent):
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert parse_json(body) == value


@given(st.binary(max_size=200) | st.text('[]{}",:\\u0dD8 1eE.-', max_size=80).map(str.encode))
def test_any_bytes_are_read_as_json_does_or_refused_in_a_sentence(body):
    for parse, number in ((parse_json, float), (parse_foreign_json, Decimal)):
        try:
            value = parse(body)
        except (InvalidInput, TooLarge) as error:
            told = error.message
        else:
            assert mended(json.loads(body, parse_float=number)) == value
            continue
        assert told.endswith(".")


def mended(value):
    """Return the value without characters that no database keeps."""
    if isinstance(value, list):
        return [mended(part) for part in value]
    if isinstance(value, dict):
        return {mended(key): mended(part) for key, part in value.items()}
    if isinstance(value, str):
        return re.sub("[\0\ud800-\udfff]", "\ufffd", value)
    return value


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "not JSON"),
        (b"{", "line 1, column 2"),
        (b"{bad", "line 1, column 2"),
        (b"}{", "line 1, column 1"),
        (b"[" * 2000, "brackets do not match"),
        (b"[}", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b"[1,]", "not JSON"),
        (b"[1] [2]", "not JSON"),
        (b'"open', "not JSON"),
        (b'"a\nb"', "not JSON"),
        (b'"a\x00b"', "not JSON"),
        (b"NaN", "NaN"),
        (b"[Infinity]", "Infinity"),
        (b"[-Infinity]", "-Infinity"),
        (b"1e400", "too large"),
        (b"-1e400", "too large"),
        (b"1e100000", "too large"),
        (b"12345678901234567890", "19 digits"),
        (b"-12345678901234567890", "19 digits"),
        (b"9" * 5000, "19 digits"),
        (b"0." + b"1" * 63, "too long"),
        (rb'"\u0000"', "NUL"),
        (rb'{"\u0000": 1}', "NUL"),
        (rb'"\ud800"', "surrogate"),
        (rb'"\udc00"', "surrogate"),
        (rb'"\uDBFF x"', "surrogate"),
        (rb'"\ud800\ud800\udc00"', "surrogate"),
        (rb'"\ud83d\ude00\ude00"', "surrogate"),
        (rb'"\ud83d\\\ude00"', "surrogate"),
        (rb'"\\\ud83d"', "surrogate"),
        (b'{"a": 1, "a": 2}', "repeats a key"),
        (rb'{"a": 1, "\u0061": 2}', "repeats a key"),
        (b'[{"b": {"a": 1, "a": 1}}]', "repeats a key"),
        (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        ('{"a": 1}'.encode("utf-16-le"), "not JSON"),
        ('{"a": 1}'.encode("utf-32-be"), "not JSON"),
        (b'"\xff"', "not UTF-8"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b'"\xc0\x80"', "not UTF-8"),
        (b'{"%s": 1}' % (b"k" * 257), "256 characters"),
        (b"[" * 65 + b"]" * 65, "64 levels"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "64 levels"),
        (b'[{"a":' * 33 + b"1" + b"}]" * 33, "64 levels"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(body, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        parse_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 64 + b"]" * 64,
        b'{"%s": 1}' % (b"k" * 256),
        b"9999999999999999999",
        b"-9999999999999999999",
        b"1e308",
        rb'"\ud83d\ude00"',
        rb'"\uD83D\uDE00 \\u0000 \\ud800"',
        rb'"[[[[ \" ]]]] {{{{ \\"',
        b'{"__proto__": {"constructor": 1}, "lc": 1, "$ref": "#"}',
        b" \r\n\t[ ] ",
        b"[" + b",".join([b"0"] * 99_999) + b"]",
        b"[" + b",".join([b"[ ]"] * 99_999) + b"]",
        b"[" + b",".join([b'{"a":""}'] * 49_999) + b"]",
        b'"%s"' % (b"x" * MB),
    ],
)
def test_what_keeps_the_rules_to_the_letter_is_read(body):
    assert parse_json(body) == json.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b" " * (5 * MB + 1),
        b"[" + b",".join([b"0"] * 100_000) + b"]",
        b"[" + b",".join([b'{"a":""}'] * 50_000) + b"]",
        b'"%s"' % (b"x" * (MB + 1)),
        b'"' * (4 * MB),
    ],
)
def test_what_is_too_much_is_too_large(body):
    with pytest.raises(TooLarge):
        parse_json(body)


BOMBS = {
    "deep": b"[" * (5 * MB),
    "deep and closed": b"[" * (2 * MB) + b"]" * (2 * MB),
    "deep objects": b'{"a":' * MB,
    "ladder": b"[]" * (2 * MB),
    "quotes": b'"' * (5 * MB),
    "escaped quotes": b'"' + rb"\"" * (2 * MB),
    "backslashes": b'"' + b"\\" * (5 * MB - 1),
    "surrogates": b'["' + rb"\ud800" * 170_000 + b'"]',
    "commas": b"," * (5 * MB),
    "blanks": b" " * (5 * MB),
    "digits": b"9" * (5 * MB),
    "fraction": b"0." + b"9" * (5 * MB - 2),
    "minus": b"-" * (5 * MB),
    "keys": b"{" + b",".join(b'"%d":0' % n for n in range(400_000)) + b"}",
    "open string": b'"' + b"x" * (5 * MB - 1),
    "half deep": b"[" * 50_000 + b"0" + b"]" * 50_000,
}


def refuse_or_read(parse, body: bytes) -> None:
    with contextlib.suppress(InvalidInput, TooLarge):
        parse(body)


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("parse", [parse_json, parse_foreign_json])
def test_no_bomb_costs_much_time(parse, name):
    started = time.process_time()
    refuse_or_read(parse, BOMBS[name])
    assert time.process_time() - started < 1


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize(("parse", "mebibytes"), [(parse_json, 25), (parse_foreign_json, 100)])
def test_no_bomb_costs_much_memory(parse, mebibytes, name):
    tracemalloc.start()
    refuse_or_read(parse, BOMBS[name])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < mebibytes * MB


@pytest.mark.parametrize("name", BOMBS)
def test_no_bomb_gets_through_to_us(name):
    with pytest.raises((InvalidInput, TooLarge)):
        parse_json(BOMBS[name])


def test_limits_are_the_callers():
    with pytest.raises(TooLarge, match="10 bytes"):
        parse_json(b"[1,2,3,4,5]", max_bytes=10)
    with pytest.raises(InvalidInput, match="2 levels"):
        parse_json(b"[[[]]]", max_depth=2)
    with pytest.raises(TooLarge, match="3 values"):
        parse_json(b"[1,2,3]", max_nodes=3)
    assert parse_json(b"[1,2,3]", max_nodes=4) == [1, 2, 3]


# --- what other systems send ----------------------------------------------------------------


def test_fractions_of_others_are_exact():
    value = parse_foreign_json(b'[0.1, 1e-5, 12.50, 18446744073709551616, {"a": 1.0}]')
    expected = [Decimal("0.1"), Decimal("1e-5"), Decimal("12.50"), 2**64, {"a": Decimal("1.0")}]
    assert value == expected
    assert str(value[2]) == "12.50"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'"a\u0000b"', "a\ufffdb"),
        (rb'"\ud800"', "\ufffd"),
        (rb'"\ud83d\ude00\ude00"', "\U0001f600\ufffd"),
        (rb'"\\u0000 \\\u0000"', "\\u0000 \\\ufffd"),
        (rb'"\"\udfff\""', '"\ufffd"'),
    ],
)
def test_characters_no_database_keeps_are_replaced(body, text):
    assert parse_foreign_json(body) == text


def test_the_last_of_repeated_keys_wins():
    assert parse_foreign_json(b'{"a": 1, "a": 2}') == {"a": 2}


@pytest.mark.parametrize(
    "body", [b"NaN", b"1e400", b"1e-400", b"1e100000", b"9" * 65, b"0." + b"1" * 63, b"[" * 200]
)
def test_numbers_that_poison_rows_are_refused_from_others_too(body):
    with pytest.raises(InvalidInput):
        parse_foreign_json(body)


# --- gzip -----------------------------------------------------------------------------------


@given(st.binary(max_size=3000))
def test_what_was_packed_is_unpacked(data):
    assert bounded_gunzip(gzip.compress(data), len(data)) == data


def test_several_members_are_one_text():
    assert bounded_gunzip(gzip.compress(b"ab") + gzip.compress(b"cd"), 4) == b"abcd"
    with pytest.raises(TooLarge):
        bounded_gunzip(gzip.compress(b"ab") + gzip.compress(b"cd"), 3)


def test_a_bomb_stops_at_the_limit():
    bomb = gzip.compress(bytes(100 * MB), 9)
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(TooLarge, match="1,048,576 bytes"):
        bounded_gunzip(bomb, MB)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - started < 0.2
    assert peak < 4 * MB


@pytest.mark.parametrize(
    "data",
    [
        b"plain",
        gzip.compress(b"text", mtime=0)[:-1],
        gzip.compress(b"text", mtime=0)[:5],
        gzip.compress(b"text", mtime=0)[:-5] + b"xxxxx",
        gzip.compress(b"text", mtime=0) + b"tail",
    ],
)
def test_damaged_gzip_is_refused(data):
    with pytest.raises(InvalidInput, match="gzip"):
        bounded_gunzip(data, 100)


def test_nothing_unpacks_to_nothing():
    assert bounded_gunzip(b"", 10) == b""
