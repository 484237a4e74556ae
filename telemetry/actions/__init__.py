"""What can happen with telemetry; one verb a file."""
