"""The product's settings, with one vendor more, of the kind that takes calls and never answers."""

from armproject import settings as product
from connectors.registry import KINDS

vars().update({name: getattr(product, name) for name in dir(product) if name.isupper()})

VENDOR = "google"
KINDS[VENDOR] = "bench.silence.SilentConnector"
