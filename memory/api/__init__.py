"""Memory at the API's door."""
