"""Who is accountable: the audit log, alert rules and alerts."""
