"""The embedded PostgreSQL starts, survives and is prepared as ARM needs it."""

import contextlib
import multiprocessing
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from armproject.lib import prepare_server as preparation
from armproject.lib.embedded_postgres import EmbeddedPostgres
from armproject.lib.prepare_server import PostgresUnusable, create_database, prepare_server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    postgres = EmbeddedPostgres(
        tmp_path_factory.mktemp("a folder with spaces") / "pg", durable=False
    )
    postgres.ensure_running()
    yield postgres
    postgres.destroy()


@pytest.fixture
def fresh(tmp_path):
    postgres = EmbeddedPostgres(tmp_path / "pg")
    yield postgres
    postgres.destroy()


def postmaster(postgres):
    return int((postgres.data / "postmaster.pid").read_text().splitlines()[0])


def ask(postgres, user, dbname, statement):
    with psycopg.connect(**postgres.conninfo(user, dbname), autocommit=True) as conn:
        answer = conn.execute(statement)
        return answer.fetchone() if answer.description else None


def test_each_login_reaches_only_its_own_database(server):
    for user, dbname in (("arm_owner", "arm"), ("arm_app", "arm"), ("arm_broker", "arm_broker")):
        assert ask(server, user, dbname, "SELECT current_user") == (user,)
    for user, dbname in (("arm_app", "arm_broker"), ("arm_broker", "arm"), ("arm_definer", "arm")):
        with pytest.raises(psycopg.OperationalError, match=r"CONNECT|not permitted to log in"):
            ask(server, user, dbname, "SELECT 1")


def test_the_application_owns_nothing_and_can_create_nothing(server):
    attributes = "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
    assert ask(server, "arm_app", "arm", f"{attributes} WHERE rolname = 'arm_app'") == (False,) * 4
    memberships = (
        "SELECT array_agg(row(roleid::regrole, inherit_option, set_option, admin_option)::text)"
        " FROM pg_auth_members WHERE member = 'arm_app'::regrole"
    )
    assert ask(server, "arm_app", "arm", memberships) == (["(arm_ingest,f,t,f)"],)
    for statement in (
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "SET ROLE arm_owner",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            ask(server, "arm_app", "arm", statement)


def test_the_application_waits_for_nothing_for_ever(server):
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert ask(server, "arm_app", "arm", f"SHOW {name}") != ("0",)


def test_the_owner_gives_functions_to_the_definer_and_can_still_replace_them(server):
    create = "CREATE OR REPLACE FUNCTION f() RETURNS int SECURITY DEFINER LANGUAGE sql AS"
    with psycopg.connect(**server.conninfo("arm_owner", "arm")) as conn:
        conn.execute("CREATE TABLE secrets (n int)")
        conn.execute("ALTER TABLE secrets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        conn.execute("GRANT SELECT ON secrets TO arm_app, arm_definer")
        conn.execute(create + " 'SELECT 0'")
        conn.execute("ALTER FUNCTION f() OWNER TO arm_definer")
        conn.execute(create + " 'TABLE secrets'")
    ask(server, "postgres", "arm", "INSERT INTO secrets VALUES (7)")
    assert ask(server, "arm_app", "arm", "SELECT count(*) FROM secrets") == (0,)
    assert ask(server, "arm_owner", "arm", "SELECT count(*) FROM secrets") == (0,)
    assert ask(server, "arm_app", "arm", "SELECT f()") == (7,)


def test_every_new_database_has_vectors_and_the_same_order_of_text(server):
    create_database(server.superuser_conninfo(), "another")
    assert ask(server, "arm_app", "another", "SELECT '[1,2]'::halfvec(2) <-> '[1,2]'") == (0.0,)
    order = "SELECT array_agg(w ORDER BY w) FROM unnest(ARRAY['é', 'a', 'B', 'z']) w"
    assert ask(server, "arm_app", "another", order) == (["B", "a", "z", "é"],)


def test_the_broker_makes_its_own_queues_and_keeps_them_over_a_second_set_up(server):
    ask(server, "arm_broker", "arm_broker", "SELECT pgmq.create('hints')")
    ask(server, "arm_broker", "arm_broker", """SELECT pgmq.send('hints', '{"job": 1}')""")
    prepare_server(server.superuser_conninfo())
    read = "SELECT message FROM pgmq.read('hints', 30, 1)"
    assert ask(server, "arm_broker", "arm_broker", read) == ({"job": 1},)


def test_a_role_that_was_given_too_much_is_put_right(server):
    ask_superuser = psycopg.connect(**server.superuser_conninfo(), autocommit=True)
    with ask_superuser as conn:
        conn.execute("ALTER ROLE arm_app BYPASSRLS CREATEDB")
        prepare_server(server.superuser_conninfo())
        row = "SELECT rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = 'arm_app'"
        assert conn.execute(row).fetchone() == (False, False)


def test_a_login_that_may_not_create_roles_gets_a_sentence(server):
    with pytest.raises(PostgresUnusable, match="'arm_owner' may not prepare"):
        prepare_server(server.conninfo("arm_owner", "arm"))


def test_an_administrator_who_is_no_superuser_can_prepare_a_second_database(server):
    with psycopg.connect(**server.superuser_conninfo(), autocommit=True) as conn:
        conn.execute("CREATE ROLE cloud_admin LOGIN CREATEROLE CREATEDB BYPASSRLS")
        for role in preparation.ROLES:
            conn.execute(f"GRANT {role} TO cloud_admin WITH ADMIN OPTION")
    prepare_server(server.conninfo("cloud_admin", "postgres"), database="second", broker=False)
    assert ask(server, "arm_app", "second", "SELECT '[1]'::vector <-> '[1]'") == (0.0,)


def test_a_password_is_stored_but_never_written_to_the_log(server):
    prepare_server(server.superuser_conninfo(), {"arm_app": "s3cret-word"})
    stored = "SELECT rolpassword FROM pg_authid WHERE rolname = 'arm_app'"
    assert ask(server, "postgres", "postgres", stored)[0].startswith("SCRAM-SHA-256$")
    with pytest.raises(errors.InvalidTextRepresentation):
        ask(server, "arm_app", "arm", "SELECT 'private words'::int")
    log = server.log.read_text()
    assert "invalid input syntax" in log
    assert "SELECT" not in log
    assert "s3cret-word" not in log


@pytest.mark.parametrize("number", [150_014, 160_009, 170_005])
def test_versions_with_holes_in_row_level_security_are_refused(number):
    with pytest.raises(PostgresUnusable, match=r"ARM needs 16\.10, 17\.6, 18"):
        preparation._refuse_unsafe_version(number)


@pytest.mark.parametrize("number", [160_010, 170_006, 180_000, 190_001])
def test_safe_versions_are_accepted(number):
    assert preparation._refuse_unsafe_version(number) is None


def test_a_server_that_cannot_be_reached_gets_a_sentence(tmp_path):
    with pytest.raises(PostgresUnusable, match="cannot be reached"):
        prepare_server({"host": str(tmp_path), "user": "postgres", "dbname": "postgres"})


def test_four_processes_that_start_it_at_once_share_one_server(fresh):
    code = f"""
        from pathlib import Path
        from armproject.lib.embedded_postgres import EmbeddedPostgres
        postgres = EmbeddedPostgres(Path({str(fresh.home)!r}))
        postgres.ensure_running()
        print((postgres.data / "postmaster.pid").read_text().split()[0])
    """
    argv = [sys.executable, "-c", textwrap.dedent(code)]

    def start(_):
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip() or done.stderr

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(start, range(4))) == {str(postmaster(fresh))}


class Writer(threading.Thread):
    """Inserts numbers without a pause and remembers those the server acknowledged."""

    def __init__(self, conninfo):
        super().__init__()
        self.conninfo, self.done, self.acknowledged = conninfo, threading.Event(), []
        self.number = 0

    def run(self):
        while not self.done.is_set():
            with contextlib.suppress(psycopg.OperationalError):
                self.insert()
            time.sleep(0.02)

    def insert(self):
        with psycopg.connect(**self.conninfo, autocommit=True) as conn:
            while not self.done.is_set():
                self.number += 1  # a number whose fate is unknown is never used again
                conn.execute("INSERT INTO ledger VALUES (%s)", [self.number])
                self.acknowledged.append(self.number)


@pytest.mark.drill
def test_every_acknowledged_row_survives_three_kills_of_the_server(fresh):
    fresh.ensure_running()
    ask(fresh, "arm_owner", "arm", "CREATE TABLE ledger (n bigint PRIMARY KEY)")
    writer = Writer(fresh.conninfo("arm_owner", "arm"))
    writer.start()
    try:
        for _ in range(3):
            before = len(writer.acknowledged)
            time.sleep(0.3)
            assert len(writer.acknowledged) > before
            os.kill(postmaster(fresh), signal.SIGKILL)
            began = time.monotonic()
            fresh.ensure_running()
            assert time.monotonic() - began < 10
    finally:
        writer.done.set()
        writer.join()
    with psycopg.connect(**fresh.conninfo("arm_owner", "arm")) as conn:
        stored = {row[0] for row in conn.execute("SELECT n FROM ledger")}
    assert set(writer.acknowledged) <= stored
    assert ask(fresh, "arm_app", "arm", "SHOW synchronous_commit") == ("on",)


@pytest.mark.parametrize("living", [True, False])
def test_a_stale_pid_file_does_not_stop_the_start(fresh, living):
    fresh.ensure_running()
    fresh.stop()
    finished = subprocess.Popen(["true"])
    finished.wait()
    pid = os.getpid() if living else finished.pid
    (fresh.data / "postmaster.pid").write_text(f"{pid}\n{fresh.data}\n0\n5432\n\n\n")
    fresh.ensure_running()
    assert ask(fresh, "arm_app", "arm", "SELECT 1") == (1,)


def test_a_stale_pid_file_never_stops_somebody_else(fresh):
    fresh.ensure_running()
    fresh.stop()
    bystander = subprocess.Popen(["sleep", "60"])
    (fresh.data / "postmaster.pid").write_text(f"{bystander.pid}\n{fresh.data}\n0\n5432\n\n\n")
    fresh.stop()
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_set_up_that_was_killed_half_way_is_begun_again(fresh):
    (fresh.data / "base").mkdir(parents=True)
    fresh.ensure_running()
    assert fresh.is_ready()


@pytest.mark.parametrize("name", ["plain-name_1.2", "with a space", "it's", "é", "l" * 110])
def test_the_socket_has_a_path_that_needs_no_quoting(name):
    path = EmbeddedPostgres(Path("/srv") / name).socket_dir
    assert re.fullmatch(r"[A-Za-z0-9_./-]{1,90}", str(path))
    assert (path == Path("/srv") / name) == (name == "plain-name_1.2")


def test_a_path_too_long_for_a_socket_and_a_locale_that_is_not_there(tmp_path):
    home = tmp_path / ("long-" * 20) / "it's here"
    postgres = EmbeddedPostgres(home, durable=False)
    code = (
        "import sys; from pathlib import Path\n"
        "from armproject.lib.embedded_postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1]), durable=False).ensure_running()\n"
    )
    env = {**os.environ, "LANG": "xx_YY.UTF-8", "LC_COLLATE": "xx_YY.UTF-8"}
    env.pop("LC_ALL", None)
    try:
        subprocess.run([sys.executable, "-c", code, str(home)], env=env, cwd=ROOT, check=True)
        assert postgres.socket_dir != home
        assert postgres.socket_dir.stat().st_mode & 0o077 == 0
        assert ask(postgres, "arm_app", "arm", "SELECT 1") == (1,)
    finally:
        postgres.destroy()


def start_as(user, home):
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    postgres = EmbeddedPostgres(home / "pg", durable=False)
    postgres.ensure_running()
    postgres.stop()
    postgres.ensure_running()
    assert postgres.is_ready()
    postgres.destroy()


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary account already")
def test_an_ordinary_account_starts_it_as_well():
    nobody = pwd.getpwnam("nobody")
    home = Path(tempfile.mkdtemp())  # pytest's own folders are closed to other accounts
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    try:
        child = multiprocessing.get_context("fork").Process(target=start_as, args=(nobody, home))
        child.start()
        child.join(60)
        assert child.exitcode == 0
    finally:
        shutil.rmtree(home)


def test_a_folder_made_by_another_version_is_refused_with_a_sentence(fresh):
    fresh.data.mkdir(parents=True)
    (fresh.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(PostgresUnusable, match="was made by PostgreSQL 16 and this is 18"):
        fresh.ensure_running()


def test_a_data_folder_that_is_a_file_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PostgresUnusable, match="cannot be used"):
        EmbeddedPostgres(tmp_path / "file" / "pg").ensure_running()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to mount")
def test_a_full_disk_gets_a_sentence(tmp_path):
    size = "size=12m,mode=0755"
    mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(tmp_path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not allow mounts")
    try:
        with pytest.raises(PostgresUnusable, match="The disk is full"):
            EmbeddedPostgres(tmp_path / "pg").ensure_running()
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_nothing_but_the_socket_in_a_closed_folder_leads_in(server):
    assert ask(server, "arm_app", "arm", "SHOW listen_addresses") == ("",)
    assert server.socket_dir.stat().st_mode & 0o077 == 0
    socket = server.socket_dir / f".s.PGSQL.{server.port}"
    assert socket.stat().st_mode & 0o077 == 0
    rules = (server.data / "pg_hba.conf").read_text()
    assert "host" not in rules
    assert "trust" not in rules


def knock_as(user, conninfo):
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    try:
        psycopg.connect(**conninfo).close()
    except psycopg.OperationalError as refused:
        os._exit(0 if "Peer authentication failed" in str(refused) else 2)
    os._exit(1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try as another account")
def test_programs_of_the_servers_own_account_do_not_come_in():
    reached = EmbeddedPostgres(Path(tempfile.mkdtemp()) / "pg", durable=False)
    reached.home.parent.chmod(0o755)
    try:
        reached.ensure_running()
        owner = pwd.getpwuid(reached.data.stat().st_uid)
        for role in ("postgres", "arm_owner", "arm_app"):
            conninfo = reached.conninfo(role, "arm")
            fork = multiprocessing.get_context("fork")
            child = fork.Process(target=knock_as, args=(owner, conninfo))
            child.start()
            child.join(60)
            assert child.exitcode == 0
    finally:
        reached.destroy()
        shutil.rmtree(reached.home.parent, ignore_errors=True)
