"""What can happen to memories."""
