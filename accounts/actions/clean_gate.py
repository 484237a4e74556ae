"""Clear away what signing in leaves behind."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import Letter, RefreshToken, SignInCounter

KEPT = timedelta(days=1)


def clean_gate() -> int:
    """Delete letters, counters, tokens and sessions whose time is over; return how many rows."""
    now = timezone.now()
    over = [
        Letter.objects.filter(expires_at__lt=now - KEPT),
        SignInCounter.objects.filter(resets_at__lt=now),
        RefreshToken.objects.filter(expires_at__lt=now - KEPT),
        Session.objects.filter(expire_date__lt=now),
    ]
    return sum(rows.delete()[0] for rows in over)
