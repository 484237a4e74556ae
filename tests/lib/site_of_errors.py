"""A site with one view that breaks, and the product's pages for errors."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from armproject.lib import error_pages


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def fine(request: HttpRequest, name: str = "") -> HttpResponse:
    return HttpResponse(request.get_host())


urlpatterns = [
    path("api/v1/broken", broken),
    path("api/v1/things", fine),
    path("api/v1/things/<str:name>", fine),
]
handler400 = error_pages.bad_request
handler403 = error_pages.permission_denied
handler404 = error_pages.page_not_found
handler500 = error_pages.server_error
