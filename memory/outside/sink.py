"""The kind of receiver that keeps memories: news carries ids, the rows are read when it is sent."""

from uuid import UUID

from accounts.fence import fenced
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from armproject.lib.http import Destination, RequestFailed
from jobs.sinks import NotTaken, Parcel, Way
from memory.models import ExternalStore
from memory.outside.service import Service
from memory.outside.writing import write

KIND = "memory_service"
PREFIX = "memory."
NOT_HERE = "A memory service is added under Memory, where its key is entered, too."


class MemorySink:
    """Writes memories through to a service, as they read at the moment they are sent."""

    label = "Memory service"

    def refuse_bad(self, way: Way) -> None:
        refuse_bad_address(way)
        if not ExternalStore.objects.filter(subscription=way.subscription_id).exists():
            raise InvalidInput(NOT_HERE, fields={"kind": [NOT_HERE]})

    def send(self, parcel: Parcel, way: Way) -> int:
        """Tell the service of the memories that the parcel names; without any, only ask it."""
        with fenced():
            store = ExternalStore.objects.filter(subscription=way.subscription_id).first()
        if store is None:
            raise NotTaken(NOT_HERE)
        ids = [
            UUID(event["subject_id"]) for event in parcel.events if event["type"].startswith(PREFIX)
        ]
        with Service(way) as service:
            if not ids:
                next(service.pages())
            number = write(store, service, ids)
        if number:
            with fenced():
                record("memories.write_through", store, details={"count": number})
        return 200


def refuse_bad_address(way: Way) -> None:
    """Raise InvalidInput for an address that ARM would not call, or a missing key."""
    try:
        Destination.parse(way.address.reveal(), way.reach)
    except RequestFailed as refused:
        raise InvalidInput(refused.message, fields={"address": [refused.message]}) from None
    if not way.secrets[0].reveal():
        problem = "Enter the key with which ARM calls the service."
        raise InvalidInput(problem, fields={"key": [problem]})
