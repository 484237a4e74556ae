"""A key service on loopback that speaks the transit engine's protocol, with real keys."""

import base64
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "s.token-of-the-test"


class KeyService:
    """Holds one key, `transit/arm`, in several versions; `mood` makes it misbehave."""

    def __init__(self) -> None:
        self.versions = {1: os.urandom(32)}
        self.disabled: set[int] = set()
        self.mood = "well"
        self.calls = 0
        self.patience = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self._answer({})

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._answer(json.loads(body))

            def _answer(self, asked):
                service.calls += 1
                if service.mood == "gone":
                    self.close_connection = True
                    return
                status, data = service.answer(self.path, self.headers.get("X-Vault-Token"), asked)
                body = b"<html>" if service.mood == "garbled" else json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # callers hang up on a slow service
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.patience.set()
        self._server.shutdown()
        self._server.server_close()

    def rotate(self) -> int:
        version = max(self.versions) + 1
        self.versions[version] = os.urandom(32)
        return version

    def answer(self, path, token, asked):
        if self.mood == "slow":
            self.patience.wait(30)
        if self.mood == "sealed":
            return 503, {"errors": ["Vault is sealed"]}
        if token != TOKEN or self.mood == "denied":
            return 403, {"errors": ["permission denied"]}
        match path:
            case "/v1/transit/keys/arm":
                return 200, {"data": {"latest_version": max(self.versions)}}
            case "/v1/transit/encrypt/arm":
                return self._encrypt(asked)
            case "/v1/transit/decrypt/arm":
                return self._decrypt(asked)
        return 404, {"errors": []}

    def _encrypt(self, asked):
        version = asked.get("key_version") or max(self.versions)
        if version not in self.versions:
            return 400, {"errors": ["no such version"]}
        nonce = os.urandom(12)
        sealed = AESGCM(self.versions[version]).encrypt(
            nonce,
            base64.b64decode(asked["plaintext"]),
            base64.b64decode(asked["associated_data"]),
        )
        text = base64.b64encode(nonce + sealed).decode()
        return 200, {"data": {"ciphertext": f"vault:v{version}:{text}", "key_version": version}}

    def _decrypt(self, asked):
        _, version, text = asked["ciphertext"].split(":")
        number = int(version.removeprefix("v"))
        if number not in self.versions or number in self.disabled:
            return 400, {"errors": ["disallowed by policy"]}
        box = base64.b64decode(text)
        try:
            opened = AESGCM(self.versions[number]).decrypt(
                box[:12], box[12:], base64.b64decode(asked["associated_data"])
            )
        except (InvalidTag, ValueError):
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(opened).decode()}}
