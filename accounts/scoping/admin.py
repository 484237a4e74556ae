"""The fence at the Studio's door, and the habits every page of it shares."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import flatten_fieldsets
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst
from unfold.admin import ModelAdmin

from accounts.permissions import has_permission, reach
from accounts.signin.errors import StepUpNeeded
from armproject.lib.errors import DomainError
from armproject.lib.secret import Secret

COUNT_LIMIT = 10_000
SECRET_COLUMNS = ("_sealed", "digest", "password", "wrapped", "mac")


class CappedPaginator(Paginator[Any]):
    """Counts no further than people read: a big list costs what a small one costs.

    `is_capped` tells that there are more rows than `count` says.
    """

    is_capped = False

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not isinstance(rows, models.QuerySet):
            return len(rows)
        capped = rows.order_by().values("pk")[: COUNT_LIMIT + 1]
        seen = capped.count()
        self.is_capped = seen > COUNT_LIMIT
        return min(seen, COUNT_LIMIT)


class ActionForm(forms.ModelForm[Any]):
    """A form whose last step of validation is the action itself.

    What the action refuses therefore stands beside the field it is about, and the person keeps
    what they typed. Subclasses implement `act` and return the row.
    """

    def act(self) -> models.Model:
        raise NotImplementedError

    def _post_clean(self) -> None:
        if self.errors:
            return
        try:
            with transaction.atomic():
                self.instance = self.act()
        except StepUpNeeded:
            raise  # the Studio leads to the confirmation and back
        except DomainError as error:
            self._explain(error)

    def _explain(self, error: DomainError) -> None:
        fields = error.details.get("fields")
        if not isinstance(fields, Mapping):
            self.add_error(None, error.message)
            return
        for name, problems in fields.items():
            self.add_error(name if name in self.fields else None, problems)


class StudioAdmin(ModelAdmin):  # type: ignore[misc]
    """A page of the Studio over tenant rows.

    `permissions` maps view, add, change and delete to the matrix; what is not in it nobody may do.
    Rows come from `objects`, so the fence holds for lists, links, autocompletes and histories.
    A page that lists only what is within reach says so by `lists_reach`; whoever was granted a
    single row may then open it.
    """

    lists_reach = False

    permissions: ClassVar[Mapping[str, str]] = {}
    list_title = ""  # else the plural of the rows' name
    add_words = ""  # what the button says that leads to a new row; else "Add" and the row's name
    save_words = "Save"  # what the button says that makes it
    delete_words = ""  # what the button says that leads to its end; else "Delete" and the name
    empty_title = "Nothing here yet"
    empty_text = ""  # what an empty list is for, and what to do next
    empty_value_display = format_html('<span class="arm-none">{}</span>', "-")
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # each facet would count the whole list
    list_per_page = 25
    paginator = CappedPaginator
    ordering: Sequence[str] = ("-id",)
    list_filter_sheet = False
    compressed_fields = True
    warn_unsaved_form = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = self.list_title or capfirst(str(self.model._meta.verbose_name_plural))
        # Only some pages ask, when they would rather say what to do than show an empty list.
        is_empty = SimpleLazyObject(lambda: not self.model._default_manager.exists())
        extra = {"title": title, "is_empty": is_empty, **(extra_context or {})}
        shown: HttpResponse = super().changelist_view(request, extra)
        return shown

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Lead to the audit log, which tells of the row; Django keeps no log of its own here."""
        log = reverse("admin:governance_auditevent_changelist")
        return HttpResponseRedirect(f"{log}?{urlencode({'q': object_id})}")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse filters over columns that hold secrets or what is derived from them."""
        if any(part.endswith(SECRET_COLUMNS) for part in lookup.split("__")):
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None and self.lists_reach:
            return reach(self.permissions["view"]) != frozenset()
        return self._may("view", obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may("add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may("change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may("delete", obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def _may(self, verb: str, row: Any = None) -> bool:
        permission = self.permissions.get(verb)
        return permission is not None and has_permission(permission, row)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Leave out what the page does not show, also what the form declares itself."""
        form = super().get_form(request, obj, change, **kwargs)
        if "fields" not in kwargs:  # else Django is still asking which fields there are
            shown = flatten_fieldsets(self.get_fieldsets(request, obj))
            for name in form.base_fields.keys() - set(shown):
                del form.base_fields[name]
        return form

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Do nothing: the form's action has changed what there was to change."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Do nothing, for the same reason."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Leave the record to the audit log, which the action has written."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Leave the record to the audit log, which the action has written."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """Leave the record to the audit log, which the action has written."""

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Say why where the action refuses, and go back to the row."""
        try:
            shown: HttpResponse = super().delete_view(request, object_id, extra_context)
        except StepUpNeeded:
            raise
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect("../change/")
        return shown

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        raise NotImplementedError(f"{type(self).__name__} names no action that deletes")

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class ReadOnlyAdmin(StudioAdmin):
    """A page over facts: they are appended elsewhere and never edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def run_on_each(
    request: HttpRequest, rows: Iterable[Any], action: Callable[[Any], Any], done: str
) -> None:
    """Run an action on each row and say what became of it; one refusal does not stop the rest."""
    count = 0
    for row in rows:
        try:
            with transaction.atomic():
                action(row)
            count += 1
        except StepUpNeeded:
            raise
        except DomainError as error:
            messages.error(request, f"{row}: {error.message}")
    if count:
        messages.success(request, f"{done}: {count}.")


def show_once(request: HttpRequest, what: str, secret: Secret) -> None:
    """Show a secret that was made, on the next page and never again."""
    said = "Copy the {} now; it is not shown again: <code>{}</code>"
    messages.warning(request, format_html(said, what, secret.reveal()))
