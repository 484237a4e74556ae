"""The names of the drills' own kinds of work."""

from datetime import timedelta

NOTE = "drills.note"
POISON = "drills.poison"
TURN = "drills.turn"
LEASE = timedelta(seconds=4)
ATTEMPTS = {NOTE: 20, POISON: 2}
