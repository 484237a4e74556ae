"""Whether sums of runs are right, at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from armproject.lib.rest.query import ReportQuery
from armproject.lib.rest.strict import StrictFields
from telemetry.actions.check_sums import check_sums
from telemetry.actions.request_repair import request_repair


class DaysQuery(ReportQuery):
    """Which UTC days, both included, up to 28 days back; by default the last seven."""

    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)


class DaysSerializer(StrictFields):
    """The UTC days whose sums are to be mended, as they are asked for."""

    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)


class WrongSumSerializer(serializers.Serializer[Any]):
    """The sum of one hour that is not what its runs add up to: of all, of a source, of an app."""

    of = serializers.CharField()
    key = serializers.CharField()
    at = serializers.DateTimeField()


class WrongSumsSerializer(serializers.Serializer[Any]):
    """The first thousand of them, and how many there are."""

    number = serializers.IntegerField()
    sums = WrongSumSerializer(many=True)


class QueuedRepairSerializer(serializers.Serializer[Any]):
    """The job that mends them; its `progress` tells how many were wrong."""

    job_id = serializers.UUIDField(source="pk")
    state = serializers.CharField()


class SumsView(APIView):
    permissions: ClassVar = {"get": "runs.repair", "post": "runs.repair"}

    @extend_schema(parameters=[DaysQuery], responses=WrongSumsSerializer)
    def get(self, request: Request) -> Response:
        """Tell which sums of runs are not what the runs add up to."""
        return Response(WrongSumsSerializer(check_sums(**DaysQuery.read(request))).data)

    @extend_schema(request=DaysSerializer, responses={202: QueuedRepairSerializer})
    def post(self, request: Request) -> Response:
        """Queue the repair of the sums of these days; runs go on meanwhile."""
        incoming = DaysSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        job = request_repair(**incoming.validated_data)
        return Response(QueuedRepairSerializer(job).data, status=status.HTTP_202_ACCEPTED)
