"""The words by which memories are told apart."""

from django.db import models


class OwnerType(models.TextChoices):
    """Whose memory it is. `user` is whom agents work for, by the name their app has for them."""

    USER = "user", "User"
    ORGANIZATION = "organization", "Organization"
    APP = "app", "App"
    AGENT = "agent", "Agent"
    RUN = "run", "Run"


class Horizon(models.TextChoices):
    """For how long it is meant to count."""

    SHORT_TERM = "short_term", "Short term"
    LONG_TERM = "long_term", "Long term"
    PROFILE = "profile", "Profile"


class Kind(models.TextChoices):
    """What it says."""

    CONVERSATION = "conversation", "Conversation"
    PREFERENCE = "preference", "Preference"
    FACT = "fact", "Fact"
    INSTRUCTION = "instruction", "Instruction"


class Store(models.TextChoices):
    """How it is asked for: by its key, by likeness, by time, or because it keeps coming back."""

    CORE = "core", "Core"
    ASSOCIATIVE = "associative", "Associative"
    EPISODIC = "episodic", "Episodic"
    PROACTIVE = "proactive", "Proactive"


class Visibility(models.TextChoices):
    """Who else than its owner may find it: nobody, the organization, or whoever it is shown to."""

    PRIVATE = "private", "Private"
    ORGANIZATION = "org", "Organization"
    PUBLIC = "public", "Public"


class SourceType(models.TextChoices):
    """Where it came from."""

    INTERACTION = "interaction", "An interaction"
    MANUAL = "manual", "Written by hand"
    IMPORT = "import", "Imported"
    INFERENCE = "inference", "Concluded"


class MemoryState(models.TextChoices):
    """Whether it is found: withheld until somebody reviewed it, forgotten until it is purged."""

    LIVE = "live", "Live"
    WITHHELD = "withheld", "Withheld"
    FORGOTTEN = "forgotten", "Forgotten"


class UseKind(models.TextChoices):
    """How a memory was used."""

    RECALLED = "recalled", "Recalled"
    READ = "read", "Read"
    INJECTED = "injected", "Put into an agent"
    EXPORTED = "exported", "Exported"


class IndexState(models.TextChoices):
    """Whether a memory is found by what it means: its words count at once, its vector may wait."""

    READY = "ready", "Ready"
    PENDING = "pending", "Waiting to be embedded"
    FAILED = "failed", "Could not be embedded"
