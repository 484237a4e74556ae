"""Master keys that never leave HashiCorp Vault or OpenBao: its transit engine wraps and opens.

The token needs `update` on `<mount>/encrypt/<key>` and `<mount>/decrypt/<key>`, and `read` on
`<mount>/keys/<key>`. The key is of type aes256-gcm96. Rotating it there makes a new id here.
"""

import base64
import binascii
import re
from typing import Any
from urllib.parse import quote, urlsplit

from armproject.lib.crypto import KEY_BYTES, Undecryptable
from armproject.lib.http import Client, Reach, RequestFailed
from armproject.lib.keys.provider import BadKeyring, KeysUnavailable, WrappedKey
from armproject.lib.secret import Secret

DEADLINE = 3.0  # seconds for one call, everything included
MAX_BYTES = 64 * 2**10
OK = 200
BAD_REQUEST = 400
VERSION_BYTES = 4

_PLACE = re.compile(r"[A-Za-z0-9_.-]{1,30}")
_CIPHERTEXT = re.compile(r"vault:v([1-9][0-9]{0,8}):([A-Za-z0-9+/=]{1,1000})")
_AWAY = "The service that holds the master keys does not answer as it should; try again shortly."
_CHANGED = "The key service does not open this: it was changed, moved, or its key is disabled."


class Transit:
    """One key of a transit engine. Ids are `vault/<mount>/<key>/<version>`.

    After several failures in a row the service is let rest for half a minute, as any other host.
    What is stored is the version (4 bytes) and the engine's own ciphertext, decoded, so that no
    two spellings stand for the same bytes.
    """

    def __init__(
        self, address: str, token: Secret, *, mount: str, key: str, deadline: float = DEADLINE
    ) -> None:
        if not (_PLACE.fullmatch(mount) and _PLACE.fullmatch(key)):
            raise BadKeyring("Mount and key of the key service are letters, digits and _ . -")
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self._mount, self._key = mount, key
        self._client = Client(
            f"{address.rstrip('/')}/v1/{mount}",
            headers={"X-Vault-Token": token, "X-Vault-Request": "true"},
            reach=Reach(frozenset({f"{parts.hostname}:{port}"})),
            deadline=deadline,
            attempts=1,
            max_bytes=MAX_BYTES,
        )

    @property
    def active_key_id(self) -> str:
        """The newest version of the key, as the service says it."""
        data = self._ask("GET", f"keys/{quote(self._key)}", None)
        newest = data.get("latest_version")
        if not isinstance(newest, int):
            raise KeysUnavailable(_AWAY)
        return self._id(newest)

    def holds(self, key_id: str) -> bool:
        """Tell whether this id names a version of our key."""
        return self._version(key_id) is not None

    def wrap(self, data_key: bytes, aad: bytes, key_id: str | None = None) -> WrappedKey:
        """Let the service encrypt a data key, under its newest version if none is named."""
        asked: dict[str, Any] = {"plaintext": _text(data_key), "associated_data": _text(aad)}
        if key_id:
            asked["key_version"] = self._version(key_id)
            if asked["key_version"] is None:
                raise BadKeyring(f"The key service has no key called {key_id}.")
        data = self._ask("POST", f"encrypt/{quote(self._key)}", asked)
        match = _CIPHERTEXT.fullmatch(str(data.get("ciphertext", "")))
        if match is None:
            raise KeysUnavailable(_AWAY)
        version, ciphertext = int(match[1]), _bytes(match[2])
        return WrappedKey(self._id(version), version.to_bytes(VERSION_BYTES, "big") + ciphertext)

    def unwrap(self, wrapped: WrappedKey, aad: bytes) -> bytes:
        """Let the service decrypt; the id must be the one the bytes were wrapped under."""
        version = int.from_bytes(wrapped.blob[:VERSION_BYTES], "big")
        ciphertext = wrapped.blob[VERSION_BYTES:]
        if not ciphertext or self._version(wrapped.key_id) != version:
            raise Undecryptable(_CHANGED)
        asked = {
            "ciphertext": f"vault:v{version}:{_text(ciphertext)}",
            "associated_data": _text(aad),
        }
        data = self._ask("POST", f"decrypt/{quote(self._key)}", asked)
        data_key = _bytes(str(data.get("plaintext", "")))
        if len(data_key) != KEY_BYTES:
            raise KeysUnavailable(_AWAY)
        return data_key

    def __repr__(self) -> str:
        return f"Transit({self._mount}/{self._key})"

    def _id(self, version: int) -> str:
        return f"vault/{self._mount}/{self._key}/{version}"

    def _version(self, key_id: str) -> int | None:
        head, _, version = key_id.rpartition("/")
        ours = head == f"vault/{self._mount}/{self._key}" and version.isascii()
        return int(version) if ours and version.isdigit() else None

    def _ask(self, method: str, path: str, asked: dict[str, Any] | None) -> dict[str, Any]:
        try:
            reply = self._client.request(method, path, json=asked)
            answer = reply.json() if reply.status == OK else None
        except RequestFailed as failed:
            raise KeysUnavailable(_AWAY, fault=failed.fault) from None
        if reply.status == BAD_REQUEST:
            raise Undecryptable(_CHANGED)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            raise KeysUnavailable(_AWAY, status=reply.status)
        return data


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise KeysUnavailable(_AWAY) from None
