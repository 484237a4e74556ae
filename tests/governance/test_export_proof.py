"""An export proves itself to somebody who has nothing but it, Python and a public key."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from governance.actions.export_proof import export_proof
from governance.models import AuditEvent
from governance.signing import key_ring
from tests.cast import House, make_house
from tests.governance.sealed import anchor, at_work, do, seal

Files = dict[str, bytes]


@pytest.fixture
def house(committed: None, settings: Any, tmp_path: Path) -> House:
    settings.ARM_ANCHOR_FILE = tmp_path / "anchor.jsonl"
    neighbours, house = make_house("Globex"), make_house("Acme")
    do(house, *[f"tests.n{n}" for n in range(7)])
    for one in (house, neighbours):
        seal(one)
    do(house, "tests.later", "tests.last")
    seal(house)
    anchor()
    return house


def files(bundle: Any) -> Files:
    with zipfile.ZipFile(bundle) as found:
        return {name: found.read(name) for name in found.namelist()}


def exported(house: House) -> Files:
    with at_work(house), export_proof(None, None) as bundle:
        return files(bundle)


def judged(content: Files, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Let the verifier inside the bundle judge it, in a process that knows nothing of ARM."""
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "audit.zip", "w") as bundle:
        for name, data in content.items():
            bundle.writestr(name, data)
    script = folder / "verify.py"
    script.write_bytes(content["verify.py"])
    return subprocess.run(
        [sys.executable, "-I", str(script), "audit.zip", *options],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


def trusted() -> list[str]:
    return [f"--key={key_id}:{key}" for key_id, key in key_ring().public_keys.items()]


def test_it_proves_itself_in_another_process(house: House, tmp_path: Path) -> None:
    content = exported(house)
    told = judged(content, tmp_path / "elsewhere", *trusted())
    assert told.returncode == 0, told.stdout + told.stderr
    with house.inside():
        number = AuditEvent.objects.exclude(action="audit.export_proof").count()
    assert f"{number} events under 2 seals are as they were sealed." in told.stdout
    assert "covers everything up to seal 2" in told.stdout
    unasked = judged(content, tmp_path / "elsewhere")
    assert unasked.returncode == 0
    assert "compare it, or pass --key" in unasked.stdout


def lines(content: Files, name: str, change: Callable[[list[Any]], list[Any]]) -> Files:
    parsed = [json.loads(line) for line in content[name].splitlines()]
    changed = "".join(json.dumps(line) + "\n" for line in change(parsed))
    return {**content, name: changed.encode()}


def edited(rows: list[Any]) -> list[Any]:
    rows[1]["payload"] = rows[1]["payload"].replace("accounts", "somebody")
    return rows


def swapped(rows: list[Any]) -> list[Any]:
    rows[0]["payload"], rows[1]["payload"] = rows[1]["payload"], rows[0]["payload"]
    return rows


def resigned(rows: list[Any]) -> list[Any]:
    rows[0]["root"] = "00" * 32
    return rows


TAMPERINGS: dict[str, Callable[[Files], Files]] = {
    "is not what was sealed": lambda c: lines(c, "events.jsonl", edited),
    "is not what was sealed ": lambda c: lines(c, "events.jsonl", swapped),
    "Event number 2 is missing": lambda c: lines(c, "events.jsonl", lambda r: [r[0], *r[2:]]),
    "is missing": lambda c: lines(c, "events.jsonl", lambda r: r[:-1]),
    "is not under seal": lambda c: lines(
        c, "events.jsonl", lambda r: [{**r[0], "path": r[1]["path"]}, *r[1:]]
    ),
    "does not carry a valid signature": lambda c: lines(c, "seals.jsonl", resigned),
    "stands under no seal": lambda c: lines(c, "seals.jsonl", lambda r: r[1:]),
    "does not cover this organization": lambda c: {
        **c,
        "head.json": c["head.json"].replace(b'"seal": [\n    2', b'"seal": [\n    3'),
    },
    "Files are missing": lambda c: {n: d for n, d in c.items() if n != "head.json"},
}


@pytest.mark.parametrize("sentence", TAMPERINGS)
def test_a_changed_bundle_does_not(house: House, tmp_path: Path, sentence: str) -> None:
    content = TAMPERINGS[sentence](exported(house))
    told = judged(content, tmp_path / "elsewhere", *trusted())
    assert told.returncode == 1, told.stdout + told.stderr
    assert sentence.strip() in told.stdout


def test_a_key_that_is_not_trusted_signs_nothing(house: House, tmp_path: Path) -> None:
    told = judged(exported(house), tmp_path / "elsewhere", f"--key=other:{'A' * 43}=")
    assert (told.returncode, "is not trusted" in told.stdout) == (1, True)


def test_what_is_no_bundle_is_told_apart(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "governance" / "verifier" / "verify.py"
    (tmp_path / "audit.zip").write_text("nothing")
    told = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "audit.zip")], capture_output=True, check=False
    )
    assert told.returncode == 2


def test_a_span_holds_what_happened_in_it(house: House, tmp_path: Path) -> None:
    with house.inside():
        at = AuditEvent.objects.get(action="tests.later").at
    with at_work(house), export_proof(at, None) as bundle:
        content = files(bundle)
    assert [
        json.loads(json.loads(row)["payload"])["action"]
        for row in content["events.jsonl"].splitlines()
    ] == ["tests.later", "tests.last"]
    assert judged(content, tmp_path / "part", *trusted()).returncode == 0
    with at_work(house), export_proof(timezone.now() + timedelta(days=1), None) as bundle:
        empty = files(bundle)
    assert judged(empty, tmp_path / "none", *trusted()).returncode == 0


def test_the_command_writes_a_bundle(house: House, tmp_path: Path) -> None:
    path = tmp_path / "acme.zip"
    call_command("export_audit", "--organization=acme", "--since=2020-01-01", f"--output={path}")
    assert judged(files(io.BytesIO(path.read_bytes())), tmp_path / "there").returncode == 0
    with house.inside():
        assert AuditEvent.objects.filter(action="audit.export_proof").count() == 1
