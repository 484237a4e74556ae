"""What can happen here, one verb a file."""
