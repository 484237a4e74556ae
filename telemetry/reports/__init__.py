"""Questions about what agents did."""
