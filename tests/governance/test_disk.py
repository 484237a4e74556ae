"""A disk that fills up is told of before it is full."""

from decimal import Decimal

from governance.actions.adopt_proposal import adopt_proposal
from governance.models import Alert, AlertRule
from governance.proposals import available
from tests.cast import House
from tests.governance.test_evaluate_rules import evaluate


def test_a_disk_that_fills_up_is_alerted(house: House) -> None:
    proposal = next(each for each in available() if each.slug == "disk-filling")
    assert proposal.values["threshold"] == Decimal("0.8")
    with house.inside():
        adopt_proposal("disk-filling")
        rule = AlertRule.objects.get()
        AlertRule.objects.update(threshold=Decimal("0.0001"))
    evaluate(house)
    with house.inside():
        alert = Alert.objects.get()
    assert (alert.rule_id, alert.subject_label) == (rule.pk, "Disk of the database")
    assert 0 < (alert.value or 0) <= 1
