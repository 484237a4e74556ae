"""Records anew what real clients send: `python -m tests.telemetry.record [CLIENT…]`.

Each client gets an environment of its own outside the project (below $ARM_RECORDING_ENVS or a
temporary folder), talks to a model server and a receiver on loopback, and leaves its requests in
`captured/<client>/`. Needs `uv` (of the project's own environment), and `npm` for JavaScript.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.telemetry.recording.servers import Models, receiver, serving

HERE = Path(__file__).parent
CLIENTS = HERE / "recording" / "clients"
SDK = ("opentelemetry-sdk==1.45.2", "opentelemetry-exporter-otlp-proto-http==1.45.2")
# For clients that say themselves which version of the SDK they need.
EXPORTER = "opentelemetry-exporter-otlp-proto-http"
LANGCHAIN = ("langgraph==1.2.24", "langchain==1.5.2", "langchain-openai==1.7.4")
PYTHON_CLIENTS = {
    "pydantic_ai": ("pydantic-ai-slim[openai]==2.68.0", *SDK),
    "anthropic_sdk": ("anthropic==2.14.0", *SDK),
    "openllmetry": ("traceloop-sdk==0.62.4", "openai==3.57.0", "httpx==0.28.1"),
    "openinference": (
        "openinference-instrumentation-openai-agents==2.6.0",
        "openinference-instrumentation-openai==0.1.66",
        "openai-agents==0.24.0",
        "openai==3.57.0",
        *SDK,
    ),
    "langfuse": ("langfuse==5.0.4", "openai==3.57.0"),
    "strands": ("strands-agents[openai,otel]==1.62.0", EXPORTER),
    "google_adk": ("google-adk==2.13.0", "litellm==1.110.2", EXPORTER),
    "langgraph": (*LANGCHAIN, "openinference-instrumentation-langchain==0.1.80", *SDK),
    "langsmith": (*LANGCHAIN, "langsmith[otel]==0.15.1", *SDK),
    "crewai": (
        "crewai==1.15.30",
        "litellm==1.110.2",
        "openinference-instrumentation-crewai==1.1.21",
        "openinference-instrumentation-openai==0.1.66",
        EXPORTER,
    ),
    "llama_index": (
        "llama-index-core==0.14.25",
        "llama-index-llms-openai-like==0.8.1",
        "openinference-instrumentation-llama-index==4.6.1",
        EXPORTER,
    ),
    "agent_framework": (
        "agent-framework-core==1.23.0",
        "agent-framework-openai==1.17.0",
        EXPORTER,
    ),
    "smolagents": (
        "smolagents[openai]==1.26.0",
        "openinference-instrumentation-smolagents==0.1.43",
        EXPORTER,
    ),
    "agno": (
        "agno==3.1.10",
        "openai==3.57.0",
        "openinference-instrumentation-agno==1.0.15",
        EXPORTER,
    ),
    "logfire": ("logfire==5.4.0", "openai-agents==0.24.0", EXPORTER),
    "otel_agents": (
        "opentelemetry-instrumentation-openai-agents-v2==0.1.0",
        "openai-agents==0.24.0",
        EXPORTER,
    ),
}
JAVASCRIPT_CLIENTS = {
    "otel_js": (
        "@opentelemetry/api@1.9.1",
        "@opentelemetry/resources@2.12.1",
        "@opentelemetry/sdk-trace-node@2.12.1",
        "@opentelemetry/exporter-trace-otlp-http@0.223.1",
        "@opentelemetry/exporter-trace-otlp-proto@0.223.1",
    ),
    "vercel_ai": (
        "ai@6.0.326",
        "@ai-sdk/openai@3.0.141",
        "zod@4.6.7",
        "@opentelemetry/api@1.9.1",
        "@opentelemetry/resources@2.12.1",
        "@opentelemetry/sdk-trace-node@2.12.1",
        "@opentelemetry/exporter-trace-otlp-http@0.223.1",
    ),
}


def python_command(client: str, home: Path) -> list[str]:
    uv = str(Path(sys.executable).parent / "uv")
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([uv, "venv", "-q", home], check=True)
        wanted = PYTHON_CLIENTS[client]
        subprocess.run([uv, "pip", "install", "-q", "-p", python, *wanted], check=True)
    return [str(python), "-P", str(CLIENTS / f"{client}.py")]


def javascript_command(client: str, home: Path) -> list[str]:
    if not home.exists():
        home.mkdir(parents=True)
        (home / "package.json").write_text('{"private": true, "type": "module"}')
        wanted = JAVASCRIPT_CLIENTS[client]
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", *wanted], cwd=home, check=True)
    script = shutil.copy(CLIENTS / f"{client}.mjs", home)
    return ["node", str(script)]


def record(client: str, environments: Path) -> int:
    """Run one client; returns how many requests it sent."""
    make = python_command if client in PYTHON_CLIENTS else javascript_command
    command = make(client, environments / client)
    folder = HERE / "captured" / client
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with serving(receiver(folder)) as otlp, serving(Models) as models:
        surroundings = {
            "PATH": os.environ["PATH"],
            "HOME": str(environments),
            "OTLP_URL": otlp,
            "MODEL_URL": models,
            "OTEL_EXPORTER_OTLP_ENDPOINT": otlp,
            "PYTHONPATH": str(HERE / "recording" / "shared"),
        }
        subprocess.run(command, env=surroundings, check=True, timeout=120)
    return len(list(folder.glob("*.body")))


def main() -> None:
    environments = Path(os.environ.get("ARM_RECORDING_ENVS") or tempfile.mkdtemp())
    for client in sys.argv[1:] or [*PYTHON_CLIENTS, *JAVASCRIPT_CLIENTS]:
        sys.stdout.write(f"{client}: {record(client, environments)} requests\n")


if __name__ == "__main__":
    main()
