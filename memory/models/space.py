"""Space: vectors of one model that can be compared, and EmbeddingSetting: which model is wanted."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, SealedField
from accounts.sealing import seal, unseal
from armproject.lib.http import Reach
from armproject.lib.secret import Secret
from memory.embedding import LOCAL_DIMENSION, LOCAL_MODEL, Embedder, LocalEmbedder, RemoteEmbedder

COLUMN = "key_sealed"


class Provider(models.TextChoices):
    """Where texts are turned into vectors."""

    LOCAL = "local", "On this machine"
    ENDPOINT = "endpoint", "An endpoint that speaks OpenAI's dialect"


class SpaceState(models.TextChoices):
    """Whether it answers: being filled, in use, or replaced by another."""

    BUILDING = "building", "Being filled"
    SERVING = "serving", "In use"
    RETIRED = "retired", "Replaced"


class Embedding(ScopedModel):
    """Where vectors come from: an endpoint with its key, or the model on this machine."""

    app = models.CharField(max_length=200, blank=True)
    provider = models.CharField(max_length=8, choices=Provider.choices, default=Provider.LOCAL)
    base_url = models.CharField(max_length=500, blank=True)
    model = models.CharField(max_length=200, default=LOCAL_MODEL)
    key_sealed: Any = SealedField(null=True)
    # Asked of models that can answer with shorter vectors.
    wanted_dimension = models.PositiveSmallIntegerField(null=True, blank=True)
    dimension = models.PositiveSmallIntegerField(default=LOCAL_DIMENSION)

    class Meta:
        abstract = True

    @property
    def key(self) -> Secret | None:
        """The endpoint's key, opened."""
        if self.key_sealed is None:
            return None
        table = self._meta.db_table
        return unseal(self.key_sealed, table=table, row_id=self.pk, column=COLUMN)

    def hold_key(self, key: Secret | None) -> None:
        """Keep the endpoint's key, sealed for this row."""
        told = key if key is not None and key.reveal() else None
        table = self._meta.db_table
        self.key_sealed = told and seal(told, table=table, row_id=self.pk, column=COLUMN)

    def embedder(self) -> Embedder:
        """Return what turns texts into vectors of this kind."""
        if self.provider == Provider.LOCAL:
            return LocalEmbedder()
        reach = Reach(frozenset(self.organization.allowed_hosts))
        return RemoteEmbedder(self.base_url, self.model, self.key, reach, self.wanted_dimension)


class EmbeddingSettingQuerySet(ScopedQuerySet["EmbeddingSetting"]):
    def of_app(self, app: str) -> "EmbeddingSettingQuerySet":
        return self.filter(app=app)


class EmbeddingSetting(Embedding):
    """Which model an organization wants, or one of its apps; "" is for all that have none.

    `daily_tokens` is how many tokens may be sent to the endpoint in a UTC day; `price` is what a
    million of them costs in US dollars. `day`, `tokens` and `calls` count the present day.
    """

    daily_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    price = models.DecimalField(max_digits=20, decimal_places=10, null=True, blank=True)
    day = models.DateField(null=True, editable=False)
    tokens = models.PositiveBigIntegerField(default=0, editable=False)
    calls = models.PositiveBigIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = ScopedManager.from_queryset(EmbeddingSettingQuerySet)()

    class Meta:
        verbose_name = "embedding setting"
        ordering = ["app"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "app"], name="one_embedding_setting_for_each_app"
            ),
            models.CheckConstraint(
                condition=Q(provider="local") | ~Q(base_url=""), name="endpoints_have_an_address"
            ),
        ]

    def __str__(self) -> str:
        return self.app or "All memories"


class SpaceQuerySet(ScopedQuerySet["Space"]):
    def serving(self) -> "SpaceQuerySet":
        """Return what answers now, the organization's own first."""
        return self.filter(state=SpaceState.SERVING).order_by("app")

    def building(self) -> "SpaceQuerySet":
        return self.filter(state=SpaceState.BUILDING)

    def current(self) -> "SpaceQuerySet":
        """Return those that new memories get a vector in."""
        return self.exclude(state=SpaceState.RETIRED).order_by("app", "created_at")


class Space(Embedding):
    """The vectors of one model of one endpoint, for one app or all: only these are compared.

    `shelves` are the partitions in which sealed vectors stand, each with an index of its own;
    what is newer stands in partition 0. `emptied` are those that wait
    to be dropped. While it is being filled, `done` of `total` memories are
    in it. `recall` is which part of the ten nearest the index found, measured against looking at
    all, over `sampled` questions.
    """

    state = models.CharField(
        max_length=8, choices=SpaceState.choices, default=SpaceState.SERVING, editable=False
    )
    shelves = ArrayField(models.IntegerField(), default=list, editable=False)
    emptied = ArrayField(models.IntegerField(), default=list, editable=False)
    sealed = models.PositiveIntegerField(default=0, editable=False)
    sealed_at = models.DateTimeField(null=True, editable=False)
    done = models.PositiveIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(default=0, editable=False)
    problem = models.CharField(max_length=300, blank=True, editable=False)
    recall = models.FloatField(null=True, editable=False)
    sampled = models.PositiveIntegerField(default=0, editable=False)
    measured_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(SpaceQuerySet)()

    class Meta:
        ordering = ["app", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "app", "state"],
                condition=~Q(state="retired"),
                name="one_space_of_each_state_for_each_app",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.dimension})"
