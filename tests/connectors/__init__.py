"""Tests of the connectors and of the simulator they are tried against."""
