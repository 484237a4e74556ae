"""Work that must happen: the row is the truth, a message only a hint that it is there."""
