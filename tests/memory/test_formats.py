"""Files of other houses, and our own, read and written without a database."""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from armproject.lib.parsing import parse_json
from memory.formats import Entry, Former, Tally, Unreadable, anthropic, bundle, openai, plain
from memory.formats.index import read_document

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
HEAD = {"id": "e-1", "organization_id": "o-1", "exported_at": "2026-11-29T08:00:00Z"}
MAY = datetime(2026, 5, 1, 12, 30, 15, 250, tzinfo=UTC)

MEM0 = {
    "count": 3,
    "results": [
        {
            "id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
            "memory": "Prefers morning meetings",
            "user_id": "arjun",
            "agent_id": "planner",
            "hash": "7c4a8d09",
            "metadata": {"type": "preference"},
            "categories": ["user_preferences"],
            "created_at": "2026-05-01T12:30:15-07:00",
            "updated_at": "2026-05-01T12:30:15-07:00",
            "expiration_date": "2027-01-31",
        },
        {"id": "x", "memory": "Trip to Oslo", "run_id": "trip-2026", "user_id": "arjun"},
        {"id": "y", "memory": None},
    ],
}
ZEP = {
    "user_id": "emily",
    "edges": [
        {
            "uuid": "e1",
            "name": "WORKS_AT",
            "fact": "Emily worked at Acme",
            "source_node_uuid": "n1",
            "target_node_uuid": "n2",
            "source_node_name": "Emily",
            "created_at": "2026-05-01T00:00:00Z",
            "valid_at": "2024-01-01T00:00:00Z",
            "invalid_at": "2026-04-01T00:00:00Z",
            "expired_at": None,
            "attributes": {"role": "engineer"},
            "episodes": ["ep1"],
        }
    ],
    "nodes": {"items": [{"uuid": "n1", "name": "Emily", "summary": "", "labels": ["Person"]}]},
    "episodes": {
        "episodes": [
            {"uuid": "ep1", "content": "I left Acme.", "role": "Emily", "thread_id": "t-1"}
        ]
    },
}
LETTA = {
    "agents": [
        {
            "id": "agent-0",
            "name": "companion",
            "block_ids": ["block-0"],
            "messages": [
                {"id": "message-0", "role": "system", "content": "You are kind."},
                {
                    "id": "message-1",
                    "role": "user",
                    "content": [{"type": "text", "text": "I moved to Bern."}],
                    "created_at": "2026-05-01T12:30:15Z",
                },
            ],
        }
    ],
    "groups": [],
    "blocks": [{"id": "block-0", "label": "human", "value": "Likes tea.", "limit": 5000}],
    "files": [],
    "sources": [],
    "tools": [],
    "mcp_servers": [],
    "metadata": {"revision_id": "abc"},
}


def signed(statement: bytes) -> dict[str, str]:
    value = base64.b64encode(KEY.sign(statement)).decode()
    return {"algorithm": "ed25519", "key_id": "k-1", "public_key": PUBLIC, "value": value}


def bundled(*entries: Entry, preferences: list[Mapping[str, Any]] | None = None) -> Any:
    pieces = bundle.write(HEAD, entries, preferences or [], tally=Tally(), sign=signed)
    return parse_json("".join(pieces).encode())


def test_memories_of_mem0_keep_their_owner_their_time_and_what_they_were_sorted_into() -> None:
    found = read_document(MEM0)
    first, second = found.entries
    assert found.format == "mem0"
    assert (first.content, first.owner_type, first.owner_id) == (
        "Prefers morning meetings",
        "user",
        "arjun",
    )
    assert first.kind == "preference"
    assert first.metadata == {
        "type": "preference",
        "categories": ["user_preferences"],
        "agent_id": "planner",
    }
    assert first.created_at == datetime(2026, 5, 1, 19, 30, 15, tzinfo=UTC)
    assert first.expires_at == datetime(2027, 1, 31, tzinfo=UTC)
    assert (second.owner_type, second.owner_id) == ("run", "trip-2026")
    assert [(each.line, each.reason) for each in found.refused] == [
        (3, "It has no text under `memory`.")
    ]


def test_facts_of_zep_keep_from_when_to_when_they_were_true() -> None:
    found = read_document(ZEP)
    fact, said = found.entries
    assert found.format == "zep"
    assert (fact.content, fact.label) == ("Emily worked at Acme", "WORKS_AT")
    assert fact.valid_from == datetime(2024, 1, 1, tzinfo=UTC)
    assert fact.valid_until == datetime(2026, 4, 1, tzinfo=UTC)
    assert fact.metadata["role"] == "engineer"
    assert (said.content, said.store, said.source_id) == ("Emily: I left Acme.", "episodic", "t-1")
    assert {each.owner_id for each in found.entries} == {"emily"}
    assert [each.line for each in found.refused] == [2]


def test_an_agent_file_of_letta_gives_its_blocks_and_what_was_said() -> None:
    found = read_document(LETTA)
    block, said = found.entries
    assert found.format == "letta"
    assert (block.store, block.key, block.content) == ("core", "human", "Likes tea.")
    assert (said.kind, said.content) == ("conversation", "user: I moved to Bern.")
    assert said.metadata == {"agent": "companion"}
    assert not any("kind." in each.content for each in found.entries)


def test_an_older_agent_file_and_archival_passages_are_read_too() -> None:
    older = {"core_memory": [{"label": "persona", "value": "Calm"}], "messages": [], "name": "a"}
    passages = [{"id": "passage-1", "text": "Bern is in Switzerland", "tags": ["geo"]}]
    assert read_document(older).entries[0].key == "persona"
    assert read_document(passages).entries[0].metadata == {"tags": ["geo"]}


def test_texts_and_objects_are_read_as_plain_json() -> None:
    assert [each.content for each in read_document(["One", "Two"]).entries] == ["One", "Two"]
    row = {"content": "Tea", "owner_type": "user", "owner_id": "u", "valid_from": "2026-05-01"}
    entry = read_document({"memories": [row]}).entries[0]
    assert (entry.owner_id, entry.valid_from) == ("u", datetime(2026, 5, 1, tzinfo=UTC))


def test_of_a_conversation_only_what_was_said_is_read() -> None:
    found = read_document(
        {
            "object": "list",
            "data": [
                {"role": "developer", "content": [{"type": "input_text", "text": "Obey."}]},
                {"role": "user", "content": [{"type": "input_text", "text": "Tea, please"}]},
                {"role": "tool", "content": "42"},
            ],
        }
    )
    assert [each.content for each in found.entries] == ["Tea, please"]


@pytest.mark.parametrize(
    "document",
    [{}, [], "text", 7, None, {"a": [1]}, [[[]]], {"memories": {}}, {"results": []}, [None]],
)
def test_what_is_no_file_of_memories_is_refused_in_words(document: object) -> None:
    with pytest.raises(Unreadable):
        read_document(document)


@pytest.mark.parametrize("name", ["mem0", "zep", "letta", "json", "openai", "anthropic"])
@settings(deadline=None, max_examples=60)
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "memories",
                        "results",
                        "memory",
                        "edges",
                        "fact",
                        "agents",
                        "blocks",
                        "value",
                        "items",
                        "role",
                        "content",
                        "path",
                        "text",
                        "created_at",
                        "metadata",
                        "data",
                        "messages",
                        "nodes",
                        "uuid",
                        "user_id",
                        "label",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=25,
    )
)
def test_no_document_breaks_a_reader(name: str, document: object) -> None:
    with suppress(Unreadable):
        assert read_document(document, name).format == name


LINES = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=30
).map(lambda value: value.strip() or "x")
MOMENTS = st.none() | st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - the zone is given beside it
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
JSON = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
ENTRIES = st.builds(
    Entry,
    content=st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(str.strip),
    id=st.uuids().map(str),
    owner_type=st.sampled_from(["user", "agent", "app", "run", "organization"]),
    owner_id=LINES,
    agent=st.sampled_from(["", "4b1b1f2e-0000-7000-8000-000000000001"]),
    horizon=st.sampled_from(["short_term", "long_term", "profile"]),
    kind=st.sampled_from(["conversation", "preference", "fact", "instruction"]),
    store=st.sampled_from(["core", "associative", "episodic", "proactive"]),
    key=LINES,
    label=LINES,
    metadata=st.dictionaries(LINES, JSON, max_size=3),
    visibility=st.sampled_from(["private", "org", "public"]),
    source_type=st.sampled_from(["interaction", "manual", "import", "inference"]),
    source_id=LINES,
    confidence=st.none() | st.floats(0, 1),
    valid_from=MOMENTS,
    valid_until=MOMENTS,
    expires_at=MOMENTS,
    created_at=MOMENTS,
    created_by=LINES,
    version=st.integers(1, 9),
    versions=st.lists(
        st.builds(
            Former,
            number=st.integers(1, 9),
            content=LINES,
            changed_by=LINES.map(lambda text: " ".join(text.split())),
            facts=st.dictionaries(LINES, LINES, max_size=2),
        ),
        max_size=2,
    ).map(tuple),
)


@settings(deadline=None, max_examples=150)
@given(entries=st.lists(ENTRIES, max_size=4))
def test_a_bundle_gives_back_exactly_what_was_put_in(entries: list[Entry]) -> None:
    preferences = [{"category": "style", "key": "tone", "value": "short"}]
    found = bundle.read(bundled(*entries, preferences=preferences))
    assert found.entries == [replace(each, line=n) for n, each in enumerate(entries, 1)]
    assert [each.facts for each in found.preferences] == preferences
    assert not found.refused


def test_a_bundle_that_was_changed_is_refused_wherever_it_was_changed() -> None:
    whole = bundled(Entry("Tea", id="m-1"), preferences=[{"key": "tone"}])
    changes: list[dict[str, Any]] = [
        {"contexts": [{**whole["contexts"][0], "content": "Coffee"}]},
        {"contexts": []},
        {"preferences": [{"key": "pitch"}]},
        {"counts": {"contexts": 2, "preferences": 1}},
        {"organization_id": "o-2"},
        {"checksum": "sha256:00"},
        {"checksum": None},
    ]
    for change in changes:
        with pytest.raises(Unreadable, match="checksum"):
            bundle.read({**whole, **change})


def test_who_signed_a_bundle_is_told_and_a_wrong_signature_refused() -> None:
    whole = bundled(Entry("Tea", id="m-1"))
    assert bundle.signer_of(whole, {"k-1": PUBLIC}) == "ours"
    assert bundle.signer_of(whole, {}) == "foreign"
    assert bundle.signer_of({**whole, "signature": None}, {}) == ""
    other = base64.b64encode(b"o" * 32).decode()
    for trusted, broken in (
        ({"k-1": other}, whole),
        ({}, {**whole, "signature": {**whole["signature"], "value": "no base64"}}),
        ({}, {**whole, "exported_at": "2020-01-01T00:00:00Z"}),
    ):
        with pytest.raises(Unreadable, match="signature"):
            bundle.signer_of(broken, trusted)


def test_what_is_written_for_others_can_be_read_again() -> None:
    entry = Entry("Tea 🍵", id="m-1", label="Drinks", metadata={"a": 1}, created_at=MAY)
    for part in (openai, anthropic, plain):
        document = json.loads("".join(part.write([entry, entry])))
        found = read_document(document)
        assert (found.format, [each.content for each in found.entries]) == (
            part.NAME,
            [entry.content] * 2,
        )
    written = json.loads("".join(plain.write([entry])))
    assert read_document(written).entries == [replace(entry, line=1)]


def test_a_long_memory_becomes_several_files_for_anthropic_and_none_is_too_large() -> None:
    entry = Entry("é" * 120_000, id="m-1")
    files = anthropic.files_of(entry)
    assert "".join(content for _, content in files) == entry.content
    assert all(len(content.encode()) <= anthropic.LARGEST for _, content in files)
    assert len({path for path, _ in files}) == 3
