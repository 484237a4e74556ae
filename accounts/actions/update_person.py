"""Change what is told of oneself."""

from django.db import transaction

from accounts.models import User
from accounts.signin.places import in_each
from armproject.lib.audit import record


@transaction.atomic
def update_person(user: User, *, name: str) -> User:
    """Change the person's own name."""
    before, user.name = user.name, name
    user.save(update_fields=["name"])
    in_each(
        user, lambda: record("people.update", user, before={"name": before}, after={"name": name})
    )
    return user
