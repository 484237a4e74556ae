"""The edge: a thin server on OTLP's own port, for what comes often and in small pieces.

It holds no logic of its own. Telemetry of many requests is judged and kept together
(`telemetry.api.together`); whatever else is asked of it, Django's own views answer. An answer goes
out when what it tells of is committed.
"""
