"""Where agents live, by the names people know."""

VENDORS = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "google": "Google",
    "azure": "Microsoft Azure",
    "aws": "AWS",
    "langsmith": "LangSmith",
    "custom": "Custom",
}


def label_of(vendor: str) -> str:
    """Return the vendor's name for people."""
    return VENDORS.get(vendor, vendor)
