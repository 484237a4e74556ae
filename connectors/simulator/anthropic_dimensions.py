"""By what Anthropic's reports can be grouped and filtered."""

from collections.abc import Iterator

from connectors.simulator.activity import NOTHING
from connectors.simulator.calls import Call
from connectors.simulator.estate import ANTHROPIC
from connectors.simulator.ledger import Dimension, Share
from connectors.simulator.workers import Worker
from connectors.simulator.world import World

DIMENSIONS: dict[str, Dimension] = {
    "actor": lambda share: {"type": "api_actor", "api_key_id": share.worker.key},
    "actor_type": lambda _share: "api_actor",
    "agent_id": lambda share: share.worker.id if share.worker.agent else None,
    "api_key_id": lambda share: share.worker.key,
    "claude_tag_category": lambda _share: None,
    "claude_tag_user_id": lambda _share: None,
    "context_window": lambda _share: "0-200k",
    "deployment_id": lambda share: share.worker.schedule or None,
    "environment_id": lambda _share: None,
    "inference_geo": lambda _share: "global",
    "model": lambda share: share.model,
    "organization_id": lambda _share: None,
    "product": lambda _share: None,
    "rbac_group_id": lambda _share: None,
    "service_tier": lambda _share: "standard",
    "session_id": lambda share: share.session,
    "slack_channel_id": lambda _share: None,
    "speed": lambda _share: "standard",
    "user_profile_id": lambda _share: None,
    "workspace_id": lambda share: share.worker.place,
}
FILTERS = {
    "agent_ids": "agent_id",
    "api_key_ids": "api_key_id",
    "deployment_ids": "deployment_id",
    "models": "model",
    "service_tiers": "service_tier",
    "session_ids": "session_id",
    "speeds": "speed",
    "workspace_ids": "workspace_id",
}
_OF_WORKER = ("agent_ids", "api_key_ids", "deployment_ids", "workspace_ids")


def workers(world: World, call: Call) -> Iterator[Worker]:
    """Pick the workers that the call's filters leave, before anything is counted."""
    wanted = {name: call.many(name) for name in _OF_WORKER if call.many(name)}
    for worker in world.workers(ANTHROPIC):
        share = _probe(worker)
        if all(DIMENSIONS[FILTERS[name]](share) in values for name, values in wanted.items()):
            yield worker


def kept(share: Share, call: Call) -> bool:
    """Whether a share passes the filters that depend on more than its worker."""
    return all(
        DIMENSIONS[dimension](share) in call.many(name)
        for name, dimension in FILTERS.items()
        if name not in _OF_WORKER and call.many(name)
    )


def _probe(worker: Worker) -> Share:
    return Share(worker, "", NOTHING)
