"""Who runs a model: what agents call a vendor, and what ARM calls it."""

from typing import NamedTuple


class Provider(NamedTuple):
    """OpenTelemetry's spelling of a provider, and ARM's word for the vendor."""

    name: str
    vendor: str


# ARM's word, OpenTelemetry's spelling, and what else it is called (compared in lower case).
_CALLED = (
    ("openai", "openai", "open_ai"),
    ("anthropic", "anthropic", "claude"),
    ("azure", "azure.ai.openai", "az.ai.openai", "azure", "azure_openai", "azure-openai"),
    ("azure", "azure.ai.inference", "az.ai.inference", "azure_ai", "azure_ai_foundry"),
    (
        "aws",
        "aws.bedrock",
        "bedrock",
        "aws",
        "aws_bedrock",
        "amazon_bedrock",
        "bedrock_converse",
    ),
    ("google", "gcp.gemini", "gemini", "google", "google_generative_ai", "google-gla"),
    ("google", "gcp.gen_ai", "google_genai", "google.generative-ai"),
    (
        "google",
        "gcp.vertex_ai",
        "gcp.vertex.agent",
        "vertex_ai",
        "vertexai",
        "vertex",
        "google-vertex",
    ),
    ("mistral", "mistral_ai", "mistral", "mistralai"),
    ("cohere", "cohere"),
    ("deepseek", "deepseek"),
    ("groq", "groq"),
    ("ibm", "ibm.watsonx.ai", "watsonx", "ibm_watsonx"),
    ("perplexity", "perplexity"),
    ("xai", "x_ai", "xai"),
    ("ollama", "ollama"),
    ("openrouter", "openrouter"),
    ("huggingface", "hugging_face", "huggingface"),
    ("together", "together_ai", "together", "togetherai"),
)
_PROVIDERS = {
    name: Provider(spelling, vendor)
    for vendor, spelling, *others in _CALLED
    for name in (spelling, *others)
}
_HOSTS = {
    "api.openai.com": _PROVIDERS["openai"],
    "api.anthropic.com": _PROVIDERS["anthropic"],
    "generativelanguage.googleapis.com": _PROVIDERS["gemini"],
    "api.mistral.ai": _PROVIDERS["mistral"],
}
_DOMAINS = {
    ".openai.azure.com": _PROVIDERS["azure"],
    ".services.ai.azure.com": _PROVIDERS["azure_ai"],
    "aiplatform.googleapis.com": _PROVIDERS["vertex_ai"],
    ".amazonaws.com": _PROVIDERS["bedrock"],
}
# What names itself where the provider is asked for, and runs no model.
FRAMEWORKS = frozenset({"strands-agents", "langchain", "llama_index", "crewai", "autogen"})
# How the names of models begin whose maker also runs them.
_MODELS = {
    "claude": _PROVIDERS["anthropic"],
    "gpt-": _PROVIDERS["openai"],
    "o1": _PROVIDERS["openai"],
    "o3": _PROVIDERS["openai"],
    "o4": _PROVIDERS["openai"],
    "text-embedding-": _PROVIDERS["openai"],
    "gemini-": _PROVIDERS["gemini"],
    "mistral-": _PROVIDERS["mistral"],
    "deepseek-": _PROVIDERS["deepseek"],
    "grok-": _PROVIDERS["xai"],
}


def provider_of(told: str) -> Provider:
    """Return the provider that is called so; one nobody knows keeps its name and has no vendor."""
    name = told.strip().lower()
    known = _PROVIDERS.get(name) or _PROVIDERS.get(name.partition(".")[0])
    return known or Provider(name, "")


def provider_at(host: str) -> Provider | None:
    """Return the provider whose API is at this host, where it is one of the well-known."""
    host = host.lower()
    if known := _HOSTS.get(host):
        return known
    return next((each for end, each in _DOMAINS.items() if host.endswith(end)), None)


def provider_of_model(model: str) -> Provider | None:
    """Return who makes this model, for calls that name nobody who runs it."""
    return next((each for begin, each in _MODELS.items() if model.startswith(begin)), None)
