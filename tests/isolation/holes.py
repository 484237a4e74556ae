"""Holes, made on purpose: if the matrix did not find them, finding nothing would mean nothing."""

from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet
from unfold.sites import UnfoldAdminSite

import armproject.urls as product
from accounts.scoping.admin import StudioAdmin
from accounts.scoping.authentication import ANY_MEMBER
from connectors.models import Connection, SyncRun


class Everything(dict[str, str]):
    """Declares any member for whatever is asked."""

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> str:
        return ANY_MEMBER


class ConnectionSerializer(serializers.ModelSerializer[Connection]):
    class Meta:
        model = Connection
        fields = ["id", "name"]


class Leaky(GenericViewSet[Any]):
    """Reads past the first wall."""

    permissions = Everything()
    serializer_class = ConnectionSerializer
    queryset = Connection._base_manager.order_by("id")


class ListsAll(mixins.ListModelMixin, Leaky):
    pass


class ShowsAny(mixins.RetrieveModelMixin, Leaky):
    pass


class ChangesAny(Leaky):
    def partial_update(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        row.status_reason = "changed"
        row.save()
        return Response({})


class DeletesAny(Leaky):
    def destroy(self, request: Request, pk: str) -> Response:
        SyncRun._base_manager.filter(connection_id=self.get_object().pk).delete()
        return Response({})


class ActsOnAny(Leaky):
    @action(detail=True, methods=["post"])
    def poke(self, request: Request, pk: str) -> Response:
        return Response({"poked": self.get_object().name})


class TellsThatItExists(Leaky):
    def retrieve(self, request: Request, pk: str) -> Response:
        if not Connection.objects.filter(pk=self.get_object().pk).exists():
            raise PermissionDenied
        return Response({})


class AcceptsAny(Leaky):
    """Takes a link to any row in its body."""

    class Body(serializers.Serializer[Any]):
        connection = serializers.PrimaryKeyRelatedField(queryset=Connection._base_manager.all())

    serializer_class = Body

    def create(self, request: Request) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response({"accepted": True})


class CountsAll(Leaky):
    def list(self, request: Request) -> Response:
        return Response({"connections": Connection._base_manager.count()})


class KeepsForAll(Leaky):
    """Keeps the first caller's answer for everybody."""

    def list(self, request: Request) -> Response:
        names = cache.get_or_set(
            "hole", lambda: list(Connection.objects.values_list("name", flat=True))
        )
        return Response({"names": names})


class AsksRaw(Leaky):
    def list(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM connectors_connection")
            return Response({"names": [row[0] for row in cursor.fetchall()]})


class SearchesAll(Leaky):
    def list(self, request: Request) -> Response:
        term = request.query_params.get("search") or "nothing"
        found = Connection._base_manager.filter(name__contains=term)
        return Response({"found": [row.name for row in found]})


class NestedInAny(Leaky):
    def retrieve(self, request: Request, pk: str) -> Response:
        runs = SyncRun._base_manager.filter(connection_id=pk)
        return Response({"runs": [str(run.error) for run in runs]})


class LeakyPage(StudioAdmin):
    """A page of the Studio over every tenant's rows, with an action that acts on any."""

    permissions = {"view": "connections.read", "change": "connections.write"}
    list_display = ["name"]
    search_fields = ["name"]
    actions = ["mark"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        return Connection._base_manager.all()

    def mark(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        queryset.update(status_reason="marked")


HOLES = {
    "lists-all": ListsAll,
    "shows-any": ShowsAny,
    "changes-any": ChangesAny,
    "acts-on-any": ActsOnAny,
    "tells-that-it-exists": TellsThatItExists,
    "accepts-any": AcceptsAny,
    "counts-all": CountsAll,
    "keeps-for-all": KeepsForAll,
    "asks-raw": AsksRaw,
    "searches-all": SearchesAll,
    "nested-in-any": NestedInAny,
    "deletes-any": DeletesAny,
}
router = SimpleRouter(trailing_slash=False)
for name, viewset in HOLES.items():
    router.register(name, viewset, basename=name)

site = UnfoldAdminSite(name="hole")
site.has_permission = lambda request: request.user.is_authenticated  # type: ignore[method-assign]
site.register(Connection, LeakyPage)

urlpatterns = [
    path("api/hole/", include(router.urls)),
    path("studio/hole/", site.urls),
    *product.urlpatterns,
]
PAGES = {
    "a page of all rows": "studio/hole/connectors/connection/",
    "a page of any row": "studio/hole/connectors/connection/<path:object_id>/change/",
}
