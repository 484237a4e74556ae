"""What the pages at the gate have in common: a form whose last step is an action."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from armproject.lib.errors import DomainError


@method_decorator([never_cache, csrf_protect, sensitive_post_parameters()], name="dispatch")
class GatePage(View):
    """A page with one form; what the action refuses stands above it or beside the field."""

    own_transactions = True
    form_class: ClassVar[type[forms.Form]] = forms.Form
    template = "account/gate.html"
    title = ""
    text = ""
    button = "Go on"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, self.form_class())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.show(request, form)
        try:
            return self.act(request, form.cleaned_data)
        except DomainError as error:
            explain(form, error)
            return self.show(request, form, status=429 if error.status == 429 else 200)  # noqa: PLR2004

    def act(self, request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
        raise NotImplementedError

    def show(self, request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
        shown = {
            **site.each_context(request),
            "form": form,
            "title": self.title,
            "text": self.text,
            "button": self.button,
            "next": next_of(request),
            "token": request.GET.get("token", request.POST.get("token", "")),
            **self.more(request),
        }
        return TemplateResponse(request, self.template, shown, status=status).render()

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Return what else the page shows."""
        return {}


def explain(form: forms.Form, error: DomainError) -> None:
    """Put what was refused beside the field it is about, or above the form."""
    fields = error.details.get("fields")
    if not isinstance(fields, Mapping):
        form.add_error(None, error.message)
        return
    for name, problems in fields.items():
        form.add_error(name if name in form.fields else None, problems)


def next_of(request: HttpRequest) -> str:
    """Return where the person wanted to go, if that is ours."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if ours else reverse("admin:index")


def go_on(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(next_of(request))
