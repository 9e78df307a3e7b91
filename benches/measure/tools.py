"""Shared by the rows of benches/run: programs with pinned versions, servers, requests, statistics."""

import contextlib
import filecmp
import http.client
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "benches"
VENV = ROOT / ".venv/bench"
WORK = VENV / "work"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
LOAD = TARGET / "load/release/load"
CORES = os.cpu_count()
HEALTH = "/_domock/health"


def install() -> None:
    """Installs the peers and the load generator, in the versions that the repository pins."""
    wanted = HERE / "peers/requirements.txt"
    if not (VENV / "installed.txt").exists() or not filecmp.cmp(wanted, VENV / "installed.txt"):
        subprocess.check_call([sys.executable, "-m", "venv", str(VENV)])
        subprocess.check_call([str(VENV / "bin/pip"), "install", "--quiet", "--requirement", str(wanted)])
        shutil.copy(wanted, VENV / "installed.txt")
    if shutil.which("npm") and not (HERE / "peers/node_modules/json-server").exists():
        subprocess.check_call(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE / "peers")
    environment = os.environ | {"CARGO_TARGET_DIR": str(TARGET / "load")}
    subprocess.check_call(["cargo", "build", "--quiet", "--release", "--locked"], cwd=HERE / "load", env=environment)
    WORK.mkdir(exist_ok=True)


def domock_binary() -> str:
    """The path in DOMOCK_BIN, else that of the binary that scripts/build-static builds."""
    return os.environ.get("DOMOCK_BIN") or build(TARGET)


def build(target: pathlib.Path) -> str:
    """Builds the release binary that users get in a folder and returns its path."""
    environment = os.environ | {"CARGO_TARGET_DIR": str(target)}
    return subprocess.check_output([str(ROOT / "scripts/build-static")], env=environment, text=True).strip()


def clean_build() -> tuple[str, float]:
    """The release binary, and the minutes of a clean build with crates already downloaded."""
    subprocess.check_call(["cargo", "fetch", "--quiet", "--locked"], cwd=ROOT)
    target = WORK / "clean"
    shutil.rmtree(target, ignore_errors=True)
    began = time.monotonic()
    built = pathlib.Path(build(target))
    minutes = (time.monotonic() - began) / 60
    kept = built.replace(WORK / "domock")
    shutil.rmtree(target)
    return str(kept), minutes


def node(script: str) -> list[str]:
    return ["node", str(HERE / "peers/node_modules" / script)]


def free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


class Server:
    """A server process that runs until the end of a `with` block."""

    def __init__(self, command: list[str], port: int, path: str = HEALTH):
        self.port = port
        self.log = open(WORK / "server.log", "w")
        environment = os.environ | {"DOMOCK_LOG": "warn"}
        self.process = subprocess.Popen(
            [str(it) for it in command], stdout=self.log, stderr=self.log, cwd=ROOT, env=environment)
        until = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.request("GET", path)
                return
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"{command[0]} did not start: " + (WORK / "server.log").read_text()[-400:])
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.log.close()

    def connection(self):
        """A connection that is kept over several requests, until the end of a `with` block."""
        return contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=300))

    def request(self, method: str, path: str, body=None, headers=None, over=None):
        """Status, headers and body of a response, over a new connection or the given one."""
        with contextlib.nullcontext(over) if over else self.connection() as connection:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def json(self, method: str, path: str, body=None, headers=None, over=None):
        headers = {"Content-Type": "application/json", "Accept": "application/json"} | (headers or {})
        status, _, answer = self.request(method, path, None if body is None else json.dumps(body), headers, over)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer[:300]}")
        return json.loads(answer)

    def status_mib(self, name: str) -> float:
        """A value of /proc/…/status that is in kB: VmRSS, VmHWM, RssAnon."""
        return status_mib(self.process.pid, name)

    def forget_peak(self) -> None:
        """Resets VmHWM, the peak of the resident memory."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def cpu_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def load(self, plan, connections: int, seconds: int, requests: int | None = None) -> dict:
        """Runs the load generator; `plan` has a list of requests for each client."""
        process = self.load_in_background(plan, connections, seconds, requests)
        return load_figures(process)

    def load_in_background(self, plan, connections: int, seconds: int, requests: int | None = None):
        path = WORK / f"plan-{time.monotonic_ns()}.json"
        path.write_text(json.dumps(plan))
        command = [LOAD, "http", self.port, path, connections, seconds] + ([requests] if requests else [])
        return subprocess.Popen([str(it) for it in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def load_figures(process) -> dict:
    out, log = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the load generator failed: {log}")
    figures = json.loads(out)
    if figures["not_200"]:
        raise RuntimeError(f"{figures['not_200']} of {figures['requests']} answers were no 200: {log}")
    return figures


def status_mib(pid: int, name: str) -> float:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise KeyError(name)


def domock(binary: str, *flags: str) -> Server:
    port = free_port()
    return Server([binary, "--port", str(port), *flags], port)


def get(path: str, headers=()) -> dict:
    return {"method": "GET", "path": path, "headers": list(headers)}


def post(path: str, body: dict, headers=()) -> dict:
    return {
        "method": "POST", "path": path, "body": json.dumps(body),
        "headers": [("Content-Type", "application/json"), ("Accept", "application/json"), *headers],
    }


def data(table: str, rows: int) -> pathlib.Path:
    """Generates a CSV file without a header line, or returns that of an earlier run."""
    path = WORK / f"{table}-{rows}.csv"
    if not path.exists():
        with open(path.with_suffix(".part"), "wb") as out:
            subprocess.check_call([str(LOAD), "data", table, str(rows), "3666"], stdout=out)
        path.with_suffix(".part").rename(path)
    return path


def median(values) -> float:
    return statistics.median(values)


def geometric_mean(values) -> float:
    return statistics.geometric_mean(values)
