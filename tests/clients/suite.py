"""Runs the cases of every client, compares them with known-failures.txt, and updates the table of docs/clients/README.md."""

import json
import os
import subprocess
import sys
from pathlib import Path

from support import CA, HOST, URL, Outcome, control
from table import written

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def python_clients():
    os.environ.update(HTTPS_PROXY=URL, HTTP_PROXY=URL, NO_PROXY="127.0.0.1", REQUESTS_CA_BUNDLE=CA, SSL_CERT_FILE=CA)
    import with_domolibrary
    import with_domolibrary_access
    import with_pydomo
    import with_shipyard

    for suite in (with_pydomo, with_domolibrary, with_domolibrary_access, with_shipyard):
        yield from suite.SUITE.run()


def program(client, *command, proxy=URL):
    """Cases of a client in another language, whose program prints a JSON object for each."""
    control("POST", "/_domock/reset?instance=*")
    environment = dict(os.environ, NODE_EXTRA_CA_CERTS=CA, NODE_NO_WARNINGS="1", DOMOCK_ROWS=str(HERE / "rows.json"))
    environment.update(HTTPS_PROXY=proxy, HTTP_PROXY=proxy)
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    for line in run.stdout.splitlines():
        told = json.loads(line)
        yield Outcome(client, told["operation"], told["case"], told.get("error", ""))
    if run.returncode != 0:
        yield Outcome(client, "", "the whole suite", run.stderr.strip()[-400:] or f"exit {run.returncode}")


def outcomes():
    yield from python_clients()
    yield from program("domo-sdk", "node", str(HERE / "node/with_domo_sdk.js"))
    crate = ("domo crate", os.environ["DOMO_CRATE_CLIENT"])
    yield from program(*crate)
    yield from program(*crate, "way: https", "by https, trusting Domock's authority", f"https://{HOST}", proxy="")
    yield from program(*crate, "way: proxy", "to an instance, with Domock as the proxy", "https://acme.domo.com")
    yield from program(*crate, "way: path", "to an instance that the path begins with", f"http://{HOST}/acme.domo.com", proxy="")


def known_failures():
    """Each line is `client: case: cause`."""
    known = {}
    for line in (HERE / "known-failures.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            client, case, cause = line.split(": ", 2)
            known[client, case] = cause
    return known


def main():
    told, known, wrong = [], known_failures(), []
    for outcome in outcomes():
        told.append(outcome)
        listed = known.get((outcome.client, outcome.case))
        state = "ok" if not outcome.error else "known" if listed else "FAILED"
        print(f"{outcome.client:14} {outcome.case:66} {state} {' '.join(outcome.error.split()) if state != 'ok' else ''}", flush=True)
        if state == "FAILED":
            wrong.append(outcome.case)
        if state == "ok" and listed:
            wrong.append(outcome.case)
            print(f"{'':14} passes now: remove it from known-failures.txt")
    for client, case in known.keys() - {(it.client, it.case) for it in told}:
        wrong.append(case)
        print(f"{client}: {case}: is in known-failures.txt, but there is no such case")
    page = ROOT / "docs/clients/README.md"
    before = page.read_text(encoding="utf-8")
    after = written(before, told, known)
    if os.environ.get("UPDATE") == "1" and not wrong:
        page.write_text(after, encoding="utf-8")
    elif not wrong and before != after:
        wrong.append("the table of docs/clients/README.md is stale: run UPDATE=1 tests/clients/run")
        print(wrong[-1])
    print(f"{len(told)} cases, {len(wrong)} wrong")
    sys.exit(bool(wrong))


main()
