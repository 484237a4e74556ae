"""Questions the Studio asks in a dialog before it acts; only the answer, a POST, changes anything.

A plain row action of the theme is a link, and a link must change nothing.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.dataclasses import ActionDialog
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from armproject.lib.errors import DomainError


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
        messages.error(request, "There is nothing here that you can see.")
        return back(request, otherwise)
    try:
        with transaction.atomic():
            act(row)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return back(request, otherwise)


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Lead back to the page the dialog was opened on, if that is one of ours."""
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    ours = {request.get_host()}
    if not url_has_allowed_host_and_scheme(came_from, ours, require_https=request.is_secure()):
        came_from = otherwise
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": came_from})
    return HttpResponseRedirect(came_from)
