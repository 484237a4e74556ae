"""The fence at each door."""
