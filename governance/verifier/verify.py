"""Verify a part of an audit log that was exported from ARM, without ARM.

    python verify.py BUNDLE.zip [--key KEY_ID:BASE64]

It needs Python 3.9 or newer and the package "cryptography". Give the public key that you were
told by a way of your own: the keys inside the bundle are only as trustworthy as the bundle.

What is checked: every event stands, unchanged and without a gap, in the tree of its seal; every
seal is signed and follows the one before it; a signed head over all organizations covers the
newest of these seals it knew, and none that it knew is cut off. Exit status: 0 all of it holds, 1
something does not, 2 no bundle.
"""

import argparse
import base64
import hashlib
import json
import sys
import zipfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SEAL = ("format", "organization", "number", "first", "last", "root", "previous", "sealed_at")
FILES = {"manifest.json", "keys.json", "head.json", "seals.jsonl", "events.jsonl"}


class Broken(Exception):
    """Something in the bundle does not hold; the message says what."""


def spelled(facts):
    """Return the one spelling of facts that is hashed and signed."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def sha256(data):
    return hashlib.sha256(data).digest()


def demand(holds, sentence):
    if not holds:
        raise Broken(sentence)


def climb(leaf, index, size, path):
    """Return the root that a leaf and its path lead to, in a tree of this size (RFC 6962)."""
    demand(0 <= index < size, "A leaf stands outside its tree.")
    rest, value, last = [bytes.fromhex(one) for one in path], leaf, size - 1
    demand(all(len(one) == 32 for one in rest), "A path holds something that is no hash.")
    while last:
        if index & 1:
            demand(rest, "A path is too short.")
            value = sha256(b"\x01" + rest.pop(0) + value)
        elif index < last:
            demand(rest, "A path is too short.")
            value = sha256(b"\x01" + value + rest.pop(0))
        index, last = index >> 1, last >> 1
    demand(not rest, "A path is too long.")
    return value


def check_signature(keys, key_id, statement, signature, what):
    demand(key_id in keys, f"{what} is signed by the key {key_id}, which is not trusted.")
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(keys[key_id]))
        key.verify(bytes.fromhex(signature), spelled(statement))
    except (InvalidSignature, ValueError):
        raise Broken(f"{what} does not carry a valid signature.") from None


def parsed(text):
    """Return what JSON says, where it says one thing only."""
    return json.loads(text, object_pairs_hook=once, parse_constant=refused)


def once(pairs):
    demand(len(dict(pairs)) == len(pairs), "A name stands twice in one place, with two meanings.")
    return dict(pairs)


def refused(constant):
    raise Broken(f"{constant} is no number.")


def lines(bundle, name):
    with bundle.open(name) as file:
        for line in file:
            yield parsed(line)


def check_seals(bundle, organization, keys):
    """Return the seals by number, with their hashes, after checking each and their chain."""
    seals, before = {}, None
    for entry in lines(bundle, "seals.jsonl"):
        seal, number = {name: entry[name] for name in SEAL}, entry["number"]
        what = f"Seal {number}"
        demand(seal["organization"] == organization, f"{what} belongs to somebody else.")
        check_signature(keys, entry["key_id"], seal, entry["signature"], what)
        if before is not None:
            follows = number == before["number"] + 1 and seal["first"] == before["last"] + 1
            demand(follows, f"{what} does not begin where the one before ends.")
            demand(seal["previous"] == before["hash"], f"{what} does not follow the one before.")
        before = seals[number] = {**seal, "hash": sha256(spelled(seal)).hex()}
    return seals


def check_events(bundle, manifest, seals):
    """Return how many events there are and how many of them are archived elsewhere."""
    expected, archived = manifest["first"], 0
    for event in lines(bundle, "events.jsonl"):
        seq, what = event["seq"], f"Event {event['id']}, number {event['seq']},"
        demand(seq == expected, f"Event number {expected} is missing.")
        seal = seals.get(event["seal"])
        demand(seal and seal["first"] <= seq <= seal["last"], f"{what} stands under no seal.")
        leaf = bytes.fromhex(event["leaf"])
        if event["payload"] is None:
            archived += 1
        else:
            entry = f"{event['at']}\n{event['mac']}\n{event['payload']}".encode()
            demand(sha256(b"\x00" + entry) == leaf, f"{what} is not what was sealed.")
            demand(parsed(event["payload"])["id"] == event["id"], f"{what} has another's id.")
        size = seal["last"] - seal["first"] + 1
        root = climb(leaf, seq - seal["first"], size, event["path"])
        demand(root.hex() == seal["root"], f"{what} is not under seal {seal['number']}.")
        expected += 1
    demand(expected == manifest["last"] + 1, f"Event number {expected} is missing.")
    return expected - manifest["first"], archived


def check_head(head, organization, keys, seals):
    """Return a sentence about the head that covers these seals."""
    if head is None:
        return "No head over all organizations covers these seals yet."
    statement = head["statement"]
    check_signature(keys, head["key_id"], statement, head["signature"], "The head")
    number, _, seal_hash = head["seal"]
    entry = spelled({"organization": organization, "seal": head["seal"]})
    root = climb(sha256(b"\x00" + entry), head["index"], statement["size"], head["path"])
    demand(root.hex() == statement["root"], "The head does not cover this organization.")
    demand(number <= max(seals, default=0), f"Seal {number} was anchored and is cut off here.")
    if number not in seals:
        return f"Head {statement['number']} covers seal {number}, older than those here."
    demand(seals[number]["hash"] == seal_hash, f"Seal {number} is not the anchored one.")
    return (
        f"Head {statement['number']} of {statement['made_at']} covers everything up to seal"
        f" {number}; compare its root {statement['root']} with an anchor."
    )


def verify(path, trusted):
    """Check a bundle and return what to tell; raises Broken."""
    with zipfile.ZipFile(path) as bundle:
        names = bundle.namelist()
        demand(set(names) >= FILES, "Files are missing from the bundle.")
        demand(len(set(names)) == len(names), "A file stands twice in the bundle.")
        manifest = parsed(bundle.read("manifest.json"))
        keys = trusted or parsed(bundle.read("keys.json"))
        organization = manifest["organization"]
        seals = check_seals(bundle, organization, keys)
        events, archived = check_events(bundle, manifest, seals)
        head = check_head(parsed(bundle.read("head.json")), organization, keys, seals)
    told = [f"{events} events under {len(seals)} seals are as they were sealed."]
    if events:
        span = f"numbers {manifest['first']} to {manifest['last']}"
        told.append(f"They are the {span} of the organization {organization}.")
    told.append(head)
    if archived:
        told.append(
            f"Of {archived} events only the hashes are here: what they say was archived, or is"
            " withheld."
        )
    if not trusted:
        told.append("The public key came from the bundle itself: compare it, or pass --key.")
    return told


def plain(text):
    """Return text that no terminal obeys."""
    shown = "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
    return shown.encode("ascii", "backslashreplace").decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bundle")
    parser.add_argument("--key", action="append", default=[], help="KEY_ID:BASE64, trusted")
    options = parser.parse_args()
    if not all(":" in key for key in options.key):
        parser.error("write a key as KEY_ID:BASE64")
    trusted = dict(key.split(":", 1) for key in options.key)
    try:
        print(plain("\n".join(verify(options.bundle, trusted))))
    except Broken as broken:
        print("BROKEN:", plain(str(broken)).replace("\n", " "))
        return 1
    except Exception as error:  # noqa: BLE001 - whatever a file does to those who read it
        print("This is not a bundle that can be read:", plain(f"{type(error).__name__} {error}"))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
