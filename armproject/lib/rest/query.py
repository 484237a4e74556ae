"""What a report is asked in its address."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from armproject.lib.errors import InvalidInput


class ReportQuery(serializers.Serializer[Any]):
    """The parameters of a report; whoever asks for others is told which there are."""

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """Return what was asked; unknown parameters are refused."""
        known = cls().fields
        for name in request.query_params:
            if name not in known:
                message = f"This report does not know the parameter; it knows {', '.join(known)}."
                raise InvalidInput(message, fields={name[:100]: [message]})
        query = cls(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)
