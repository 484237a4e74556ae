"""Where the API begins: a pointer to its description, for whoever looks at its address first."""

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

KEY = "Authorization: Bearer arm_sk_live_…, with a key made in the Studio under API keys"


class WelcomeView(APIView):
    """Say where the API is described and how to sign in; it tells nothing of anybody's data."""

    authentication_classes = []
    permission_classes = []
    own_transactions = True
    public = True

    @extend_schema(
        operation_id="welcome",
        responses=inline_serializer(
            "Welcome",
            {
                "docs": serializers.URLField(),
                "schema": serializers.URLField(),
                "health": serializers.URLField(),
                "sign_in": serializers.CharField(),
            },
        ),
    )
    def get(self, request: Request) -> Response:
        places = {name: reverse(name, request=request) for name in ("docs", "schema", "health")}
        return Response({**places, "sign_in": KEY})
