"""Memories are recalled by a question, by their ids or by time, and feedback counts later."""

from governance.models import AuditEvent
from memory.models import Use
from tests.cast import Api, House
from tests.memory.kept import kept


def test_recalling_by_question_ids_and_window_is_noted(house: House, api: Api) -> None:
    first, second = kept(house, "Tea at four."), kept(house, "Coffee at nine.")
    asked = api.post("/memories/recall", {"query": "When is tea?"}).json()["data"]
    assert asked["hits"][0]["memory"]["content"] == "Tea at four."
    ids = [str(second.pk), str(first.pk)]
    told = api.post("/memories/recall", {"ids": ids}).json()["data"]
    assert [hit["memory"]["id"] for hit in told["hits"]] == ids
    window = api.post("/memories/recall", {"context_window": 2}).json()["data"]
    assert [hit["memory"]["id"] for hit in window["hits"]] == ids[::-1]
    assert api.post("/memories/recall", {"ids": ids, "query": "tea"}).status_code == 400
    with house.inside():
        assert Use.objects.filter(recall=asked["id"]).count() == len(asked["hits"])
        assert AuditEvent.objects.filter(action="memories.recall").count() == 3


def test_a_budget_leaves_out_what_does_not_fit(house: House, api: Api) -> None:
    kept(house, "An old and rather long memory about tea. " * 20)
    kept(house, "Newest.")
    body = {"context_window": 5, "budget_tokens": 20}
    told = api.post("/memories/recall", body).json()["data"]
    assert [hit["memory"]["content"] for hit in told["hits"]] == ["Newest."]
    assert told["left_out"] == 1


def test_feedback_changes_later_ranks_a_little(house: House, api: Api) -> None:
    one, other = (
        kept(house, "Green tea is served at four."),
        kept(house, "Green tea is sold at ten."),
    )

    def first() -> str:
        found = api.get("/context/search", query="green tea").json()["data"]
        return str(found["hits"][0]["memory"]["id"])

    best = first()
    worse = str(other.pk) if best == str(one.pk) else str(one.pk)
    recall = api.post("/memories/recall", {"query": "green tea"}).json()["data"]["id"]
    for memory, helpful in ((best, False), (worse, True)):
        body = {"recall": recall, "memory_id": memory, "helpful": helpful}
        assert api.post("/memories/recall/feedback", body).json()["data"] == {"memories": 1}
    assert first() == worse


def test_strangers_give_no_feedback_and_recall_nothing(
    house: House, neighbours: House, api: Api
) -> None:
    kept(house, "Tea at four.")
    recall = api.post("/memories/recall", {"query": "tea"}).json()["data"]["id"]
    body = {"recall": recall, "helpful": True}
    assert neighbours.api().post("/memories/recall/feedback", body).status_code == 404
    assert neighbours.api().post("/memories/search", {"query": "tea"}).json()["data"]["hits"] == []


def test_the_model_at_work_is_shown_and_chosen_by_admins(house: House, api: Api) -> None:
    kept(house, "Tea at four.")
    (space,) = api.get("/memory/embedding").json()["data"]
    assert (space["provider"], space["dimension"], space["state"]) == ("local", 256, "serving")
    assert api.post("/memory/embedding", {"provider": "local"}).status_code == 201
    assert house.api("developer").post("/memory/embedding", {}).status_code == 403
    asked = {"provider": "endpoint", "base_url": "http://10.0.0.1/v1", "model": "m", "key": "k"}
    refused = api.post("/memory/embedding", asked)
    assert refused.status_code == 502
    assert "may not call this address" in refused.json()["error"]["message"]
