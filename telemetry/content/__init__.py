"""What was said: cut to size, freed of what must not be kept, and put together again."""
