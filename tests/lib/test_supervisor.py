"""The supervisor keeps programs alive, stops them in order and leaves nobody behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from armproject.lib.supervisor import GaveUp, Patience, Program, Supervisor

ROOT = Path(__file__).resolve().parents[2]
HASTY = Patience(first_pause=0.02, longest_pause=0.1, short_life=0.5, short_lives=4)
SLEEP = "import time; time.sleep(60)"


def program(name, code, **more):
    return Program(name, (sys.executable, "-I", "-S", "-c", textwrap.dedent(code)), **more)


def eventually(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("it never happened")


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def supervisor(tmp_path):
    made = Supervisor(tmp_path / "logs", HASTY)
    yield made
    made.stop()


def test_a_program_that_is_killed_runs_again(supervisor):
    supervisor.start(program("web", SLEEP))
    first = eventually(lambda: supervisor.pid("web"))
    os.kill(first, signal.SIGKILL)
    eventually(lambda: supervisor.pid("web") != first and alive(supervisor.pid("web")))
    assert supervisor.deaths("web") == 1


def test_its_helpers_die_before_it_runs_again(supervisor, tmp_path):
    helper = tmp_path / "helper"
    supervisor.start(
        program(
            "web",
            f"""
            import pathlib, subprocess, time
            other = subprocess.Popen(["sleep", "60"])
            with open({str(helper)!r}, "a") as f: f.write(f"{{other.pid}}\\n")
            time.sleep(60)
            """,
        )
    )
    eventually(lambda: helper.exists() and helper.read_text().endswith("\n"))
    os.kill(supervisor.pid("web"), signal.SIGKILL)
    eventually(lambda: len(helper.read_text().splitlines()) == 2)
    assert not alive(int(helper.read_text().splitlines()[0]))


def test_a_program_that_cannot_live_is_given_up_with_its_last_lines(supervisor):
    supervisor.start(program("beat", "raise SystemExit('no schedule here')"))
    with pytest.raises(GaveUp, match="beat cannot be kept running") as caught:
        supervisor.wait(every=0.05)
    assert caught.value.lines[-1] == "no schedule here"
    assert supervisor.deaths("beat") == HASTY.short_lives


def test_a_program_that_lives_long_enough_is_never_given_up(tmp_path):
    patience = Patience(first_pause=0.01, longest_pause=0.01, short_life=0.1, short_lives=2)
    supervisor = Supervisor(tmp_path, patience)
    supervisor.start(program("web", "import time; time.sleep(0.3)"))
    eventually(lambda: supervisor.deaths("web") >= 4)
    supervisor.refuse_hopeless()
    supervisor.stop()


def test_the_pause_grows_with_every_short_life_up_to_its_limit(tmp_path, capfd):
    patience = Patience(first_pause=0.01, longest_pause=0.04, short_life=9, short_lives=5)
    supervisor = Supervisor(tmp_path, patience)
    supervisor.start(program("web", "pass"))
    with pytest.raises(GaveUp):
        supervisor.wait(every=0.05)
    said = [line for line in capfd.readouterr().out.splitlines() if "starts again" in line]
    assert [line.split()[-2] for line in said] == ["0.01", "0.02", "0.04", "0.04"]


def test_programs_stop_one_after_the_other_in_the_asked_order(supervisor, tmp_path):
    ends = tmp_path / "ends"
    for name in ("web", "worker", "beat"):
        supervisor.start(
            program(
                name,
                f"""
                import signal, sys, time
                def end(*_):
                    time.sleep(0.1)
                    with open({str(ends)!r}, "a") as f: f.write("{name}\\n")
                    sys.exit(0)
                signal.signal(signal.SIGTERM, end)
                print("ready", flush=True)
                time.sleep(60)
                """,
            )
        )
        eventually(lambda name=name: supervisor.last_lines(name))
    supervisor.stop(("web", "beat", "worker"))
    assert ends.read_text().split() == ["web", "beat", "worker"]
    assert supervisor.deaths("web") == 0


def test_a_program_that_will_not_stop_is_killed_with_its_helpers(supervisor):
    stubborn = """
        import signal, subprocess, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
        time.sleep(60)
    """
    supervisor.start(program("worker", stubborn, grace=0.2))
    helper = int(eventually(lambda: supervisor.last_lines("worker"))[0])
    pid = supervisor.pid("worker")
    supervisor.stop()
    assert not alive(pid)
    eventually(lambda: not alive(helper))


def test_what_a_program_writes_is_shown_with_its_name_and_kept_in_a_file(supervisor, capfd):
    supervisor.start(program("web", f"print('hello', flush=True); {SLEEP}"))
    log = supervisor.logs / "web.log"
    eventually(lambda: log.exists() and "hello" in log.read_text())
    eventually(lambda: supervisor.last_lines("web") == ["hello"])
    assert "      web | hello\n" in capfd.readouterr().out


def test_a_log_that_grew_large_is_put_aside_at_the_next_start(supervisor):
    supervisor.logs.mkdir()
    (supervisor.logs / "web.log").write_bytes(b"x" * (5 * 2**20 + 1))
    supervisor.start(program("web", f"print('new', flush=True); {SLEEP}"))
    eventually(lambda: supervisor.last_lines("web"))
    assert (supervisor.logs / "web.log").read_text() == "new\n"
    assert (supervisor.logs / "web.log.1").stat().st_size > 5 * 2**20


SUPERVISING = """
    import sys
    from pathlib import Path
    from armproject.lib.supervisor import Program, Supervisor, stop_on_signals
    supervisor = Supervisor(Path(sys.argv[1]))
    stop_on_signals()
    for name in ("one", "two"):
        supervisor.start(Program(name, ("sleep", "60")))
    try:
        supervisor.wait(lambda: print("pids", supervisor.pid("one"), supervisor.pid("two"),
                                      flush=True), every=0.05)
    except KeyboardInterrupt:
        supervisor.stop()
        print("stopped in order")
"""


@pytest.fixture
def supervising(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SUPERVISING), str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    pids = next(line for line in process.stdout if line.startswith("pids") and "None" not in line)
    yield process, [int(word) for word in pids.split()[1:]]
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_a_killed_supervisor_leaves_no_orphan(supervising):
    process, children = supervising
    process.kill()
    for child in children:
        eventually(lambda child=child: not alive(child))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_even_when_it_comes_twice(supervising, number):
    process, children = supervising
    process.send_signal(number)
    process.send_signal(number)
    said = process.stdout.read()
    assert process.wait(10) == 0
    assert said.endswith("stopped in order\n")
    assert not any(alive(child) for child in children)
