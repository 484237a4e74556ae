"""The memory tools at the API's door, and which agents may use them."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.scoping.api import ScopedRelatedField, ScopedViewSet
from agents.models import Agent
from armproject.lib.rest.strict import StrictFields
from memory.actions.offer_tools import offer_tools
from memory.actions.use_tool import use_tool
from memory.models import Offer
from memory.speaking import speaker_of
from memory.toolbox import PREFIX, TOOLS

LINE = 200


class OfferSerializer(StrictFields, serializers.ModelSerializer[Offer]):
    """The memory tools one agent may use."""

    agent = ScopedRelatedField(queryset=Agent.objects.all())
    tools = serializers.ListField(child=serializers.ChoiceField(choices=list(TOOLS)))

    class Meta:
        model = Offer
        fields: ClassVar = ["id", "agent", "tools", "created_at", "changed_at"]
        read_only_fields: ClassVar = ["id", "created_at", "changed_at"]
        validators: ClassVar[list[Any]] = []  # offering again changes the offer


class ToolSerializer(serializers.Serializer[Any]):
    """One tool, and the JSON Schema of what it takes."""

    name = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField(source="about")
    input_schema = serializers.JSONField(source="schema")


class UsingSerializer(StrictFields):
    """Who uses a tool, and with what.

    The program tells the agent by its id or name, and the run by its id, or by its trace (32 hex
    digits) while it has not arrived yet; then it tells the run's user, too. The arguments are what
    the model wants.
    """

    agent = serializers.CharField(max_length=LINE, default="", allow_blank=True)
    run = serializers.CharField(max_length=LINE, default="", allow_blank=True)
    user = serializers.CharField(max_length=LINE, default="", allow_blank=True)
    arguments = serializers.DictField(default=dict)


class OfferViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Which agents may use which memory tools; an agent without an offer may use none."""

    permissions: ClassVar = {
        "list": "memories.read",
        "retrieve": "memories.read",
        "create": "memories.manage",
        "destroy": "memories.manage",
    }
    queryset = Offer.objects.all()
    serializer_class = OfferSerializer
    filterset_fields: ClassVar = ["agent"]
    ordering: ClassVar = ["created_at"]

    @extend_schema(responses={201: OfferSerializer, 204: None})
    def create(self, request: Request) -> Response:
        """Let an agent use exactly these tools; none of them ends its offer."""
        incoming = self.get_serializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        offer = offer_tools(**incoming.validated_data)
        if offer is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.get_serializer(offer).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """End an offer: the agent may use no memory tool any more."""
        offer_tools(self.get_object().agent, [])
        return Response(status=status.HTTP_204_NO_CONTENT)


class ToolsView(APIView):
    permissions: ClassVar = {"get": "memories.use"}

    @extend_schema(
        parameters=[OpenApiParameter("agent", str), OpenApiParameter("run", str)],
        responses=ToolSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the memory tools; with an agent or a run, those that it may use."""
        told = {name: request.query_params.get(name, "") for name in ("agent", "run")}
        names = list(TOOLS)
        if any(told.values()):
            names = Offer.objects.tools_of(speaker_of(**told).agent)
        return Response(ToolSerializer([TOOLS[name] for name in names], many=True).data)


class ToolView(APIView):
    permissions: ClassVar = {"post": "memories.use"}

    @extend_schema(request=UsingSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, tool: str) -> Response:
        """Use a memory tool for an agent in its run; whose memories they are follows from it."""
        whole = tool if tool.startswith(PREFIX) else PREFIX + tool
        if whole not in TOOLS:
            raise NotFound(f"There is no such tool; there is {', '.join(TOOLS)}.")
        incoming = UsingSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        told = incoming.validated_data
        arguments = told.pop("arguments")
        return Response(use_tool(whole, arguments, speaker_of(**told)))
