"""bin/up tells in one sentence what is in the way, and leaves nothing behind."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import yaml

from armproject.launch.data_folder import DataFolder
from armproject.launch.database import External
from armproject.launch.options import ROOT, parse
from armproject.launch.progress import Progress, frame
from armproject.launch.trouble import Trouble
from armproject.lib.embedded_postgres import EmbeddedPostgres

DATABASE_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "ARM_BROKER_DSN")


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ARM_", "DJANGO_", "PYTEST"))}
    return {**{k: v for k, v in kept.items() if k not in DATABASE_VARIABLES}, **more}


def bring_up(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "armproject.launch", *map(str, arguments)],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def refused(done, *words):
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("ARM cannot run: ")
    for word in words:
        assert word in last


def test_a_busy_port_is_told_in_a_sentence(tmp_path, port):
    with socket.create_server(("127.0.0.1", port)):
        refused(bring_up("--port", port, "--data", tmp_path), str(port), "--port")
        refused(bring_up("--port", port, "--data", tmp_path / "new"), str(port), "--port")
    assert not (tmp_path / "new").exists(), "a start that is refused leaves nothing behind"


def test_a_folder_that_is_a_file_is_told_in_a_sentence(tmp_path, port):
    (tmp_path / "file").touch()
    refused(bring_up("--port", port, "--data", tmp_path / "file"), "--data")


def test_a_folder_of_another_version_is_told_in_a_sentence(tmp_path, port):
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "postgres" / "data" / "PG_VERSION").write_text("16\n")
    refused(bring_up("--port", port, "--data", tmp_path), "PostgreSQL 16")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to mount")
def test_a_nearly_full_disk_is_told_in_a_sentence(tmp_path, port):
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not allow mounts")
    try:
        refused(bring_up("--port", port, "--data", tmp_path), "MB free", "500 MB")
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "80a"], ["--prot", "1"]])
def test_an_option_that_makes_no_sense_shows_the_usage(arguments):
    done = bring_up(*arguments)
    assert done.returncode == 2
    assert "usage: bin/up" in done.stderr
    assert arguments[0] != "--port" or "a port is a number from 1 to 65535" in done.stderr


def test_a_relative_folder_counts_from_where_the_command_was_called(monkeypatch, tmp_path):
    monkeypatch.setenv("ARM_CALLED_FROM", str(tmp_path))
    assert parse(["--data", "here"]).data == tmp_path / "here"
    monkeypatch.setenv("ARM_DATA_DIR", "state")
    assert parse([]).data == ROOT / "state"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:81"),
        ("0.0.0.0", "http://127.0.0.1:81"),  # noqa: S104
        ("::1", "http://[::1]:81"),
    ],
)
def test_the_address_is_one_this_machine_can_open(host, address):
    assert parse(["--host", host, "--port", "81"]).address == address


def test_a_second_start_on_the_same_folder_hears_where_the_first_one_is(tmp_path):
    folder = DataFolder(tmp_path)
    with (
        folder.claim("http://127.0.0.1:8123"),
        pytest.raises(Trouble, match=rf"process {os.getpid()}, http://127.0.0.1:8123/"),
        folder.claim("http://127.0.0.1:9"),
    ):
        pass
    with folder.claim("http://127.0.0.1:9"):
        assert "8123" not in (tmp_path / "up.lock").read_text()


def test_the_simulator_keeps_its_port_and_a_busy_one_is_told(tmp_path):
    folder = DataFolder(tmp_path)
    port = folder.simulator_port()
    assert folder.simulator_port() == port
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(Trouble, match=f"Port {port}.*--no-demo"),
    ):
        folder.simulator_port()


def test_the_first_sign_in_is_kept_for_its_owner_only(tmp_path):
    folder = DataFolder(tmp_path)
    assert not folder.has_account()
    folder.note_account("owner@example.com", "word")
    assert folder.has_account()
    assert folder.sign_in() == ["E-mail:   owner@example.com", "Password: word"]
    assert (tmp_path / "sign-in.txt").stat().st_mode & 0o077 == 0


def test_progress_shows_each_step_and_counts_its_seconds(capsys):
    progress = Progress()
    with progress.step("Quick"):
        pass
    with pytest.raises(Trouble), progress.step("Broken"):
        raise Trouble("no")
    said = capsys.readouterr().out
    assert re.search(r"Quick \.+ +0\.0 s\n", said)
    assert re.search(r"Broken \.+ failed\n", said)
    assert [line.split()[0] for line in progress.table()] == ["Quick", "Everything"]
    assert len(set(map(len, frame(["a", "longer"]).splitlines()))) == 1


@pytest.fixture(scope="module")
def external(tmp_path_factory):
    server = EmbeddedPostgres(tmp_path_factory.mktemp("external"), durable=False)
    server.ensure_running()
    yield server
    server.destroy()


def url_of(server, user, dbname):
    return f"postgres://{user}@/{dbname}?host={server.socket_dir}&port={server.port}"


def test_a_server_of_ones_own_is_prepared_and_migrations_get_the_owner(external, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url_of(external, "arm_app:word", "company"))
    monkeypatch.setenv("DATABASE_OWNER_URL", url_of(external, "postgres", "company"))
    env = External().prepare()
    with psycopg.connect(env["DATABASE_OWNER_URL"]) as conn:
        row = conn.execute("SELECT current_user, current_database()").fetchone()
    assert row == ("arm_owner", "company")
    with psycopg.connect(**external.superuser_conninfo()) as conn:
        stored = conn.execute("SELECT rolname FROM pg_authid WHERE rolpassword IS NOT NULL")
        assert {row[0] for row in stored} == {"arm_app", "arm_owner"}


def test_an_owner_whose_roles_are_kept_by_others_is_used_as_it_is(external, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url_of(external, "arm_app", "arm"))
    monkeypatch.setenv("DATABASE_OWNER_URL", url_of(external, "arm_owner", "arm"))
    assert External().prepare() == {}


def test_the_processes_may_not_log_in_as_anybody_but_the_application(external, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url_of(external, "postgres", "arm"))
    monkeypatch.setenv("DATABASE_OWNER_URL", url_of(external, "postgres", "arm"))
    with pytest.raises(Trouble, match="must log in as arm_app"):
        External().prepare()


@pytest.mark.parametrize("url", ["mysql://root@localhost/arm", "postgres://localhost", "%"])
def test_a_database_url_that_is_none_is_told_in_a_sentence(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    with pytest.raises(Trouble, match="DATABASE_URL"):
        External().prepare()


def fake_python(folder, body):
    folder.mkdir(parents=True)
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        script = folder / name
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
    for name in ("sh", "dirname", "date", "mkdir", "flock", "cat"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("exit 1", "ARM needs Python 3.11, 3.12 or 3.13"),
        ('case "$2" in *ensurepip*) exit 1 ;; esac', "apt install python3-venv"),
    ],
)
def test_a_machine_without_what_is_needed_hears_what_to_install(tmp_path, body, sentence):
    fake_python(tmp_path / "path", body)
    (tmp_path / "bin").mkdir()
    for name in ("_env", "up"):
        shutil.copy(ROOT / "bin" / name, tmp_path / "bin" / name)
    done = subprocess.run(
        [tmp_path / "bin" / "up"],
        env={"PATH": str(tmp_path / "path")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert sentence in done.stderr.strip().splitlines()[-1]


def test_only_the_preparing_container_is_given_the_administrators_login():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    given = {name for name, one in services.items() if "DATABASE_OWNER_URL" in str(one)}
    assert given == {"prepare"}


def test_every_variable_that_is_read_is_explained():
    read = set()
    for path in [ROOT / "armproject" / "settings.py", *ROOT.glob("armproject/launch/*.py")]:
        pattern = r"(?:env(?:\.\w+)?\(|environ(?:\.get\(|\[)|_parameters\()\"([A-Z_]+)\""
        read |= set(re.findall(pattern, path.read_text()))
    read |= set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text()))
    read -= {"ARM_CALLED_FROM", "PYTHONUNBUFFERED", "DJANGO_SETTINGS_MODULE"}
    assert "DATABASE_URL" in read
    explained = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read - explained == set()


def processes_with(mark):
    found = set()
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.encode() in path.read_bytes():
                found.add(int(path.parent.name))
    return found - {os.getpid()}


@pytest.mark.slow
def test_one_command_brings_everything_up_and_leaves_no_process(tmp_path, port):
    data = tmp_path / "a folder"
    done = bring_up("--check", "--no-demo", "--port", port, "--data", data)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything worked." in done.stdout
    assert processes_with(str(data)) == set()
    assert not (data / "postgres" / "data" / "postmaster.pid").exists()
    assert "Password: " in (data / "sign-in.txt").read_text()
    written = (data / "logs" / "setup.log").read_text()
    assert DataFolder(data).sign_in()[1].split()[1] not in written


@pytest.mark.slow
def test_what_is_killed_comes_back_and_an_interrupt_stops_everything(tmp_path, port):
    arguments = ("--no-demo", "--port", str(port), "--data", str(tmp_path))
    process = subprocess.Popen(
        [sys.executable, "-m", "armproject.launch", *arguments],
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = next(line for line in process.stdout if "ARM is running at" in line)
        assert str(port) in address
        postmaster = tmp_path / "postgres" / "data" / "postmaster.pid"
        killed = int(postmaster.read_text().split()[0])
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while not EmbeddedPostgres(tmp_path / "postgres").is_ready():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert int(postmaster.read_text().split()[0]) != killed
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(60) == 0
        assert processes_with(str(tmp_path)) == set()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
