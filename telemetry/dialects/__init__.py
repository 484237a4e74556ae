"""What agents' libraries call things: one table of names, one file a dialect."""
