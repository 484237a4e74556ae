"""What telemetry holds about a person is reported, and goes when they are erased."""

from accounts.registry import HOLDINGS
from telemetry.models import Feedback, Message, Run, SpanContent
from tests.cast import Api, House
from tests.telemetry.test_contents import keep, talk


def test_what_was_said_for_a_person_goes_with_them(house: House, api: Api) -> None:
    keep(api, "full")
    talk(user__id=house.member.email).send(api)
    talk(user__id="somebody else").send(api)
    with house.inside():
        run = Run.objects.get(end_user=house.member.email)
    given = {"run_id": str(run.pk), "helpful": True, "comment": "Thanks, Bob."}
    api.post("/feedback", {**given, "user": house.member.email})
    api.post("/feedback", {**given, "user": "somebody else"})
    with house.inside():
        held = [HOLDINGS[name] for name in ("feedback", "contents", "runs")]
        told = [row for holding in held for row in holding.report(house.member)]
        assert told[0]["what"] == "Helpful"
        assert len(told) == 3
        assert [holding.erase(house.member) for holding in held if holding.erase] == [1, 8, 1]
        assert not any(row for holding in held for row in holding.report(house.member))
        assert (Message.objects.count(), SpanContent.objects.count()) == (5, 3)
        assert sorted(row.comment for row in Feedback.objects.all()) == ["", "Thanks, Bob."]


def test_who_is_written_in_other_letters_or_in_a_conversation_is_erased(
    house: House, api: Api
) -> None:
    address = house.member.email.title()
    talk(user__id=address, gen_ai__conversation__id=f"chat with {address}").send(api)
    with house.inside():
        erase = HOLDINGS["runs"].erase
        assert erase is not None
        assert erase(house.member) == 1
        run = Run.objects.get()
    assert (run.end_user, run.conversation, run.error_message) == ("", "", "")
