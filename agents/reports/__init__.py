"""Questions about many agents, answered as they are shown."""
