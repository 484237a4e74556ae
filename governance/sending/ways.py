"""Which way each kind of channel takes."""

from governance.sending import mail, messengers, webhook
from governance.sending.letter import Address, ChannelKind, Letter


def deliver(letter: Letter, address: Address) -> None:
    """Send the letter now, or raise NotDelivered saying why it did not arrive."""
    refuse_bad_address(address)
    match address.kind:
        case ChannelKind.EMAIL:
            mail.send(letter, address)
        case ChannelKind.WEBHOOK:
            webhook.send(letter, address)
        case _:
            messengers.send(letter, address)


def refuse_bad_address(address: Address) -> None:
    """Refuse an address that ARM would not send to: the same check on saving, testing, sending."""
    match address.kind:
        case ChannelKind.EMAIL:
            mail.refuse_bad(address)
        case ChannelKind.WEBHOOK:
            webhook.refuse_bad(address)
        case _:
            messengers.refuse_bad(address)
