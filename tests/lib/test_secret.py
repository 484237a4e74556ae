"""A secret shows itself to nobody but who asks by name."""

import copy
import json
import logging
import pickle

import pytest

from armproject.lib.secret import Secret

VALUE = "sk-canary-0123456789"


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        "{!r:>40}".format,
        lambda secret: f"{secret}",
        lambda secret: f"{secret:>40}",
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - the old way must be safe too
        lambda secret: repr({"key": [secret]}),
        lambda secret: json.dumps({"key": secret}, default=str),
    ],
)
def test_no_way_of_printing_shows_it(show):
    shown = show(Secret(VALUE))
    assert "Secret(…)" in json.loads(f'["{shown}"]')[0] if shown.startswith("Secret") else shown
    assert "canary" not in shown


def test_json_does_not_take_it():
    with pytest.raises(TypeError) as refused:
        json.dumps(Secret(VALUE))
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("send", [pickle.dumps, copy.deepcopy, copy.copy])
def test_it_is_neither_pickled_nor_copied(send):
    with pytest.raises(TypeError, match="cannot be pickled"):
        send(Secret(VALUE))


def test_a_log_line_does_not_show_it(caplog):
    logging.getLogger("test").warning("key %s", Secret(VALUE))
    assert "Secret" in caplog.text
    assert "canary" not in caplog.text


def test_it_has_no_dict_to_look_into():
    with pytest.raises(TypeError):
        vars(Secret(VALUE))


def test_who_asks_by_name_gets_it():
    assert Secret(VALUE).reveal() == VALUE


@pytest.mark.parametrize(
    ("value", "hint"),
    [(VALUE, "…6789"), ("0123456789abcdef", "…cdef"), ("0123456789abcde", "…"), ("", "…")],
)
def test_the_hint_spares_short_secrets(value, hint):
    assert Secret(value).hint == hint


def test_equal_secrets_are_equal_and_nothing_else_is():
    assert Secret(VALUE) == Secret(VALUE)
    assert Secret(VALUE) != Secret(VALUE + "x")
    assert Secret(VALUE) != VALUE
    assert len({Secret(VALUE), Secret(VALUE), Secret("é")}) == 2


def test_an_empty_secret_is_false():
    assert not Secret("")
    assert Secret(VALUE)
