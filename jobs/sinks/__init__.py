"""How news leaves the house, by kind of receiver; nothing here knows the database."""

from jobs.sinks.index import SINKS, add_sink
from jobs.sinks.sink import NotTaken, Parcel, Sink, Way

__all__ = ["SINKS", "NotTaken", "Parcel", "Sink", "Way", "add_sink"]
