"""What every request is held to before anything is done for it."""

import re
from collections.abc import Callable
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from armproject.lib.errors import InvalidInput
from armproject.lib.rest.errors import failure_response

WHOLE_KEY = re.compile(r"arm_sk_live_[0-9a-f]{12}_[\w-]{20}")


class NoKeysInAddresses:
    """Refuse calls with an API key in their address, where logs and histories would keep it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = f"{request.path_info}?{request.META.get('QUERY_STRING', '')}"
        if not WHOLE_KEY.search(unquote(address)):
            return self.get_response(request)
        message = (
            "An API key stood in the address, where logs keep it. Revoke that key, and send keys"
            " as 'Authorization: Bearer …'."
        )
        if request.path_info.startswith("/api/"):
            return failure_response(InvalidInput(message))
        raise BadRequest(message)
