"""The product's site map, and one door through which a drill asks for work over HTTP."""

from typing import Any

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.scoping.authentication import ANY_MEMBER
from armproject.urls import handler400, handler403, handler404, handler500, urlpatterns
from jobs.actions.enqueue import enqueue
from tests.drills.kinds import NOTE

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


class Notes(APIView):
    """Asks for one piece of work, and answers with its id once it is stored."""

    permissions = {"post": ANY_MEMBER}

    def post(self, request: Request) -> Response:
        args: dict[str, Any] = dict(request.data)
        return Response({"id": str(enqueue(NOTE, args).pk)}, status=201)


urlpatterns = [path("api/v1/drills/notes", Notes.as_view()), *urlpatterns]
