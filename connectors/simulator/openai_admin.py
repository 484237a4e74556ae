"""OpenAI's organization: projects, their keys and their service accounts."""

from connectors.simulator import keys, paging
from connectors.simulator.activity import HOUR
from connectors.simulator.calls import NOT_FOUND, Call, Refused, route
from connectors.simulator.changes import Json
from connectors.simulator.estate import OPENAI, Key, Place
from connectors.simulator.world import World

_LIST = ("after", "limit")
_PROJECT = "/organization/projects/{project}"


class OpenAIAdmin:
    """GET /organization/projects and what is in them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.estate = world.estates[OPENAI]

    @route("GET", "/organization/projects", scope=keys.MANAGE, params=(*_LIST, "include_archived"))
    def projects(self, call: Call) -> Json:
        archived = call.flag("include_archived")
        places = [place for place in self.estate.places if archived or not place.archived_at]
        return _page([_project(place) for place in places], call)

    @route("GET", _PROJECT, scope=keys.MANAGE)
    def project(self, call: Call) -> Json:
        return _project(self._place(call))

    @route(
        "GET",
        f"{_PROJECT}/api_keys",
        scope=keys.MANAGE,
        params=(*_LIST, "owner_project_access"),
    )
    def api_keys(self, call: Call) -> Json:
        access = call.choice("owner_project_access", "any", ("any", "active", "inactive"))
        place = self._place(call)
        found = [key for key in self.estate.keys if key.place == place.id]
        return _page([_key(key, call.now) for key in found if access != "inactive"], call)

    @route("GET", f"{_PROJECT}/service_accounts", scope=keys.MANAGE, params=_LIST)
    def service_accounts(self, call: Call) -> Json:
        place = self._place(call)
        found = [
            key
            for key in self.estate.keys
            if key.place == place.id and key.owner == "service_account"
        ]
        return _page([_account(key) for key in found], call)

    def _place(self, call: Call) -> Place:
        wanted = call.path_args["project"]
        place = self.estate.place(wanted)
        if place is None:
            raise Refused(NOT_FOUND, f"No project found with id '{wanted}'.", code="not_found")
        return place


def _page(rows: list[Json], call: Call) -> Json:
    limit = call.number("limit", paging.DEFAULT, 1, paging.MOST)
    following = paging.after(rows, call.one("after"), lambda row: str(row["id"]))
    return paging.by_last_id(following, lambda row: row, limit)


def _project(place: Place) -> Json:
    return {
        "id": place.id,
        "object": "organization.project",
        "name": place.name,
        "created_at": place.created_at,
        "archived_at": place.archived_at,
        "status": "archived" if place.archived_at else "active",
        "external_key_id": None,
        "residency": "GLOBAL",
    }


def _key(key: Key, now: int) -> Json:
    account = key.owner == "service_account"
    owner: Json = {
        "id": key.owner_id,
        "name": key.owner_name,
        "created_at": key.created_at,
        "role": "member",
    }
    user = {**owner, "email": "platform@example.com", "role": "owner"}
    return {
        "id": key.id,
        "object": "organization.project.api_key",
        "name": key.name,
        "redacted_value": key.hint,
        "created_at": key.created_at,
        "last_used_at": now // HOUR * HOUR if key.used else None,
        "expires_at": None,
        "owner": {
            "type": key.owner,
            "service_account": owner if account else None,
            "user": None if account else user,
        },
        "owner_project_access": "active",
    }


def _account(key: Key) -> Json:
    return {
        "id": key.owner_id,
        "object": "organization.project.service_account",
        "name": key.owner_name,
        "role": "member",
        "created_at": key.created_at,
    }
