"""Who holds the master keys: one interface, and one module for each kind of holder."""

from armproject.lib.keys.keyring import EnvKeyring, FileKeyring
from armproject.lib.keys.provider import BadKeyring, KeyProvider, KeysUnavailable, WrappedKey
from armproject.lib.keys.several import Several
from armproject.lib.keys.transit import Transit

__all__ = [
    "BadKeyring",
    "EnvKeyring",
    "FileKeyring",
    "KeyProvider",
    "KeysUnavailable",
    "Several",
    "Transit",
    "WrappedKey",
]
