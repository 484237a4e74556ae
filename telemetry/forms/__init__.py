"""The Studio's forms, by what they ask about."""
