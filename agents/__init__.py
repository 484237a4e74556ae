"""The inventory: agents, how they are, and who answers for them."""
