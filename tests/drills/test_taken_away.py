"""What is taken away from somebody is gone in every process, and for work that waits already."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts import data_keys, recent_keys
from accounts.actions.change_role import change_role
from accounts.actions.destroy_organization_keys import destroy_organization_keys
from accounts.actions.grant_permission import grant_permission
from accounts.actions.remove_member import remove_member
from accounts.actions.revoke_api_key import revoke_api_key
from accounts.actions.revoke_grant import revoke_grant
from accounts.models import ApiKey, Grant, Membership, User
from agents.actions.request_pause import request_pause
from agents.models import Agent
from governance.actions.request_verification import request_verification
from jobs.actions.enqueue import enqueue
from jobs.models import Job
from tests.accounts.vaulted import hook
from tests.cast import PASSWORD, House
from tests.drills.kinds import NOTE
from tests.drills.load import effects, known_here
from tests.drills.world import ROOT, World, eventually, free_port

ROOT_PATH = "/api/v1"
AFTERWARDS = 5
SECRET = {"password": PASSWORD}


@dataclass
class Web:
    """One web server of several over one database."""

    world: World
    port: int

    def ask(self, method: str, path: str, body: Any = None, *, token: str = "") -> tuple[int, Any]:
        self.world.port = self.port
        return self.world.ask(method, f"{ROOT_PATH}{path}", body, token=token, patience=30)

    def status(self, method: str, path: str, body: Any = None, *, token: str) -> int:
        return self.ask(method, path, body, token=token)[0]


def two_webs(world: World) -> tuple[Web, Web]:
    """Start two web servers, each a process with caches of its own."""
    webs = []
    for name in ("web-1", "web-2"):
        world.port = free_port()
        world.start(name)
        webs.append(Web(world, world.port))
    for web in webs:
        world.port = web.port
        world.wait_until_serving()
    return webs[0], webs[1]


def ends(call: Callable[[], int], status: int, *, what: str) -> None:
    """Wait until a call is answered so, and see that it stays like that."""
    eventually(lambda: call() == status, what=what)
    assert [call() for _ in range(AFTERWARDS)] == [status] * AFTERWARDS


def member(house: House, role: str) -> Membership:
    found: Membership = Membership.objects.get(user=house.people[role])
    return found


def test_a_key_and_a_role_that_end_in_one_process_end_in_the_others(world: World) -> None:
    house = world.house
    with world.cluster.aimed_at():
        owner, weak, lost = house.key(), house.key("developer"), house.key("admin")
        with house.inside():
            key, developer = ApiKey.objects.get(user=house.admin), member(house, "developer")
    here, there = two_webs(world)

    # Another process has just looked it up.
    assert there.status("GET", "/members", token=lost) == 200
    assert here.status("DELETE", f"/auth/api-keys/{key.pk}", token=owner) < 300
    assert here.status("GET", "/members", token=lost) == 401
    ends(lambda: there.status("GET", "/members", token=lost), 401, what="the key ends elsewhere")

    def add() -> int:
        return there.status("POST", "/agents", {"vendor": "custom", "name": "a"}, token=weak)

    assert add() == 201
    change = {"role": "viewer"}
    assert here.status("PATCH", f"/members/{developer.pk}", change, token=owner) == 200
    ends(add, 403, what="the role ends elsewhere")


def test_sessions_are_remembered_nowhere(world: World) -> None:
    """The very next call of any process is refused; there is nothing to wait for."""
    house, hasher = world.house, Argon2PasswordHasher()
    with world.cluster.aimed_at():
        User.objects.update(password=hasher.encode(PASSWORD, hasher.salt()))
        owner = house.key()
        with house.inside():
            auditor = member(house, "auditor")
    here, there = two_webs(world)

    def sign_in(person: User) -> str:
        status, answer = there.ask("POST", "/auth/login", {"email": person.email} | SECRET)
        assert status == 200, answer
        return str(answer["data"]["access_token"])

    access = sign_in(house.auditor)
    assert there.status("GET", "/audit", token=access) == 200
    assert here.status("DELETE", f"/members/{auditor.pk}", token=owner) < 300
    assert there.status("GET", "/audit", token=access) in (401, 403)

    access = sign_in(house.viewer)
    assert there.status("GET", "/agents", token=access) == 200
    assert here.status("POST", "/auth/logout", {}, token=access) < 300
    assert there.status("GET", "/agents", token=access) == 401


def test_a_process_knows_keys_for_a_second_at_most() -> None:
    """What the waiting above relies on is bounded by these, not by how busy a machine is."""
    now = [0.0]
    recent = recent_keys.RecentKeys(clock=lambda: now[0])
    assert recent.recall("x", lambda: "before") == "before"
    now[0] = 0.99
    assert recent.recall("x", lambda: "after") == "before"
    now[0] = 1.0
    assert recent.recall("x", lambda: "after") == "after"
    assert recent_keys.SECONDS <= 1
    assert data_keys.KNOWN_SECONDS <= 1


def ask_for_work(world: World) -> dict[str, str]:
    """Let people and a key ask for work that nobody does yet; return the jobs' ids."""
    house = world.house
    with house.inside():
        agent = Agent.objects.create(name="a", vendor="custom", vendor_agent_id="a")
        grant_permission(member(house, "member"), "agents.pause", agent)
    asked = {}
    for role in ("developer", "viewer"):
        with house.inside(role):
            asked[role] = str(enqueue(NOTE, {"seconds": 0}).pk)
    with house.inside("member"):
        asked["member"] = str(request_pause(agent).pk)
    with house.inside("auditor"):
        request_verification()
        asked["auditor"] = str(Job.objects.get(kind="governance.verify").pk)
    world.start("web-1")
    world.wait_until_serving()
    token = house.key("admin")
    status, answer = world.ask("POST", "/api/v1/drills/notes", {"seconds": 0}, token=token)
    assert status == 201
    return {**asked, "admin": answer["data"]["id"]}


def take_away(house: House) -> None:
    """Take from everybody but the viewer what their work needs."""
    with house.inside():
        remove_member(member(house, "developer"))
        revoke_grant(Grant.objects.get(user=house.member))
        change_role(member(house, "auditor"), "viewer")
        revoke_api_key(ApiKey.objects.get(user=house.admin))


def test_work_that_waits_is_done_with_the_rights_of_the_moment_it_is_done(world: World) -> None:
    with known_here(), world.cluster.aimed_at():
        asked = ask_for_work(world)
        take_away(world.house)
    world.start("beat-1", "worker-1")
    world.wait_until_working()

    def standing() -> dict[str, tuple[str, str]]:
        query = "SELECT id::text, state, last_error FROM jobs_job WHERE id = ANY(%s::uuid[])"
        rows = {pk: (state, error) for pk, state, error in world.cluster.rows(query, ids)}
        return {role: rows[pk] for role, pk in asked.items()}

    ids = list(asked.values())
    eventually(
        lambda: all(state == "done" or error for state, error in standing().values()),
        45,
        what="all that waited is judged",
    )
    found = standing()
    assert [role for role, (state, _) in found.items() if state == "done"] == ["viewer"]
    assert set(effects(world)) == {asked["viewer"]}
    assert {role for role, (state, _) in found.items() if state == "dead"} == {"developer", "admin"}
    for role, words in (
        ("developer", "no longer a member"),
        ("admin", "key that asked for this was revoked"),
        ("member", "agents.pause"),
        ("auditor", "audit.verify"),
    ):
        assert words in found[role][1]


def test_a_destroyed_key_is_gone_from_a_process_that_reads_with_it(world: World) -> None:
    house = world.house
    with world.cluster.aimed_at(), house.inside():
        channel = hook("one")
    command = (sys.executable, "-m", "tests.drills.reader")
    reader = subprocess.Popen(
        [*command, str(house.organization.pk), str(channel.pk)],
        cwd=ROOT,
        env=world.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        with world.cluster.aimed_at(), house.inside():
            destroy_organization_keys(confirmed="acme")
        assert reader.stdout.readline() == "gone\n"
    finally:
        reader.kill()
        reader.wait()
