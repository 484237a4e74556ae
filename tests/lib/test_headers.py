"""Every answer tells the browser what it may load."""

import pytest
from django.test import Client

from tests.cast import House

PATHS = ["/studio/login/", "/api/v1/health", "/api/docs", "/nowhere", "/api/v1/agents"]


@pytest.mark.parametrize("path", PATHS)
def test_no_page_runs_scripts_of_others_or_stands_in_a_frame(db: None, path: str) -> None:
    response = Client().get(path)
    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "camera=()" in response["Permissions-Policy"]


def test_an_answer_to_an_api_key_has_it_too(house: House) -> None:
    assert "default-src 'self'" in house.api().get("/members")["Content-Security-Policy"]


def test_the_api_documentation_needs_no_inline_script(db: None) -> None:
    page = Client().get("/api/docs").content.decode()
    scripts = [part.partition(">")[0] for part in page.split("<script")[1:]]
    assert len(scripts) == 4
    assert all('src="/' in script for script in scripts)
    assert "SwaggerUIBundle" in Client().get("/api/docs?script=").content.decode()


def test_the_docs_and_error_pages_wear_the_studios_face() -> None:
    docs = Client().get("/api/docs").content.decode()
    assert "studio/theme.js" in docs
    assert "studio/api_docs.css" in docs
    assert "fonts/inter" in Client().get("/nowhere").content.decode()
    assert Client().get("/favicon.ico")["Location"].endswith(".svg")
