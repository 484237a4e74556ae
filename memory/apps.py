from django.apps import AppConfig


class MemoryConfig(AppConfig):
    name = "memory"
    verbose_name = "Knowledge"

    def ready(self) -> None:
        from accounts.registry import add_holding
        from jobs.sinks import add_sink
        from jobs.topics import add_topic
        from memory import holdings
        from memory.actions.tell_news import TOPICS
        from memory.gates import add_gate
        from memory.outside import KIND, MemorySink
        from memory.screening import judge

        add_gate("screening", before_write=judge)
        for holding in (holdings.memories_of_people, holdings.preferences_of_people):
            add_holding(holding())
        for name, label in TOPICS.items():
            add_topic(name, label)
        add_sink(KIND, MemorySink())
