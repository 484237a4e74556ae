"""Anthropic's organization: itself, its workspaces, its API keys and their switch."""

from connectors.simulator import keys, paging
from connectors.simulator.calls import BAD_REQUEST, NOT_FOUND, Call, Refused, route
from connectors.simulator.changes import Json
from connectors.simulator.clock import maybe, rfc3339
from connectors.simulator.estate import ANTHROPIC, Key, Place
from connectors.simulator.world import World

ORGANIZATION = "5f9d1c52-7c1e-4a55-9a5e-0d6f2b7c1a40"
_LIST = ("limit", "after_id", "before_id", "beta")
_STATUSES = ("active", "inactive", "archived", "expired")
_SWITCHES = ("active", "inactive")


class AnthropicAdmin:
    """GET /v1/organizations/me, /workspaces and /api_keys; POST /api_keys/{id}."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.estate = world.estates[ANTHROPIC]

    @route("GET", "/v1/organizations/me", scope=keys.ORGANIZATION)
    def me(self, _call: Call) -> Json:
        return {"id": ORGANIZATION, "type": "organization", "name": "Demo organization"}

    @route(
        "GET",
        "/v1/organizations/workspaces",
        scope=keys.ORGANIZATION,
        params=(*_LIST, "ids", "include_archived", "include_default"),
    )
    def workspaces(self, call: Call) -> Json:
        wanted = call.many("ids")
        places = [
            place
            for place in self.estate.places
            if (not place.default or call.flag("include_default"))
            and (not wanted or place.id in wanted)
        ]
        return paging.by_neighbour([_workspace(place) for place in places], call)

    @route(
        "GET",
        "/v1/organizations/api_keys",
        scope=keys.ORGANIZATION,
        params=(*_LIST, "status", "workspace_id", "created_by_user_id"),
    )
    def api_keys(self, call: Call) -> Json:
        status, workspace = call.one("status"), call.one("workspace_id")
        if status is not None:
            call.check("status", [status], _STATUSES)
        creator = call.one("created_by_user_id")
        found = [
            self._key(key, call.now)
            for key in self.estate.keys
            if workspace in {None, key.place}
            and creator in {None, key.owner_id}
            and status in {None, self._status(key, call.now)}
        ]
        return paging.by_neighbour(found, call)

    @route("GET", "/v1/organizations/api_keys/{key}", scope=keys.ORGANIZATION)
    def api_key(self, call: Call) -> Json:
        return self._key(self._find(call), call.now)

    @route("POST", "/v1/organizations/api_keys/{key}", scope=keys.ORGANIZATION)
    def update(self, call: Call) -> Json:
        key = self._find(call)
        changes = self.world.changes
        status = call.body.get("status")
        if status not in {None, *_SWITCHES}:
            raise Refused(BAD_REQUEST, f"status: one of {', '.join(_SWITCHES)}", param="status")
        if status == "inactive":
            changes.pause(key.id, call.now)
        elif status == "active":
            changes.resume(key.id, call.now)
        if call.body.get("name"):
            changes.edit(key.id, {"name": str(call.body["name"])}, call.now)
        return self._key(key, call.now)

    def _find(self, call: Call) -> Key:
        wanted = call.path_args["key"]
        key = self.estate.key(wanted)
        if key is None:
            raise Refused(NOT_FOUND, f"api key not found: {wanted}")
        return key

    def _status(self, key: Key, now: int) -> str:
        return "inactive" if self.world.changes.paused(key.id, now) else "active"

    def _key(self, key: Key, now: int) -> Json:
        account = key.owner == "service_account"
        principal = (
            {"type": "service_account_actor", "service_account_id": key.owner_id}
            if account
            else {"type": "user_actor", "user_id": key.owner_id}
        )
        return {
            "id": key.id,
            "type": "api_key",
            "name": key.name,
            "created_at": rfc3339(key.created_at),
            "created_by": {"type": key.owner, "id": key.owner_id},
            "expires_at": None,
            "partial_key_hint": key.hint,
            "principal": principal,
            "scope": {"type": "workspace", "workspace_id": key.place},
            "status": self._status(key, now),
            **self.world.changes.edits.get(key.id, {}),
        }


def _workspace(place: Place) -> Json:
    return {
        "id": place.id,
        "type": "workspace",
        "name": place.name,
        "display_color": "#6C5BB9",
        "created_at": rfc3339(place.created_at),
        "archived_at": maybe(place.archived_at),
        "compartment_id": f"cmp_{place.id[-8:]}",
        "data_residency": {
            "allowed_inference_geos": "unrestricted",
            "default_inference_geo": "global",
            "workspace_geo": "us",
        },
        "external_key_id": None,
        "tags": {},
        "user_profile_id": None,
    }
