"""What must never get out: canaries are planted wherever a secret goes in, and searched for."""
