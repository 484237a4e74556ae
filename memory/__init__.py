"""What agents know: kept, found again, moved, and forgotten."""
