"""Runs every client's cases, compares with known-failures.txt, and keeps docs/clients/table.md up to date."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from support import CA, GATE, Outcome, reset  # noqa: E402

TABLE = HERE.parent.parent / "docs/clients/table.md"
# Client, page, how it reaches the server in its cases.
CLIENTS = [
    ("pydomo 0.3.0.16", "pydomo", "http, and https through the gate"),
    ("domolibrary 4.5.28", "domolibrary", "https through the gate"),
    ("shipyard-domo 0.2.1", "shipyard-domo", "https through the gate"),
    ("domo-sdk 2.0.1 (npm)", "domo-sdk", "https through the gate"),
]


def python_clients():
    os.environ.update(HTTPS_PROXY=GATE, HTTP_PROXY=GATE, NO_PROXY="127.0.0.1", REQUESTS_CA_BUNDLE=CA, SSL_CERT_FILE=CA)
    import with_domolibrary
    import with_pydomo
    import with_shipyard

    for suite in (with_pydomo.SUITE, with_domolibrary.SUITE, with_shipyard.SUITE):
        yield from suite.run()


def node_client():
    reset()
    environment = dict(os.environ, HTTPS_PROXY=GATE, NODE_EXTRA_CA_CERTS=CA, NODE_NO_WARNINGS="1")
    command = ["node", str(HERE / "node/with_domo_sdk.js")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    for line in run.stdout.splitlines():
        told = json.loads(line)
        yield Outcome("domo-sdk", told["case"], told.get("error", ""))
    if run.returncode != 0:
        yield Outcome("domo-sdk", "the whole suite", run.stderr.strip()[-400:] or f"exit {run.returncode}")


def known_failures():
    """`client: case: cause`, a line each."""
    known = {}
    for line in (HERE / "known-failures.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            client, case, cause = line.split(": ", 2)
            known[client, case] = cause
    return known


def table(outcomes, known):
    lines = ["| client | reached by | cases that pass | known failures |", "|---|---|---|---|"]
    for name, key, way in CLIENTS:
        mine = [it for it in outcomes if it.client == key]
        failing = sum((it.client, it.case) in known for it in mine)
        lines.append(f"| [{name}]({key}.md) | {way} | {len(mine) - failing} | {failing or ''} |")
    return "\n".join(lines) + "\n"


def main():
    outcomes, known, wrong = [], known_failures(), []
    for outcome in (it for source in (python_clients(), node_client()) for it in source):
        outcomes.append(outcome)
        listed = known.get((outcome.client, outcome.case))
        state = "ok" if not outcome.error else "known" if listed else "FAILED"
        print(f"{outcome.client:14} {outcome.case:60} {state} {outcome.error if state != 'ok' else ''}", flush=True)
        if state == "FAILED":
            wrong.append(outcome.case)
        if state == "ok" and listed:
            wrong.append(outcome.case)
            print(f"{'':14} passes now: take it out of known-failures.txt")
    for client, case in known.keys() - {(it.client, it.case) for it in outcomes}:
        wrong.append(case)
        print(f"{client}: {case}: is in known-failures.txt and is no case")
    page = table(outcomes, known)
    if os.environ.get("UPDATE") == "1" and not wrong:
        TABLE.write_text(page)
    elif not wrong and (not TABLE.exists() or TABLE.read_text() != page):
        wrong.append("docs/clients/table.md is stale: run UPDATE=1 tests/clients/run")
        print(wrong[-1])
    print(f"{len(outcomes)} cases, {len(wrong)} wrong")
    sys.exit(bool(wrong))


main()
