"""News sent from here."""

from django.dispatch import Signal

# A connection stopped working and a person has to act: sent once, with `connection`, `fault` and
# `message`, in the transaction that noted it.
connection_troubled = Signal()
