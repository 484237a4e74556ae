"""AgentWord: a word that an agent is found by, kept by the database."""

from django.db import models

from accounts.models import ScopedModel
from agents.models.agent import Agent


class AgentWord(ScopedModel):
    """One word of an agent's name, or its whole id at the vendor, in lower case.

    A trigger on the agents keeps the words. They are ordinary rows, because an index over text
    search may not be used ahead of row-level security: its operators could leak what they compare.
    """

    created_at = None  # type: ignore[assignment]
    agent = models.ForeignKey(Agent, models.DO_NOTHING, db_constraint=False, related_name="+")
    word = models.CharField(max_length=200, db_collation="C")

    class Meta:
        ordering = ["word"]
        indexes = [
            models.Index(fields=["organization", "word", "-agent"], name="agents_by_word"),
        ]

    def __str__(self) -> str:
        return self.word
