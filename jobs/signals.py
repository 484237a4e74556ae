"""News sent from here."""

from django.dispatch import Signal

# A job was given up: sent with `job`, in the transaction that gave it up.
job_died = Signal()
