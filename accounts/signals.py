"""News sent from here."""

from django.dispatch import Signal

# A data key got a successor: sent with `key`, the new version, in the transaction that made it.
key_replaced = Signal()

# A data key sealed so much that it should get a successor: sent with `key`.
key_worn = Signal()

# Something is to be told by mail: `kind` of the work and `args`, the row it is about.
letter_written = Signal()
