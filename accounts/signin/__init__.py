"""What signing in is made of: proofs, counters, tokens, devices. It decides nothing by itself."""
