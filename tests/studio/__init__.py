"""The Studio as people meet it: pages, the demo, and a walk with a real browser."""
