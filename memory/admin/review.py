"""Deciding about withheld memories, on the pages of memories."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from accounts.permissions import has_permission
from accounts.scoping.dialogs import dialog
from memory.actions.review_memories import review_memories
from memory.models import Memory, MemoryState

NOTHING = "None of these waits for a review."


class ReviewsMemories:
    """Lets admins approve and discard what was withheld, one memory or many at once."""

    _done: Any  # the page's own way to act on a row and go back to it

    def has_review_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("memories.review")

    def has_review_row_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        waiting = Memory.objects.filter(pk=object_id, state=MemoryState.WITHHELD)
        return has_permission("memories.review") and waiting.exists()

    @action(description="Approve what was withheld", permissions=["review"])
    def approve_chosen(self, request: HttpRequest, queryset: Any) -> None:
        done = review_memories(list(queryset[:1_000]), approve=True)
        _tell(request, len(done), "Approved, and found from now on")

    @action(description="Discard what was withheld", permissions=["review"])
    def discard_chosen(self, request: HttpRequest, queryset: Any) -> None:
        done = review_memories(list(queryset[:1_000]), approve=False)
        _tell(request, len(done), "Discarded; each can be restored for 30 days")

    @action(
        description="Approve",
        icon="check",
        permissions=["review_row"],
        dialog=dialog(
            "Approve this memory?",
            "It is found from now on, and agents read it: you vouch for what it says.",
            "Approve",
        ),
    )
    def approve_one(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._done(request, object_id, _approve, "Approved. It is found from now on.")

    @action(
        description="Discard",
        icon="block",
        permissions=["review_row"],
        dialog=dialog(
            "Discard this memory?",
            "Nothing ever finds it. It can be restored for 30 days, then it is erased.",
            "Discard",
        ),
    )
    def discard_one(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._done(request, object_id, _discard, "Discarded.")


def _approve(row: Memory) -> None:
    review_memories([row], approve=True)


def _discard(row: Memory) -> None:
    review_memories([row], approve=False)


def _tell(request: HttpRequest, number: int, done: str) -> None:
    if number:
        messages.success(request, f"{done}: {number}.")
    else:
        messages.info(request, NOTHING)
