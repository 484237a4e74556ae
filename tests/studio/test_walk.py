"""The user stories, walked with a real browser: by what people see, not by how pages are made."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect, sync_playwright

from accounts.models import Organization
from accounts.signin.facts import KEY
from connectors.simulator import Simulator, keys
from jobs.actions.run_schedule import run_schedule
from tests.accounts.people import code_of
from tests.cast import PASSWORD, House, make_house
from tests.studio.conftest import Demo
from tests.studio.running import Running, studio

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
PATIENCE = 20_000


@pytest.fixture(scope="module")
def running(demo: Demo) -> Iterator[Running]:
    with studio() as server:
        yield server


@pytest.fixture(scope="module")
def newcomers(demo: Demo) -> House:
    """A company that has connected nothing yet; its owner runs the installation, too."""
    house = make_house("Newcomers")
    house.owner.is_operator = True
    house.owner.save(update_fields=["is_operator"])
    return house


@pytest.fixture(scope="module")
def chromium(running: Running) -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, which Django would take for an async view.
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            expect.set_options(timeout=20_000)  # a busy machine is no reason to fail
            options = ["--no-sandbox", "--disable-gpu"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
            yield browser
            browser.close()


@pytest.fixture
def page(chromium: Browser, running: Running) -> Iterator[Page]:
    """A fresh window; whatever it loads from elsewhere or complains of fails the test."""
    complaints: list[str] = []
    context = chromium.new_context(base_url=running.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: _note(said, complaints))
    page.on("request", lambda request: _refuse_abroad(request.url, running.url, complaints))
    yield page
    context.close()
    assert complaints == []


def _note(said: Any, complaints: list[str]) -> None:
    if said.type == "error" and "Content Security Policy" in said.text:
        complaints.append(said.text)


def _refuse_abroad(url: str, own: str, complaints: list[str]) -> None:
    if not url.startswith((own, "data:", "blob:")):
        complaints.append(f"asked {url}")


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/studio/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()


@pytest.fixture
def owner(page: Page, demo: Demo) -> Page:
    """The demo's owner, signed in with what the sign-in file says."""
    lines = (demo.folder / "sign-in.txt").read_text().splitlines()
    sign_in(page, *(line.split()[-1] for line in lines))
    return page


def mails(folder: Path) -> str:
    return "\n".join(path.read_text() for path in sorted((folder / "mail").iterdir()))


def test_us_001_an_admin_connects_openai_and_sees_the_agents(
    page: Page, newcomers: House, simulator: Simulator
) -> None:
    sign_in(page, newcomers.owner.email, PASSWORD)
    go(page, "Settings")
    page.get_by_label("Allowed hosts").fill(simulator.url.removeprefix("http://"))
    page.get_by_role("button", name="Save", exact=True).click()
    go(page, "Overview")
    page.get_by_role("link", name="Connect a vendor").click()
    page.get_by_role("link", name=re.compile("OpenAI")).click()

    page.get_by_label("Name").fill("OpenAI production")
    page.get_by_label("Runtime key").fill(keys.OPENAI_REVOKED)
    page.get_by_text("Address and account").click()
    page.get_by_label("Base URL").fill(simulator.openai_url)
    page.get_by_role("button", name="Test and connect").click()
    beside = page.locator("div:has(> label)").filter(has_text="Runtime key").get_by_role("alert")
    expect(beside).to_be_visible()
    assert keys.OPENAI_REVOKED not in page.content()
    expect(page.get_by_text("Nothing was saved.")).to_be_visible()

    page.get_by_label("Runtime key").fill(keys.OPENAI_RUNTIME)
    page.get_by_role("button", name="Test and connect").click()
    expect(page.get_by_text("Healthy", exact=True).first).to_be_visible()
    assert keys.OPENAI_RUNTIME not in page.content()

    go(page, "Agents")
    expect(page.get_by_role("heading", name="Agents", exact=True)).to_be_visible()
    triage = page.get_by_role("link", name="Support triage")
    wait_for(page, lambda: bool(page.reload()) and triage.count() > 0)
    go(page, "Connections")
    expect(page.get_by_role("row", name=re.compile("OpenAI production"))).to_be_visible()


def test_us_001_a_connection_can_be_ended(page: Page, newcomers: House) -> None:
    sign_in(page, newcomers.owner.email, PASSWORD)
    go(page, "Connections")
    page.get_by_role("link", name=re.compile("OpenAI production")).first.click()
    page.get_by_role("link", name="Disconnect").click()
    page.get_by_role("button", name=re.compile("Disconnect")).click()
    expect(page.get_by_text("Disconnected", exact=True).first).to_be_visible()


def test_us_002_agents_are_filtered_searched_and_counted(owner: Page, demo: Demo) -> None:
    go(owner, "Agents")
    tabs = owner.get_by_role("navigation", name="Agents by vendor")
    for vendor, label in (("openai", "OpenAI"), ("anthropic", "Anthropic")):
        expect(tabs.get_by_role("link", name=label)).to_contain_text(
            str(demo.facts["agents"][vendor])
        )
    tabs.get_by_role("link", name="Anthropic").click()
    expect(owner.get_by_text("Claims intake")).to_be_visible()
    expect(owner.get_by_text("Support triage")).to_have_count(0)
    tabs.get_by_role("link", name="All").click()

    state, number = min(demo.facts["health"].items(), key=lambda item: item[1])
    owner.get_by_role("button", name="Filters").click()
    owner.get_by_role("link", name=state.capitalize(), exact=True).click()
    expect(owner.locator("#result_list tbody")).to_have_count(number)

    go(owner, "Agents")
    owner.get_by_role("searchbox", name="Search agents").fill("triage")
    owner.keyboard.press("Enter")
    expect(owner.locator("#result_list tbody")).to_have_count(1)
    expect(owner.get_by_role("link", name="Support triage")).to_be_visible()


def test_us_003_health_is_checked_on_demand_and_has_a_history(owner: Page) -> None:
    go(owner, "Agents")
    owner.get_by_role("link", name="Refund assistant").click()
    expect(owner.get_by_role("heading", name="Last error")).to_be_visible()
    latest = owner.get_by_role("region", name="Latest checks").get_by_role("row")
    before = latest.count()
    owner.get_by_role("button", name="Check now").click()
    expect(owner.get_by_text("Checked: ")).to_be_visible()
    expect(latest).to_have_count(before + 1)
    expect(owner.get_by_role("region", name="Health", exact=True)).to_contain_text("just now")


def test_us_004_costs_are_told_by_agent_by_model_and_over_time(owner: Page) -> None:
    month = owner.get_by_role("region", name="Spend").locator("dd").filter(has_text="$").last
    told = month.inner_text()
    go(owner, "Costs")
    expect(owner.get_by_role("region", name="Totals")).to_contain_text(told)
    expect(owner.get_by_role("region", name="Totals")).to_contain_text("tokens")
    for what in ("agent", "model"):
        table = owner.get_by_role("region", name=re.compile(what, re.IGNORECASE)).first
        expect(table.get_by_role("row").nth(1)).to_contain_text("$")
    owner.get_by_role("link", name="This month").first.click()
    expect(
        owner.get_by_role("table", name=re.compile("agent", re.IGNORECASE))
        .or_(owner.get_by_text("Support triage"))
        .first
    ).to_be_visible()


def test_us_005_a_rule_raises_an_alert_that_is_mailed_and_decided(owner: Page, demo: Demo) -> None:
    go(owner, "Alert rules")
    owner.get_by_role("link", name="Add alert rule").click()
    owner.get_by_label("Name").fill("Any request at all")
    watch = owner.get_by_label("Watch")
    choices = watch.get_by_role("option").all_inner_texts()
    watch.select_option(label=next(text for text in choices if text.startswith("Error rate")))
    owner.get_by_label("Threshold").fill("0.0001")
    owner.get_by_label("Severity").select_option(label="Critical")  # the worst stand first
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_role("row", name=re.compile("Any request at all"))).to_be_visible()

    go(owner, "Overview")
    run_schedule("governance.evaluate_rules")
    alerts = owner.get_by_role("region", name="Open alerts")
    expect(alerts.get_by_text("Any request at all").first).to_be_visible(timeout=40_000)
    alerts.get_by_role("link", name=re.compile("Any request at all")).first.click()

    decide(owner, "Acknowledge")
    expect(owner.get_by_text("Acknowledged", exact=True).first).to_be_visible()
    decide(owner, "Resolve")
    expect(owner.get_by_text("Resolved", exact=True).first).to_be_visible()
    wait_for(owner, lambda: "Any request at all" in mails(demo.folder))


def decide(page: Page, verb: str) -> None:
    page.get_by_role("main").or_(page.locator("#header-inner")).get_by_text(verb).first.click()
    page.get_by_role("dialog").or_(page.locator("form")).get_by_role(
        "button", name=verb, exact=True
    ).last.click()


def wait_for(page: Page, is_so: Any) -> None:
    """Look again and again until it is so."""
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(300)
    pytest.fail("It never came to be.")


def link_in(folder: Path, page: Page, name: str) -> str:
    """Return the path of the link in a mail, once the mail is there."""
    pattern = re.compile(rf"(/studio/{name}\?token=[\w:.=-]+)")
    wait_for(page, lambda: (folder / "mail").exists() and bool(pattern.search(mails(folder))))
    return pattern.findall(mails(folder))[-1]


def test_a_person_signs_in_with_a_second_factor(page: Page, demo: Demo) -> None:
    owner = make_house("Careful").owner
    sign_in(page, owner.email, PASSWORD)
    page.goto("/studio/account")
    secret = page.locator(".arm-secret code").inner_text().replace(" ", "")
    page.get_by_label("Code from the authenticator").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".arm-codes li")).to_have_count(10)
    recovery = page.locator(".arm-codes li").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("recovery codes left")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/studio/")
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill("123456")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("does not fit")
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_an_invited_viewer_sees_nothing_that_would_be_refused(owner: Page, demo: Demo) -> None:
    go(owner, "Invitations")
    owner.get_by_role("link", name="Invite somebody").first.click()
    owner.get_by_label("E-mail").fill("guest@elsewhere.example")
    owner.get_by_label("Role").select_option("viewer")
    owner.get_by_role("button", name="Send the invitation").click()
    expect(owner.get_by_role("row", name=re.compile("guest@elsewhere.example"))).to_be_visible()

    guest = owner
    path = link_in(demo.folder, owner, "join")
    guest.context.clear_cookies()
    guest.goto(path)
    guest.get_by_label("Name").fill("Guest")
    guest.get_by_label("Password").fill("an entirely new phrase")
    guest.get_by_role("button", name="Join").click()
    expect(guest.get_by_text("You belong to Harbour & Pine now.")).to_be_visible()
    sign_in(guest, "guest@elsewhere.example", "an entirely new phrase")

    sidebar = guest.get_by_role("navigation").get_by_role("link").all()
    pages = {str(link.get_attribute("href")) for link in sidebar}
    assert len(pages) > 5
    for place in sorted(address for address in pages if address.startswith("/studio/")):
        answer = guest.goto(place)
        assert answer is not None
        assert answer.status == 200, place
        assert refused_links(guest) == [], place
        submits = "main form[method=post] :is(button, input)[type=submit]:visible"
        assert guest.locator(submits).all_inner_texts() == [], place


def refused_links(page: Page) -> list[str]:
    """Return the links of the page's content that lead to a refusal."""
    links = page.locator("#content a[href], #header-inner a[href]").all()
    found = {str(link.get_attribute("href")) for link in links}
    own = sorted(address for address in found if address.startswith(("/", "?")))[:40]
    here = page.url.partition("?")[0]
    return [a for a in own if page.request.get(here + a if a[0] == "?" else a).status >= 400]


def test_what_was_typed_outlives_a_confirmation(page: Page, demo: Demo) -> None:
    house = make_house("Watchful")
    with house.inside():
        Organization.objects.current().update(step_up="always")
    sign_in(page, house.owner.email, PASSWORD)
    for session in Session.objects.all():  # long after everybody proved who they are
        kept = session.get_decoded()
        kept[KEY] = {**kept.get(KEY, {}), "at": 0.0}
        session.session_data = Session.objects.encode(kept)
        session.save()
    page.goto("/studio/accounts/apikey/add/")
    page.get_by_label("Name").fill("nightly export")
    page.get_by_label("Read the audit log").check()
    page.get_by_role("button", name="Issue the key").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Now do what you were about to do once more.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("nightly export")
    expect(page.get_by_label("Read the audit log")).to_be_checked()
    page.get_by_role("button", name="Issue the key").click()
    expect(page.get_by_text("Copy the key now")).to_be_visible()
    assert page.evaluate("window.sessionStorage.length") == 0
