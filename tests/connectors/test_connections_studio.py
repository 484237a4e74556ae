"""Connections in the Studio: what people see, what they may do, and that no key comes back."""

from html import unescape
from typing import Any
from uuid import uuid4

import pytest

from connectors.models import Connection, ConnectionStatus, SyncKind, SyncRun
from connectors.simulator import Simulator, keys
from tests.cast import House
from tests.connectors.simulated import OPENAI, allow, breaks, connected, reread

LIST = "/studio/connectors/connection/"
PAGES = ("change/", "alter/", "rotate/runtime/", "disconnect/", "test/")


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def post(browser: Any, path: str, **fields: str) -> Any:
    return browser.post(path, {"csrfmiddlewaretoken": "x", **fields}, follow=True)


def test_an_empty_list_leads_to_the_vendors(house: House) -> None:
    page = text(house.browser("admin").get(LIST))
    assert "Connect your first vendor" in page
    for vendor in ("openai", "anthropic", "custom"):
        assert f"{LIST}connect/{vendor}/" in page
    viewer = text(house.browser("viewer").get(LIST))
    assert "Ask an admin" in viewer
    assert f"{LIST}connect/openai/" not in viewer


def test_the_add_button_leads_to_the_vendors(house: House) -> None:
    answer = house.browser("admin").get(f"{LIST}add/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{LIST}connect/"
    assert "Where do your agents live?" in text(answer)


def test_the_form_says_where_each_key_is_found_and_what_it_unlocks(house: House) -> None:
    page = text(house.browser("admin").get(f"{LIST}connect/openai/"))
    assert "platform.openai.com/settings/organization/admin-keys" in page
    assert "Read costs" in page
    assert "OpenAI offers no pause for an agent without automations" in page
    assert page.count('type="password"') == 2
    assert house.browser("admin").get(f"{LIST}connect/skynet/").status_code == 404


def test_connecting_shows_a_report_on_each_key(reaching: House, vendor: Simulator) -> None:
    answer = post(
        reaching.browser("admin"),
        f"{LIST}connect/openai/",
        name="Production",
        base_url=vendor.openai_url,
        admin_key=keys.OPENAI_ADMIN_NO_USAGE,
        runtime_key=keys.OPENAI_RUNTIME,
    )
    page = text(answer)
    with reaching.inside():
        row = Connection.objects.get()
    assert answer.redirect_chain[-1][0] == f"{LIST}{row.pk}/change/"
    assert "Production is connected." in page
    assert "Needs attention" in page
    assert "cn-key cn-good" in page
    assert "cn-key cn-partial" in page
    assert "api.usage.read" in page
    assert "The admin key lacks api.usage.read." in page
    assert OPENAI["runtime_key"] not in page


def test_a_wrong_key_stands_beside_its_field_and_is_not_shown_again(
    reaching: House, vendor: Simulator
) -> None:
    page = text(
        post(
            reaching.browser("admin"),
            f"{LIST}connect/openai/",
            name="Production",
            base_url=vendor.openai_url,
            runtime_key=keys.OPENAI_ADMIN,
        )
    )
    assert "Nothing was saved." in page
    field = page.split('name="runtime_key"')[1].split("</section>")[0]
    assert "an admin key of OpenAI" in field
    assert 'value="Production"' in page
    assert keys.OPENAI_ADMIN not in page
    assert "enter it once more" in field
    with reaching.inside():
        assert not Connection.objects.exists()


def test_a_forbidden_host_and_a_bad_option_stand_beside_their_fields(
    reaching: House, vendor: Simulator
) -> None:
    browser = reaching.browser("admin")
    wrong = {"name": "X", "runtime_key": keys.OPENAI_RUNTIME}
    page = text(post(browser, f"{LIST}connect/openai/", base_url="https://10.0.0.1", **wrong))
    assert "ARM may not call this address" in page.split('name="base_url"')[1]
    page = text(post(browser, f"{LIST}connect/openai/", option_project="a b", **wrong))
    assert "This is no id" in page.split('name="option_project"')[1]


def test_the_list_shows_state_reason_and_abilities(reaching: House, vendor: Simulator) -> None:
    connected(reaching, vendor, "Production")
    connected(reaching, vendor, "Finance", admin_key=keys.OPENAI_ADMIN_NO_USAGE)
    page = text(reaching.browser("viewer").get(LIST))
    assert "Healthy" in page
    assert "Needs attention" in page
    assert "api.usage.read" in page
    assert "no. The admin key lacks api.usage.read." in page
    assert "Finance" not in text(reaching.browser("viewer").get(LIST, {"status__exact": "healthy"}))
    assert "Production" not in text(reaching.browser("viewer").get(LIST, {"vendor": "anthropic"}))


def test_the_page_shows_readings_and_what_they_missed(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside():
        run = SyncRun.objects.create(
            connection=row,
            kind=SyncKind.DISCOVERY,
            state="partial",
            started_at=row.created_at,
            finished_at=row.created_at,
            found={"new": 3, "vanished": 0},
            unread=[{"what": "<automations>", "why": "OpenAI answered 503.", "fault": "x"}],
        )
    browser = reaching.browser("viewer")
    raw = browser.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "3 new" in raw
    assert "1 could not be read" in raw
    assert "&lt;automations&gt;" in raw
    listed = text(browser.get("/studio/connectors/syncrun/", {"connection__id__exact": row.pk}))
    assert "3 new" in listed
    assert "<automations>" in text(browser.get(f"/studio/connectors/syncrun/{run.pk}/change/"))


def test_testing_tells_the_new_state(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor, admin_key="")
    breaks(vendor, "401")
    page = text(post(reaching.browser("admin"), f"{LIST}{row.pk}/test/"))
    assert "Tested: needs attention." in page
    assert "cn-key cn-bad" in page


def test_looking_at_the_test_address_tests_nothing(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    vendor.faults.log.clear()
    text(reaching.browser("admin").get(f"{LIST}{row.pk}/test/", follow=True))
    assert not vendor.faults.log


def test_a_key_is_replaced_or_the_present_one_stays(reaching: House, vendor: Simulator) -> None:
    row, browser = connected(reaching, vendor), reaching.browser("admin")
    path = f"{LIST}{row.pk}/rotate/runtime/"
    assert "Test and replace" in text(browser.get(path))
    refused = text(post(browser, path, key=keys.OPENAI_REVOKED))
    assert "The present key stays in use." in refused
    assert keys.OPENAI_REVOKED not in refused
    assert "This field is required" in text(post(browser, path, key=""))
    assert "uses the new key" in text(post(browser, path, key=keys.OPENAI_READ_ONLY))
    assert reread(reaching, row).runtime_hint == "…only"
    assert browser.get(f"{LIST}{row.pk}/rotate/master/").status_code == 404


def test_another_host_costs_the_keys(reaching: House, vendor: Simulator) -> None:
    row, browser = connected(reaching, vendor), reaching.browser("admin")
    path = f"{LIST}{row.pk}/alter/"
    page = text(browser.get(path))
    assert f'value="{vendor.openai_url}"' in page
    with Simulator(8, 1) as other:
        allow(reaching, vendor, other)
        moved = text(post(browser, path, name="Moved", base_url=other.openai_url))
    assert "There is no key any more; enter one." in moved
    assert reread(reaching, row).credential_kinds() == []


def test_disconnecting_asks_first_and_keeps_the_page(reaching: House, vendor: Simulator) -> None:
    row, browser = connected(reaching, vendor), reaching.browser("admin")
    path = f"{LIST}{row.pk}/disconnect/"
    assert "all costs stay" in text(browser.get(path))
    assert reread(reaching, row).is_connected
    page = text(post(browser, path, reason="The pilot ended."))
    assert "The pilot ended." in page
    assert "Test now" not in page
    assert reread(reaching, row).status == ConnectionStatus.DISCONNECTED
    assert "was disconnected" in text(post(browser, f"{LIST}{row.pk}/test/"))


def test_a_secret_for_own_agents_is_shown_once(house: House) -> None:
    browser = house.browser("admin")
    page = text(post(browser, f"{LIST}connect/custom/", name="Robots"))
    with house.inside():
        row = Connection.objects.get()
        (secret,) = row.signing_secrets()
    assert secret.reveal() in page
    assert row.webhook_url in page
    assert secret.reveal() not in text(browser.get(f"{LIST}{row.pk}/change/"))
    renewed = text(post(browser, f"{LIST}{row.pk}/rotate/runtime/"))
    with house.inside():
        present, former = Connection.objects.get().signing_secrets()
    assert present.reveal() in renewed
    assert former == secret


def test_foreign_and_unknown_ids_are_not_found(
    reaching: House, neighbours: House, vendor: Simulator
) -> None:
    foreign = connected(allow(neighbours, vendor), vendor)
    browser = reaching.browser("admin")
    for id_ in (foreign.pk, uuid4()):
        for page in PAGES:
            assert browser.get(f"{LIST}{id_}/{page}").status_code == 404, page
            assert post(browser, f"{LIST}{id_}/{page}", key="x").status_code == 404, page
    assert browser.get(f"{LIST}not-an-id/change/").status_code == 404


@pytest.mark.parametrize("role", ["developer", "member", "viewer", "auditor"])
def test_others_may_not_change_anything(reaching: House, vendor: Simulator, role: str) -> None:
    row, browser = connected(reaching, vendor), reaching.browser(role)
    reads = 403 if role == "auditor" else 200
    assert browser.get(LIST).status_code == reads
    assert browser.get(f"{LIST}{row.pk}/change/").status_code == reads
    for page in ("connect/", "connect/openai/", *(f"{row.pk}/{each}" for each in PAGES[1:])):
        assert browser.get(f"{LIST}{page}").status_code == 403, page
        assert post(browser, f"{LIST}{page}").status_code == 403, page
    if reads == 200:
        assert "Replace" not in text(browser.get(f"{LIST}{row.pk}/change/"))


def test_chosen_connections_are_tested_by_and_by(reaching: House, vendor: Simulator) -> None:
    from jobs.models import Job

    row = connected(reaching, vendor)
    chosen = {"action": "test_again", "_selected_action": str(row.pk)}
    assert "Tests under way: 1." in text(post(reaching.browser("admin"), LIST, **chosen))
    with reaching.inside():
        assert Job.objects.get(kind="connectors.test").args == {"connection": str(row.pk)}
