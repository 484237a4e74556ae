"""What agents did: runs, spans, messages and tool calls, as agents report them."""
