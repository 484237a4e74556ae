"""What stands behind bin/up: brings everything up, shows how, and keeps it running."""
