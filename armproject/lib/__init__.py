"""Code that knows no app and could live in any project."""
