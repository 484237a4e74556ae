"""OpenAI's errors, and what a key of OpenAI is good for."""

from typing import Any

import httpx2
import pytest

from connectors.base import Capability, Connector, ConnectorError, CredentialKind, Support, Verb
from tests.connectors.openai_rows import ADMIN, AGENTS, BOTH, ESTATE, RUNTIME, agent
from tests.connectors.vendor import Vendor, error, listed

MISSING = (
    "You have insufficient permissions for this operation. Missing scopes: {}. Check that you "
    "have the correct role in your organization (Reader, Writer, Owner) and project (Member, "
    "Owner), and if you're using a restricted API key, that it has the necessary scopes."
)

ANSWERS = [
    (error(400, "Bad"), "refused", True),
    (error(401, "Incorrect API key provided: sk-pr*****cdef."), "credentials", True),
    (error(401, MISSING.format("api.agents.read")), "permission", True),
    (error(403, "Country not supported"), "permission", True),
    (error(404, "No such agent"), "not_found", True),
    (error(409, "Changed"), "conflict", False),
    (error(429, "Rate limit reached"), "rate_limited", False),
    (error(429, "You exceeded your current quota", "insufficient_quota"), "billing", True),
    (error(500, "Server error"), "unavailable", False),
    (error(503, "Engine overloaded"), "unavailable", False),
    (error(529, "Overloaded"), "overloaded", False),
    (httpx2.Response(302, headers={"location": "https://elsewhere.example"}), "malformed", True),
    (httpx2.Response(502, text="<html>Bad gateway</html>"), "unavailable", False),
    (httpx2.Response(200, text="<html>Welcome</html>"), "malformed", False),
    (httpx2.Response(200, json=["a", "list"]), "malformed", False),
    (httpx2.ReadTimeout("slow"), "timeout", False),
    (httpx2.ConnectError("refused"), "unavailable", False),
]


@pytest.mark.parametrize(("answer", "fault", "permanent"), ANSWERS)
def test_every_failure_has_a_name(answer: Any, fault: str, permanent: bool) -> None:
    vendor = Vendor({"GET /v1/agents": answer, "GET /v1/agents/automations": listed()})
    with pytest.raises(ConnectorError) as caught:
        vendor.connector("openai", **RUNTIME).discover()
    assert (caught.value.fault, caught.value.permanent) == (fault, permanent)


def test_the_vendors_words_are_kept_without_keys_and_cut() -> None:
    words = f"Wrong key {RUNTIME['runtime']} or sk-proj-abc***wxyz. " + "x" * 2000
    answer = error(401, words, x_request_id="req_123")
    vendor = Vendor({"GET /v1/agents": answer, "GET /v1/agents/automations": answer})
    with pytest.raises(ConnectorError, match="Wrong key") as caught:
        vendor.connector("openai", **RUNTIME).discover()
    said = str(caught.value.details["vendor_message"])
    assert "sk-" not in said
    assert len(said) == 500
    assert caught.value.details["request_id"] == "req_123"
    assert RUNTIME["runtime"] not in f"{caught.value} {caught.value.details}"


def test_a_rate_limit_says_when_to_come_back() -> None:
    answer = error(429, "Slow down", retry_after="17")
    vendor = Vendor({"GET /v1/agents": answer, "GET /v1/agents/automations": answer})
    with pytest.raises(ConnectorError) as caught:
        vendor.connector("openai", **RUNTIME).discover()
    assert caught.value.retry_after == 17


def test_a_short_rate_limit_is_waited_out() -> None:
    answers = [error(429, "Slow down", retry_after_ms="5"), listed(agent(1))]
    vendor = Vendor(AGENTS | {"GET /v1/agents": answers}, attempts=2)
    assert len(vendor.connector("openai", **RUNTIME).discover().agents) == 1


def report(table: dict[str, Any], **keys: str) -> Any:
    vendor = Vendor(table)
    (only,) = vendor.connector("openai", **keys).test()
    return only


def test_a_good_runtime_key_unlocks_the_agents() -> None:
    said = report(AGENTS, **RUNTIME)
    assert (said.ok, said.fault) == (True, "")
    assert {Verb.DISCOVER, Verb.HEALTH, Verb.PAUSE, Verb.INJECT} <= set(said.unlocks)
    assert Verb.COSTS not in said.unlocks


def test_a_good_admin_key_unlocks_usage_and_costs() -> None:
    said = report(ESTATE, **ADMIN)
    assert said.ok
    assert {Verb.USAGE, Verb.COSTS} <= set(said.unlocks)
    assert Verb.INJECT not in said.unlocks


@pytest.mark.parametrize(
    ("keys", "belongs"),
    [({"runtime": ADMIN["admin"]}, "admin"), ({"admin": RUNTIME["runtime"]}, "runtime")],
)
def test_a_key_in_the_wrong_field_is_known_by_its_prefix(keys: Any, belongs: str) -> None:
    vendor = Vendor(AGENTS | ESTATE)
    (said,) = vendor.connector("openai", **keys).test()
    assert (said.ok, said.fault) == (False, "wrong_kind")
    assert belongs in said.message
    assert vendor.asked == []


def test_a_key_in_the_wrong_field_is_known_by_its_answers() -> None:
    said = report(AGENTS, admin="sk-old-style-0123456789")
    assert said.fault == "wrong_kind"
    said = report(ESTATE, runtime="sk-old-style-0123456789")
    assert said.fault == "wrong_kind"


def test_a_missing_scope_is_named() -> None:
    denied = error(401, MISSING.format("api.agents.read"))
    said = report(AGENTS | {"GET /v1/agents": denied}, **RUNTIME)
    assert (said.ok, said.fault) == (False, "permission")
    assert said.missing_permissions == ("api.agents.read",)
    assert "api.agents.read" in said.message


def test_a_key_that_can_do_half_works_and_says_what_is_missing() -> None:
    denied = error(403, MISSING.format("api.usage.read, api.management.read"))
    said = report(ESTATE | {"GET /v1/organization/usage/completions": denied}, **ADMIN)
    assert said.ok
    assert said.missing_permissions == ("api.management.read", "api.usage.read")
    assert Verb.COSTS not in said.unlocks


def test_a_revoked_key_is_refused_with_advice() -> None:
    said = report(dict.fromkeys(AGENTS, error(401, "Incorrect API key provided.")), **RUNTIME)
    assert (said.ok, said.fault, said.unlocks) == (False, "credentials", ())
    assert "revoked" in said.message


def test_a_vendor_that_is_away_says_nothing_about_the_key() -> None:
    said = report(dict.fromkeys(AGENTS, httpx2.ConnectError("no")), **RUNTIME)
    assert (said.ok, said.fault) == (False, "unavailable")


def test_each_credential_is_tested_alone_and_in_its_own_lane() -> None:
    vendor = Vendor(AGENTS | ESTATE | {"GET /v1/organization/projects": error(500, "Oops")})
    said = {each.credential: each.ok for each in vendor.connector("openai", **BOTH).test()}
    assert said == {CredentialKind.ADMIN: False, CredentialKind.RUNTIME: True}
    assert len(set(vendor.lanes)) == 2


def capability(connector: Connector, verb: Verb) -> Capability:
    return next(each for each in connector.capabilities() if each.verb is verb)


def test_capabilities_follow_the_credentials() -> None:
    admin = Vendor({}).connector("openai", **ADMIN)
    runtime = Vendor({}).connector("openai", **RUNTIME)
    assert capability(admin, Verb.DISCOVER).support is Support.PARTIAL
    assert capability(runtime, Verb.DISCOVER).support is Support.NATIVE
    assert capability(runtime, Verb.COSTS).support is Support.NONE
    assert "admin key" in capability(runtime, Verb.COSTS).reason
    assert "no pause for an agent without automations" in capability(runtime, Verb.PAUSE).reason
