"""Who is there: organizations, people, roles, API keys, and the fence between tenants."""
