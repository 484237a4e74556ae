from django.apps import AppConfig


class MemoryConfig(AppConfig):
    name = "memory"
    verbose_name = "Knowledge"

    def ready(self) -> None:
        from memory.gates import add_gate
        from memory.screening import judge

        add_gate("screening", before_write=judge)
