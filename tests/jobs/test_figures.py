"""How news fares is told to who watches, and to alert rules."""

from decimal import Decimal

from django.utils import timezone

from armproject.lib.secret import Secret
from governance.registry import MEASURES, Span
from jobs.actions.create_subscription import create_subscription
from jobs.figures import news_figures, own_news
from jobs.models import Delivery
from tests.cast import House

HOUR = Span(timezone.now(), timezone.now())


def numbers(house: House) -> dict[tuple[str, ...], float]:
    with house.inside():
        told = [sample for family in own_news() for sample in family.samples]
    return {(each.name, *each.labels.values()): each.value for each in told}


def test_deliveries_that_were_given_up_are_told(house: House) -> None:
    house.open_hosts("news.acme.example")
    with house.inside():
        row = create_subscription(
            "News", address=Secret("https://news.acme.example/in"), topics=["agent.paused"]
        )[0]
    assert numbers(house)["arm_outbox_deliveries", "dead"] == 0
    with house.inside():
        Delivery(subscription=row, state="dead").save(force_insert=True)
        watched = list(MEASURES["jobs.given_up"].read(HOUR, None))
        lag = list(MEASURES["outbox.lag_seconds"].read(HOUR, None))
    assert numbers(house)["arm_outbox_deliveries", "dead"] == 1
    assert [each.value for each in watched] == [Decimal(1)]
    assert [each.value for each in lag] == [Decimal(0)]
    names = {family.name for family in news_figures()}
    assert names == {"arm_outbox_lag_seconds", "arm_outbox_deliveries", "arm_outbox_lost_events"}
