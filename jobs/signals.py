"""News sent from here."""

from django.dispatch import Signal

# A job was given up: sent with `job`, in the transaction that gave it up.
job_died = Signal()

# A subscription was paused: sent with `subscription` and `why`, in the transaction of that.
subscription_paused = Signal()
# A subscription was switched on again: sent with `subscription`.
subscription_resumed = Signal()
