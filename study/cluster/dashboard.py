"""The door to Ray's dashboard: an address that opens it without a token to paste.

Ray's dashboard takes its token from a cookie, which its page sets once somebody has pasted the
token there; it takes none from its address. A browser sends a cookie to every port of the host
that set it. So a small server of ours, on this machine only, sets Ray's own cookie and leads on to
the dashboard. The door's address holds a key made of the token: whoever may read the user's token
can work it out (study.status does), nobody else can, and it ends with the launch.
"""

import hashlib
import hmac
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from study.watching.leader import Leader

HERE = "127.0.0.1"
COOKIE = "ray-authentication-token"  # ray._private.authentication.authentication_constants


def token_file() -> Path:
    """Where Ray makes its token, and looks for it unless RAY_AUTH_TOKEN_PATH names a file."""
    return Path.home() / ".ray" / "auth_token"


def token() -> str:
    """The token of this user's Ray; empty where none is asked for, or none is there."""
    if os.environ.get("RAY_AUTH_MODE") == "disabled":
        return ""
    named = os.environ.get("RAY_AUTH_TOKEN_PATH")
    file = Path(named) if named else token_file()
    found = os.environ.get("RAY_AUTH_TOKEN") or (file.read_text() if file.is_file() else "")
    return found.strip()


@contextmanager
def open_door(dashboard: str) -> Iterator[int | None]:
    """A door to the dashboard at HOST:PORT, in the block: its port.

    None where there can be none: the dashboard is on another machine, whose cookies we cannot set,
    or asks for no token.
    """
    if not token() or dashboard.partition(":")[0] != HERE:
        yield None
        return
    with _Server(dashboard) as server:
        port: int = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        try:
            yield port
        finally:
            server.shutdown()


def address_of(pid: int, door: int | None) -> str | None:
    """What opens the dashboard of the launch that is this process; None where nothing does."""
    return f"http://{HERE}:{door}/{_key(pid, door)}" if door and token() else None


def door_of(leader: Leader) -> str | None:
    """The same of a launch that leads a study; None where it runs on another machine."""
    return address_of(leader.pid, leader.standing.door) if leader.is_here else None


def _key(pid: int, port: int) -> str:
    """Of one launch alone; 128 bits."""
    given = f"dashboard {pid} {port}".encode()
    return hmac.new(token().encode(), given, hashlib.sha256).hexdigest()[:32]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, dashboard: str) -> None:
        super().__init__((HERE, 0), _Door)
        self.dashboard = dashboard
        self.path = f"/{_key(os.getpid(), self.server_address[1])}"


class _Door(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        if not hmac.compare_digest(self.path.encode(), self.server.path.encode()):
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Set-Cookie", f"{COOKIE}={token()}; Path=/; HttpOnly; SameSite=Strict")
        self.send_header("Location", f"http://{self.server.dashboard}/")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a terminal belongs to the study."""
