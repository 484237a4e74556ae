import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.multiprocess import MultiProcessCollector

from armproject.lib.metrics import Few
from armproject.lib.metrics.latest import Latest
from armproject.lib.metrics.slots import ROOM, Slots

COUNT = """
import sys
import django
django.setup()
from armproject.lib.metrics import counter, histogram
counter("tries_total", "Tries.", "kind").labels("a").inc(int(sys.argv[1]))
histogram("tried_seconds", "Time.").observe(0.02)
print("counted", flush=True)
sys.stdin.read()
"""


def program(folder: Path, number: int) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", COUNT, str(number)],
        env={
            **os.environ,
            "ARM_METRICS_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "counted\n"
    return started


def told(folder: Path) -> dict[str, float]:
    found = MultiProcessCollector(None, str(folder)).collect()
    return {sample.name: sample.value for metric in found for sample in metric.samples}


def test_two_processes_add_up_and_what_they_counted_outlives_them(tmp_path: Path) -> None:
    both = [program(tmp_path, 2), program(tmp_path, 3)]
    assert told(tmp_path)["arm_tries_total"] == 5
    assert told(tmp_path)["arm_tried_seconds_count"] == 2
    for each in both:
        each.kill()
        each.communicate()
    files = sorted(tmp_path.iterdir())
    program(tmp_path, 10).communicate()
    assert told(tmp_path)["arm_tries_total"] == 15
    assert sorted(tmp_path.iterdir()) == files


def test_a_slot_is_held_by_one_living_process(tmp_path: Path) -> None:
    one = program(tmp_path, 1)
    slots = Slots(tmp_path)
    assert slots.own() == "1"
    assert [(each.slot, each.pid) for each in slots.holders()] == [(0, one.pid), (1, os.getpid())]
    one.communicate()
    assert [each.slot for each in slots.holders()] == [1]


def test_files_have_their_room_on_the_disk_at_once(tmp_path: Path) -> None:
    Slots(tmp_path).own()
    for path in tmp_path.glob("*.db"):
        assert path.stat().st_blocks * 512 >= path.stat().st_size > 2**20


def test_values_of_a_label_stay_few() -> None:
    few = Few(2)
    assert [few("a"), few("b"), few("c"), few("a"), few("")] == ["a", "b", "other", "a", "other"]


def test_an_answer_is_shared_while_it_is_fresh() -> None:
    asked: list[int] = []

    def work() -> int:
        asked.append(1)
        return len(asked)

    latest = Latest(work, fresh=3600)
    assert [latest.get(), latest.get()] == [1, 1]


def test_a_failure_is_told_and_asked_again() -> None:
    answers = iter([OSError("away"), 7])

    def work() -> int:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    latest = Latest(work)
    with pytest.raises(OSError, match="away"):
        latest.get()
    assert latest.get() == 7


def test_a_slot_takes_its_room_at_once_and_a_later_holder_leaves_what_is_counted(
    tmp_path: Path,
) -> None:
    Slots(tmp_path).own()
    files = {tmp_path / f"{kind}_0.db": room for kind, room in ROOM.items()}
    for path, room in files.items():
        assert path.read_bytes() == bytes(room)
        path.write_bytes(b"counted" + bytes(room - 1000))  # as when a disk was full half way
    Slots(tmp_path).own()
    for path, room in files.items():
        assert path.read_bytes() == b"counted" + bytes(room - len(b"counted"))
