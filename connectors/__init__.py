"""Where the agents of an organization live: vendors behind one interface."""
