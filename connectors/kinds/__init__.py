"""One vendor a file; files that start with an underscore belong to the one they name."""
