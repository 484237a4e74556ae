"""The Studio's home page: how the organization's agents are, what they cost, what needs eyes."""
