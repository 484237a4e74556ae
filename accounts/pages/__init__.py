"""The Studio's pages at the gate and about one's own account."""
