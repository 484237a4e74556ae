"""User: a person who can sign in."""

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now

from armproject.lib.errors import InvalidInput
from armproject.lib.ids import uuid7


def canonical_email(email: str) -> str:
    """Return the one spelling under which an address is kept and compared."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=canonical_email(username or ""))

    def known(self, email: str) -> "User":
        """Return the person with this address; there must be one."""
        user = self.filter(email=canonical_email(email), is_active=True).first()
        if user is None:
            raise InvalidInput(
                "Nobody has an account with this address yet.",
                fields={"email": ["Nobody has an account with this address yet."]},
            )
        return user

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person; without a password they cannot sign in with one."""
        user = self.model(email=canonical_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in by e-mail; what they may do follows from their memberships.

    `is_operator` marks those who run this installation: they may edit schedules. It opens no
    tenant's data.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_superuser = False

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        """Anyone active may enter the Studio; what they see there follows from their role."""
        return self.is_active

    def has_perm(self, permission: str, row: object | None = None) -> bool:
        """Answer Django's question with ours: rights live in the role matrix, not in rows."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active
