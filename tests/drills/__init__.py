"""Drills: something is killed or broken, and what was acknowledged judges the outcome."""
