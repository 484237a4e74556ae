"""Drop a setting of learning."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from memory.models import LearningDay, LearningSetting


@transaction.atomic
def drop_learning(setting: LearningSetting) -> None:
    """Drop a setting with its key: an agent then learns as the organization does."""
    require("memories.manage")
    record("learning.drop", setting)
    LearningDay.objects.filter(setting=setting).delete()
    setting.delete()
