"""How a letter leaves the house, by kind of channel; nothing here knows the database."""

from governance.sending.letter import Address, ChannelKind, Letter, NotDelivered
from governance.sending.ways import deliver, refuse_bad_address

__all__ = ["Address", "ChannelKind", "Letter", "NotDelivered", "deliver", "refuse_bad_address"]
