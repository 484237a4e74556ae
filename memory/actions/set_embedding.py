"""Choose the model by which memories are found."""

from decimal import Decimal

from django.db import transaction

from accounts.fence import fenced
from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from armproject.lib.secret import Secret
from jobs.actions.enqueue import enqueue
from memory.embedding import LOCAL_DIMENSION, LOCAL_MODEL, Embedder, EmbeddingFailed
from memory.embedding.wire import MOST_DIMENSIONS
from memory.indexing import current_spaces
from memory.models import EmbeddingSetting, Provider, Space, SpaceState

REEMBED = "memory.reembed"
TRIAL = "How far is it from here to there?"
TOLD = ("provider", "base_url", "model", "wanted_dimension", "daily_tokens")
WHERE = ("provider", "base_url", "model", "wanted_dimension", "dimension", "key_sealed")


def set_embedding(
    *,
    app: str = "",
    provider: str = Provider.LOCAL,
    base_url: str = "",
    model: str = "",
    key: Secret | None = None,
    wanted_dimension: int | None = None,
    daily_tokens: int | None = None,
    price: Decimal | None = None,
) -> EmbeddingSetting:
    """Choose the model for all memories, or for those of one app, and embed them anew with it.

    A text is embedded on trial, which shows how many dimensions the model has. Memories are found
    by the former model until all are embedded anew. Without a `key` the former one stays. Raises
    EmbeddingFailed where the trial fails.
    """
    require("memories.manage")
    require_fresh()
    with fenced():
        former = EmbeddingSetting.objects.of_app(app).first()
    wanted = EmbeddingSetting(
        app=app.strip(),
        provider=provider,
        base_url=base_url.strip().rstrip("/"),
        model=model.strip(),
        wanted_dimension=wanted_dimension,
        daily_tokens=daily_tokens,
        price=price,
    )
    key = _same_row(wanted, former, key)
    _check(wanted, key)
    with fenced():
        wanted.hold_key(key)
        wanted.dimension = LOCAL_DIMENSION
        embedder = wanted.embedder()
    if wanted.provider == Provider.ENDPOINT:
        wanted.dimension = _tried(embedder)
    with fenced(), transaction.atomic():
        return _keep(wanted, former)


def _same_row(
    wanted: EmbeddingSetting, former: EmbeddingSetting | None, key: Secret | None
) -> Secret | None:
    """Let the wanted setting take the former one's place; return the key that counts."""
    if former is None:
        return key
    wanted.pk, wanted.created_at = former.pk, former.created_at
    wanted.day, wanted.tokens, wanted.calls = former.day, former.tokens, former.calls
    if key is None and former.base_url == wanted.base_url:
        with fenced():
            return former.key
    return key


def _check(wanted: EmbeddingSetting, key: Secret | None) -> None:
    if wanted.provider == Provider.LOCAL:
        wanted.base_url, wanted.model, wanted.wanted_dimension = "", LOCAL_MODEL, None
        return
    fields: dict[str, list[str]] = {}
    if not wanted.base_url:
        fields["base_url"] = ["Enter the endpoint's address, such as https://api.openai.com/v1."]
    if not wanted.model:
        fields["model"] = ["Enter the model's name as the endpoint knows it."]
    if wanted.wanted_dimension and wanted.wanted_dimension > MOST_DIMENSIONS:
        fields["wanted_dimension"] = [f"Ask for at most {MOST_DIMENSIONS:,} dimensions."]
    if fields:
        raise InvalidInput("The endpoint is not described yet.", fields=fields)


def _tried(embedder: Embedder) -> int:
    """Return how many dimensions the model has, by a text on trial."""
    found = embedder.embed([TRIAL])
    if not found.dimension:
        raise EmbeddingFailed("The endpoint answered without a vector.")
    return found.dimension


def _keep(wanted: EmbeddingSetting, former: EmbeddingSetting | None) -> EmbeddingSetting:
    before = {name: getattr(former, name) for name in TOLD} if former else {}
    wanted.save(force_insert=former is None, force_update=former is not None)
    record(
        "embedding.set",
        wanted,
        before=before,
        after={name: getattr(wanted, name) for name in TOLD},
        details={"dimension": wanted.dimension},
    )
    _move(wanted)
    return wanted


def _move(wanted: EmbeddingSetting) -> None:
    """Fill a space of the model that is wanted, where none serves."""
    serving = _serving(wanted.app)
    if serving is not None and _is_same(serving, wanted):
        serving.hold_key(wanted.key)
        serving.save(update_fields=["key_sealed"])
        return
    Space.objects.building().filter(app=wanted.app).update(state=SpaceState.RETIRED)
    space = Space(app=wanted.app, state=SpaceState.BUILDING)
    for name in ("provider", "base_url", "model", "wanted_dimension", "dimension"):
        setattr(space, name, getattr(wanted, name))
    space.hold_key(wanted.key)
    space.save(force_insert=True)
    enqueue(REEMBED, {"space": str(space.pk)}, dedupe_key=str(space.pk))


def _serving(app: str) -> Space | None:
    current_spaces()
    found: Space | None = Space.objects.serving().filter(app=app).first()
    return found


def _is_same(space: Space, wanted: EmbeddingSetting) -> bool:
    names = ("provider", "base_url", "model", "wanted_dimension", "dimension")
    return all(getattr(space, name) == getattr(wanted, name) for name in names)
