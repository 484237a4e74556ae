"""A chunked body reaches a WSGI application under the real server like any other body."""

import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LARGEST = 300_000

SITE = f"""
import hashlib, json
from io import BytesIO
from armproject.lib.chunked import ReadChunkedBody

def bare(environ, start_response):
    # Reads as Django does: as much as CONTENT_LENGTH says, nothing without it.
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    answer = json.dumps([len(body), hashlib.sha256(body).hexdigest()]).encode()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [answer]

wrapped = ReadChunkedBody(bare, largest={LARGEST})

def application(environ, start_response):
    chosen = bare if environ["PATH_INFO"] == "/bare" else wrapped
    return chosen(environ, start_response)
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """Run the site under granian, as the product runs; return its port."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "chunked_site.py").write_text(SITE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", "127.0.0.1", "--port", str(number), "chunked_site:application"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}:{ROOT}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(number)
        yield number
    finally:
        server.terminate()
        server.wait(timeout=10)


def wait_for(number):
    for _ in range(150):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", number)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("The server did not come up.")


def send(port, chunks, path="/"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", path, body=iter(chunks), encode_chunked=True, headers=CHUNKED)
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


CHUNKED = {"Transfer-Encoding": "chunked"}


def mark(body):
    return [len(body), hashlib.sha256(body).hexdigest()]


def test_without_the_wrapper_a_chunked_body_is_lost(port):
    assert send(port, [b"hello"], "/bare") == (200, mark(b""))


@pytest.mark.parametrize(
    "chunks",
    [
        [b"hello"],
        [b"hello ", b"chunked ", b"world"],
        [bytes([i % 256]) * 1_000 for i in range(300)],
        [b"x" * LARGEST],
        [],
    ],
)
def test_a_chunked_body_arrives_whole(port, chunks):
    assert send(port, chunks) == (200, mark(b"".join(chunks)))


def test_chunks_may_come_slowly(port):
    def slowly():
        for piece in (b"one ", b"two ", b"three"):
            yield piece
            time.sleep(0.2)

    assert send(port, slowly()) == (200, mark(b"one two three"))


def test_a_body_with_a_length_is_left_alone(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = b"y" * (LARGEST * 2)
    connection.request("POST", "/", body=body)
    assert json.loads(connection.getresponse().read()) == mark(body)


def test_too_long_a_body_is_refused_in_the_envelope(port):
    status, answer = send(port, [b"x" * 100_000] * 3 + [b"x"])
    assert status == 413
    assert answer["success"] is False
    assert answer["error"]["code"] == "PAYLOAD_TOO_LARGE"
    assert answer["error"]["details"] == {"max_bytes": LARGEST}


def test_after_a_refusal_the_server_answers_on(port):
    send(port, [b"x" * 100_000] * 4)
    assert send(port, [b"hello"]) == (200, mark(b"hello"))
