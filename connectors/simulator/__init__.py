"""The vendor simulator: OpenAI's and Anthropic's APIs over HTTP, for demos and tests."""

from connectors.simulator.server import Simulator

__all__ = ["Simulator"]
