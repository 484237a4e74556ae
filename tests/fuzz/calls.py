"""One call that works for each operation the description alone does not lead to success."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.utils import timezone
from schemathesis import Case
from standardwebhooks import Webhook

from accounts.models import Invitation, Membership
from armproject.lib.secret import Secret
from connectors.simulator import keys
from memory.actions.remember_locked import remember_locked
from memory.entries import Draft
from telemetry.models import Quarantined
from telemetry.putaside import of_event
from tests.accounts.people import code_of, last_link, login, post_out, signed_in
from tests.cast import PASSWORD, Api
from tests.fuzz.estate import SAFEGUARDED, Estate, an_event

STRONG = "a lamp beside the harbour wall"
RULE = {"name": "Slow", "measure": "agent.health_score", "threshold": "50"}


@dataclass
class Good:
    """What to send so that the call works: the rest is as for any call of the owner's."""

    body: dict[str, Any] | None = None
    path: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)


GOOD: dict[str, Callable[[Estate], Good]] = {}


def good(label: str) -> Callable[[Callable[[Estate], Good]], Callable[[Estate], Good]]:
    """Note how the operation with this label is called well."""

    def note(make: Callable[[Estate], Good]) -> Callable[[Estate], Good]:
        GOOD[label] = make
        return make

    return note


def plain(label: str, **body: Any) -> None:
    """Note a body that works whatever rows there are."""
    GOOD[label] = lambda _: Good(body)


plain("POST /api/v1/alert-rules", **RULE)
plain("POST /api/v1/alert-rules/preview", **RULE)
plain("PATCH /api/v1/objectives/{id}", success_percent="98.5")
plain("PATCH /api/v1/alert-rules/{id}", threshold="12.5", window_minutes=30, enabled=False)
plain("POST /api/v1/auth/confirm", password=PASSWORD)
plain("POST /api/v1/auth/login", email="owner@acme.example", password=PASSWORD)
plain("POST /api/v1/auth/password", current_password=PASSWORD, new_password=STRONG)
plain("POST /api/v1/auth/register", email="new@acme.example", password=STRONG, name="New")
plain("POST /api/v1/auth/password/reset", email="owner@acme.example")
plain("POST /api/v1/feedback", trace_id="0af7651916cd43dd8448eb211c80319c", helpful=True)
plain("POST /api/v1/content-rules", mode="redacted")
plain("POST /api/v1/context", content="Closes at six.", owner_type="app", owner_id="shop")
plain("PATCH /api/v1/context/{id}", content="Prefers coffee.", confidence=0.5)
plain("POST /api/v1/memories/recall", context_window=5)
plain("POST /api/v1/memory/embedding", provider="local")
plain("POST /api/v1/context/batch", memories=[{"content": "Opens at nine."}])
plain("POST /api/v1/context/clean-up", older_than_days=30)
plain("POST /api/v1/redaction-patterns", kind="badge", expression="B-[0-9]+")
plain("POST /api/v1/redaction-patterns/preview", sample="EMP-1")
plain("POST /api/v1/erasures/report", email="member@acme.example")
plain("POST /api/v1/erasures", email="member@acme.example", confirmed="member@acme.example")
plain("POST /api/v1/legal-holds", email="member@acme.example", reason="A case is open.")
plain("POST /api/v1/channels", name="Another mail", kind="email", emails=["a@acme.example"])
plain("POST /api/v1/invitations", email="guest@acme.example", role="viewer")
plain("POST /api/v1/roles", name="Readers", permissions=["agents.read"])
plain("POST /api/v1/api-keys", name="Key", scopes=["agents.read"], addresses=["203.0.113.0/24"])
plain("POST /api/v1/agents", name="Helper", type="chat", metadata={"team": "a"})
plain("PATCH /api/v1/agents/{id}", name="Renamed", cost_center="Sales", config={"a": [1]})
plain("PATCH /api/v1/organizations/{id}", name="Acme", time_zone="Europe/Berlin", currency="EUR")
plain("PATCH /api/v1/members/{id}", role="member")
plain("PATCH /api/v1/auth/me", name="Olive Owner")
plain(
    "POST /api/v1/identity-providers",
    name="Another",
    issuer="https://sso.acme.example",
    client_id="arm",
    client_secret=STRONG,
    domains=[],
)


@good("GET /api/v1/agents/{id}/interactions")
def read(estate: Estate) -> Good:
    return Good(path={"id": estate.discovered})


@good("POST /api/v1/agents/{id}/inject")
def inject(estate: Estate) -> Good:
    return Good({"text": "Answer in French."}, {"id": estate.discovered})


@good("POST /api/v1/agents/{id}/run")
def run(estate: Estate) -> Good:
    return Good({"input": "Where is order 7?"}, {"id": estate.discovered})


plain("POST /api/v1/runs/{id}/replay", input="Where is order 7?")


@good("POST /api/v1/memory/offers")
def offer(estate: Estate) -> Good:
    return Good({"agent": str(estate.rows["/agents"]), "tools": ["memory.store"]})


@good("POST /api/v1/memory/tools/{tool}")
def use(estate: Estate) -> Good:
    body = {"agent": str(estate.rows["/agents"]), "user": "u-1", "arguments": {"limit": 5}}
    return Good(body, path={"tool": "memory.retrieve"})


PASSPHRASE = {"X-Memory-Passphrase": STRONG}


@good("POST /api/v1/memory/locked")
def keep_locked(estate: Estate) -> Good:
    return Good({"content": "Likes tea.", "label": "Drinks"}, headers=PASSPHRASE)


@good("POST /api/v1/memory/locked/{id}/lock")
def lock(estate: Estate) -> Good:
    return Good(path={"id": str(estate.rows["/context"])}, headers=PASSPHRASE)


@good("POST /api/v1/memory/locked/{id}/open")
@good("POST /api/v1/memory/locked/{id}/unlock")
def unlock(estate: Estate) -> Good:
    with estate.house.inside():
        memory = remember_locked(Draft("Likes rain."), Secret(STRONG))
    return Good(path={"id": str(memory.pk)}, headers=PASSPHRASE)


@good("POST /api/v1/memory/withheld/approve")
@good("POST /api/v1/memory/withheld/discard")
def decide(estate: Estate) -> Good:
    return Good({"ids": [str(estate.rows["/memory/withheld"])]})


@good("POST /api/v1/context/forget")
def forget(estate: Estate) -> Good:
    return Good({"ids": [str(estate.rows["/context"])]})


@good("POST /api/v1/context/{id}/restore")
def restore(estate: Estate) -> Good:
    estate.owner.delete(f"/context/{estate.rows['/context']}")
    return Good({"reason": "It still counts."})


@good("POST /api/v1/agents/{id}/resume")
def resume(estate: Estate) -> Good:
    agent = estate.rows["/agents"]
    estate.owner.post(f"/agents/{agent}/pause", {"reason": "It is late."})
    return Good({"reason": "It is early."})


@good("POST /api/v1/agents/{id}/heartbeat")
def beat(estate: Estate) -> Good:
    words = {"status": "degraded", "message": "Slow", "sent_at": "2026-11-28T10:00:00Z"}
    return Good({**words, "latency_ms": 12, "requests": 3, "errors": 0})


@good("POST /api/v1/agents/heartbeat/{connection}")
def report(estate: Estate) -> Good:
    body = {"agent": {"id": "worker-1", "name": "Worker"}, "requests": 10, "errors": 0}
    return Good(body, {"connection": estate.reporting}, signed(estate, json.dumps(body)))


def signed(estate: Estate, text: str) -> dict[str, str]:
    """Return the headers with which an agent of the company's own signs what it sends."""
    moment, name = int(time.time()), f"msg_{uuid4().hex}"
    at = timezone.datetime.fromtimestamp(moment, timezone.get_default_timezone())
    return {
        "webhook-id": name,
        "webhook-timestamp": str(moment),
        "webhook-signature": Webhook(estate.signing_secret).sign(name, at, text),
    }


@good("POST /api/v1/alert-rule-proposals/{slug}/adopt")
def adopt(estate: Estate) -> Good:
    return Good(path={"slug": "errors-high"})


@good("POST /api/v1/objectives")
def set_an_objective(estate: Estate) -> Good:
    return Good({"agent": str(estate.rows["/agents"]), "p95_seconds": "2.5", "days": 7})


@good("POST /api/v1/telemetry/events")
def tell(_: Estate) -> Good:
    return Good({"events": an_event()})


@good("POST /api/v1/subscriptions")
def subscribe(estate: Estate) -> Good:
    return Good(
        {"name": "More news", "address": f"{estate.simulator.url}/", "topics": ["agent.paused"]}
    )


@good("PATCH /api/v1/subscriptions/{id}")
def change_subscription(_: Estate) -> Good:
    return Good({"topics": ["alert.opened"]})


@good("POST /api/v1/subscriptions/{id}/replay-since")
def replay_since(_: Estate) -> Good:
    return Good({"since": "2026-01-31T12:00:00Z"})


plain("POST /api/v1/telemetry/quarantine/replay", reason="No such thing was put aside.")


@good("POST /api/v1/telemetry/quarantine/{id}/replay")
def replay_quarantined(estate: Estate) -> Good:
    with estate.house.inside():
        item = Quarantined.objects.get(pk=estate.rows["/telemetry/quarantine"])
        item.keep(of_event(json.dumps(an_event()[0]).encode()))
        item.save(update_fields=["size", "body_sealed"])
    return Good()


@good("POST /api/v1/audit/holds")
def hold(estate: Estate) -> Good:
    estate.owner.post(f"/audit/holds/{estate.rows['/audit/holds']}/lift")
    return Good({"reason": "A case is open."})


@good("POST /api/v1/auth/invitations/accept")
def accept(estate: Estate) -> Good:
    with estate.house.inside():
        token = Invitation.objects.get(pk=estate.rows["/invitations"]).token()
    return Good({"token": token.reveal(), "password": STRONG, "name": "Guest"})


@good("POST /api/v1/auth/login/mfa")
def finish(estate: Estate) -> Good:
    asked = login(SAFEGUARDED).json()["error"]["details"]
    return Good({"mfa_token": asked["mfa_token"], "code": estate.codes[0]})


@good("POST /api/v1/auth/mfa/confirm")
def enrol(estate: Estate) -> Good:
    told = estate.owner.post("/auth/mfa/setup").json()["data"]
    return Good({"setup_token": told["setup_token"], "code": code_of(told["secret"])})


@good("POST /api/v1/auth/mfa/disable")
def unenrol(estate: Estate) -> Good:
    return Good({"password": PASSWORD, "code": estate.codes[2]}, headers=safeguarded(estate))


@good("POST /api/v1/auth/mfa/recovery-codes")
def renew(estate: Estate) -> Good:
    return Good({"code": estate.codes[2]}, headers=safeguarded(estate))


def safeguarded(estate: Estate) -> dict[str, str]:
    """Return the headers of the person with a second factor."""
    token = signed_in(SAFEGUARDED, code=estate.codes[1])["access_token"]
    return {"Authorization": f"Bearer {token}"}


@good("POST /api/v1/auth/password/reset/confirm")
def reset(estate: Estate) -> Good:
    Api().post("/auth/password/reset", {"email": estate.house.member.email})
    post_out(estate.house)
    return Good({"token": last_link("new-password"), "password": STRONG})


@good("POST /api/v1/auth/register/confirm")
def confirm(estate: Estate) -> Good:
    wish = {"email": "new@elsewhere.example", "password": STRONG}
    Api().post("/auth/register", wish)
    post_out(estate.house)
    return Good({"token": last_link("confirm-account"), "password": STRONG})


@good("POST /api/v1/auth/refresh")
def refresh(estate: Estate) -> Good:
    return Good({"refresh_token": signed_in(estate.house.owner.email)["refresh_token"]})


@good("POST /api/v1/auth/switch")
def switch(estate: Estate) -> Good:
    return Good({"organization": str(estate.house.organization.pk)})


@good("DELETE /api/v1/auth/sessions/{id}")
def end(estate: Estate) -> Good:
    return Good(path={"id": estate.owner.get("/auth/sessions").json()["data"][0]["id"]})


@good("POST /api/v1/connections")
def connect(estate: Estate) -> Good:
    key = {"runtime_key": keys.OPENAI_RUNTIME, "base_url": estate.simulator.openai_url}
    return Good({"name": "Another", "vendor": "openai", **key})


@good("POST /api/v1/connections/{id}/rotate")
def rotate(estate: Estate) -> Good:
    return Good({"credential": "runtime", "key": keys.OPENAI_RUNTIME})


@good("POST /api/v1/grants")
def grant(estate: Estate) -> Good:
    with estate.house.inside():
        member = Membership.objects.get(user=estate.house.member)
    body = {"member": str(member.pk), "permission": "agents.pause"}
    return Good({**body, "row": estate.rows["/agents"]})


def good_case(label: str, operation: Any, estate: Estate) -> Case:
    """Return a call that works; what has to be there first is made."""
    made = GOOD[label](estate) if label in GOOD else Good()
    names = [each.name for each in operation.path_parameters if each.name not in made.path]
    path = {name: estate.row_of(operation.path) for name in names}
    body = {} if made.body is None and operation.body else made.body
    given = {} if body is None else {"body": body, "media_type": "application/json"}
    given["query"] = made.query
    return operation.Case(path_parameters={**path, **made.path}, headers=made.headers, **given)
