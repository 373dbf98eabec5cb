"""One HTTP server on loopback for both doors. Every request needs the token; what is unknown is refused."""

import json
import re
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

from tests.databricks.double import dialect
from tests.databricks.double.notebooks import Notebooks
from tests.databricks.double.thrift_service import Service
from tests.databricks.double.workspace import Workspace

WAREHOUSE = "/sql/1.0/warehouses/"


def serve(workspace: Workspace, port: int, token: str) -> None:
    """Say `ready PORT` on one line, then serve for ever."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(workspace, token))
    server.daemon_threads = True
    print(f"ready {server.server_port}", flush=True)
    server.serve_forever()


def _handler(workspace: Workspace, token: str) -> type[BaseHTTPRequestHandler]:
    service, notebooks = Service(workspace), Notebooks(workspace)
    endpoints = {
        **notebooks.endpoints(),
        "GET /_double/state": lambda _: {**workspace.state(), "rules": dialect.known_rules()},
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: Any) -> None:
            """The workspace keeps the log."""

        def _send(self, status: int, body: bytes, content_type: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _send_json(self, status: int, content: dict[str, Any]) -> None:
            self._send(status, json.dumps(content).encode())

        def _refuse(self, status: int, code: str, message: str) -> None:
            workspace.log(rest=f"{self.command} {self.path}", status=status, error=message)
            self._send_json(status, {"error_code": code, "message": message})

        def _answer(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            address = urlparse(self.path)
            if self.command == "GET" and address.path == "/.well-known/databricks-config":
                # The SDK asks before it sends its token.
                self._send_json(200, {"host_type": "workspace"})
                return
            given = self.headers.get("Authorization")
            if given != f"Bearer {token}":
                status = 403 if given else 401
                self._refuse(status, "PERMISSION_DENIED", "Invalid access token.")
            elif address.path.startswith(WAREHOUSE):
                self._send(200, service.answer(data), "application/x-thrift")
            else:
                self._answer_rest(address.path, parse_qs(address.query), data)

        def _answer_rest(self, path: str, query: dict[str, list[str]], data: bytes) -> None:
            path = re.sub(r"^/api/\d\.\d", "", path)
            arguments = {key: values[0] for key, values in query.items()}
            arguments |= json.loads(data) if data else {}
            try:
                if path.startswith("/permissions/") and self.command in ("PATCH", "PUT"):
                    answer = notebooks.permissions(path, arguments)
                elif endpoint := endpoints.get(f"{self.command} {path}"):
                    answer = endpoint(arguments)
                else:
                    message = f"the double has no endpoint {self.command} {path}"
                    return self._refuse(404, "ENDPOINT_NOT_FOUND", message)
            except Exception as error:
                workspace.log(trace=traceback.format_exc())
                return self._refuse(400, "INVALID_PARAMETER_VALUE", repr(error))
            if not path.startswith("/_double/"):
                workspace.log(rest=f"{self.command} {path}", status=200)
            return self._send_json(200, answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    return Handler
