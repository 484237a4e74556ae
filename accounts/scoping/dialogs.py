"""Questions the Studio asks in a dialog before it acts; only the answer, a POST, changes anything.

A plain row action of the theme is a link, and a link must change nothing.
"""

from collections.abc import Callable
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.dataclasses import ActionDialog
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.signin.errors import StepUpNeeded
from armproject.lib.errors import DomainError

GONE = "There is nothing here that you can see."


class Trial(Protocol):
    """How a trial fared, in a sentence."""

    @property
    def ok(self) -> bool: ...

    @property
    def message(self) -> str: ...


class AskForm(BaseDialogForm):  # type: ignore[misc]
    """A dialog with nothing to fill in but yes."""


class NoteForm(BaseDialogForm):  # type: ignore[misc]
    """A dialog that asks for a few words, which go into the history."""

    note = forms.CharField(
        max_length=500,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Optional. Shown in the history.",
    )


def dialog(
    title: str, description: str, button: str, form: type[BaseDialogForm] = AskForm
) -> ActionDialog:
    """Return a dialog for `unfold.decorators.action(dialog=…)`."""
    return ActionDialog(
        title=title, description=description, form_class=form, form_submit_text=button
    )


def answer(
    request: HttpRequest, row: Any, act: Callable[[Any], Any], done: str, *, otherwise: str
) -> HttpResponse:
    """Run the action on the row, say what became of it, and return to where the dialog opened."""
    if row is None:
        messages.error(request, GONE)
        return back(request, otherwise)
    try:
        with transaction.atomic():
            act(row)
    except StepUpNeeded:
        raise  # the Studio leads to the confirmation and back
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return back(request, otherwise)


def show_trial(
    request: HttpRequest, row: Any, attempt: Callable[[Any], Trial], *, otherwise: str
) -> HttpResponse:
    """Try something outside on the row, say how it fared, and return to where the dialog opened.

    The view that calls this has its `own_transactions`: nobody outside is waited for in one.
    """
    if row is None:
        messages.error(request, GONE)
    else:
        trial = attempt(row)
        (messages.success if trial.ok else messages.error)(request, trial.message)
    return back(request, otherwise)


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Lead back to the page the dialog was opened on, if that is one of ours."""
    return lead(request, came_from(request, otherwise))


def came_from(request: HttpRequest, otherwise: str) -> str:
    """Return the page the person was on, if that is one of ours."""
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    ours = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(page, ours, require_https=request.is_secure())
    return page if is_ours else otherwise


def lead(request: HttpRequest, page: str) -> HttpResponse:
    """Lead to a page of ours, out of a dialog too."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": page})
    return HttpResponseRedirect(page)
