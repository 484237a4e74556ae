"""The matrix finds every hole that was made on purpose."""

from django.test import override_settings

from tests.isolation.holes import HOLES, PAGES
from tests.isolation.judge import Judge
from tests.isolation.routes import Route, all_routes
from tests.isolation.test_matrix import without_second_wall  # noqa: F401 - a fixture
from tests.isolation.world import World


def holes() -> list[Route]:
    routes = all_routes("tests.isolation.holes")
    ours = ("api/hole/", "studio/hole/connectors/")
    return [route for route in routes if route.pattern.startswith(ours)]


@override_settings(ROOT_URLCONF="tests.isolation.holes")
def test_every_hole_is_found(committed: None, without_second_wall: None) -> None:  # noqa: F811
    findings = Judge(World()).findings(holes())
    missed = [hole for hole in HOLES if not any(hole in finding for finding in findings)]
    missed += [name for name, page in PAGES.items() if not any(page in f for f in findings)]
    assert missed == [], findings
    assert "Foreign rows were changed by some call." in findings


@override_settings(ROOT_URLCONF="tests.isolation.holes")
def test_the_second_wall_stops_what_the_first_let_through(committed: None) -> None:
    findings = Judge(World()).findings(holes())
    assert [f for f in findings if "keeps-for-all" not in f] == []
