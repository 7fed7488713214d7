"""A PostgreSQL of a test's own, from Debian's package: in a folder, on a port, not as root."""

import os
import shutil
import subprocess
from pathlib import Path

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def missing():
    """Why it cannot be started here; None where it can."""
    if not PROGRAMS:
        return "no PostgreSQL here (Debian: apt-get install postgresql)"
    try:
        subprocess.run([*_unprivileged(), "true"], check=True, capture_output=True)
    except subprocess.CalledProcessError:
        return "PostgreSQL does not run as root, and the user postgres is not to be had here"
    return None


def _unprivileged():
    """PostgreSQL refuses to run as root: as Debian's own user, then."""
    if os.geteuid():
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


class Postgres:
    """Serves an empty database while the block runs; its address is `uri`."""

    def __init__(self, folder, port):
        self.folder, self.port = Path(folder), port
        self.uri = f"postgresql+psycopg2://study@127.0.0.1:{port}/postgres"

    def _run(self, program, *words):
        command = [*_unprivileged(), PROGRAMS[-1] / program, *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, done.stderr

    def __enter__(self):
        self.folder.mkdir(mode=0o755)
        if not os.geteuid():
            shutil.chown(self.folder, "postgres")
        data = self.folder / "data"
        self._run("initdb", "-D", data, "--auth=trust", "-U", "study", "--no-sync", "-E", "UTF8")
        listen = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} -F"
        log = self.folder / "said"
        self._run("pg_ctl", "-D", data, "-l", log, "-o", listen, "-w", "start")
        return self

    def __exit__(self, *_):
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
