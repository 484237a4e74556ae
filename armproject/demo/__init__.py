"""The demo: a company of nobody's, made by the same actions that people call."""
