"""Jobs at the API's door: how work fares, and another chance for what was given up."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedViewSet
from jobs.actions.replay_job import replay_job
from jobs.api.serializers import JobSerializer
from jobs.models import Job
from jobs.subjects import tell_subjects


class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Work that must happen, newest first: what waits, runs, is done or was given up."""

    permissions: ClassVar = {
        "list": "jobs.read",
        "retrieve": "jobs.read",
        "replay": "jobs.replay",
    }
    queryset = Job.objects.all()
    serializer_class = JobSerializer
    filterset_fields: ClassVar = ["state", "kind", "lane"]
    search_finds = (
        "Beginnings of the words of a kind, such as deliver, or a whole lane of recent jobs."
    )

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        tell_subjects(rows or ())
        return rows

    def get_object(self) -> Job:
        job: Job = super().get_object()
        tell_subjects([job])
        return job

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        job = replay_job(self.get_object())
        tell_subjects([job])
        return Response(self.get_serializer(job).data)
