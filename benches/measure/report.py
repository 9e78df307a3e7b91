"""The figures and goals of a row, as Markdown."""

import dataclasses
import datetime
import os
import pathlib
import platform
import subprocess

from . import tools

MARK = "<!-- What follows is written by hand; benches/run keeps it. -->"


@dataclasses.dataclass
class Row:
    name: str
    title: str
    figures: list = dataclasses.field(default_factory=list)
    goals: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)

    def figure(self, what: str, values, unit: str) -> float:
        """Records the values of all repeats and returns their median."""
        values = [values] if isinstance(values, (int, float)) else list(values)
        self.figures.append((what, values, unit))
        print(f"  {what}: {short(tools.median(values))} {unit}", flush=True)
        return tools.median(values)

    def goal(self, what: str, value: float, limit: float, unit: str = "", at_least: bool = False) -> None:
        """Compares a figure with its upper or lower limit."""
        is_met = value >= limit if at_least else value <= limit
        self.goals.append((what, value, limit, unit, at_least, is_met))

    def note(self, text: str) -> None:
        self.notes.append(text)

    def markdown(self) -> str:
        lines = [f"## {self.title}", "", f"`benches/run {self.name}`", ""]
        if self.figures:
            lines += ["| figure | min | median | max | n |", "|---|--:|--:|--:|--:|"]
            for what, values, unit in self.figures:
                low, middle, high = min(values), tools.median(values), max(values)
                lines.append(f"| {what}, {unit} | {short(low)} | {short(middle)} | {short(high)} | {len(values)} |")
            lines.append("")
        lines += [f"* {it}" for it in self.notes] + ([""] if self.notes else [])
        if self.goals:
            lines += ["| goal | limit | measured | measured ÷ limit | |", "|---|--:|--:|--:|---|"]
            for what, value, limit, unit, at_least, is_met in self.goals:
                sign = "≥" if at_least else "≤"
                share = f"{value / limit:.2f}" if limit else "–"
                verdict = "met" if is_met else "**missed**"
                lines.append(f"| {what} | {sign} {short(limit)} {unit} | {short(value)} {unit} | {share} | {verdict} |")
            lines.append("")
        return "\n".join(lines)


def short(value: float) -> str:
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def heading(binary: str, is_quick: bool, took_s: float) -> str:
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = int(open("/proc/meminfo").readline().split()[1]) / (1 << 20)
    versions = dict(line.split("==") for line in (tools.HERE / "peers/requirements.txt").read_text().split())
    peers = ", ".join(f"{it} {versions[it]}" for it in ("duckdb", "roapi", "fakesnow", "moto"))
    output = lambda *command: subprocess.check_output(command, text=True, cwd=tools.ROOT).strip()
    lines = [
        "# Results",
        "",
        "Written by `benches/run`" + (" `--quick`: small tables and few repeats, no figures to quote" if is_quick else "")
        + ". Ratios within one run count; absolute figures are of this machine.",
        "",
        f"* {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, {took_s / 60:.0f} min in all, "
        f"load average before it {os.environ.get('BENCH_LOAD_BEFORE', '?')}",
        f"* {os.cpu_count()} × {cpu}, {memory:.0f} GiB, Linux {platform.release()}",
        f"* Domock {output('git', 'describe', '--always', '--dirty')}, {output(binary, '--version')}, "
        f"{pathlib.Path(binary).stat().st_size / 1e6:.1f} MB, {output('rustc', '--version')}",
        f"* Peers: {peers} (PyPI); json-server 0.17.4, Prism 5.16.0 (npm); Python {platform.python_version()}",
        "* Load: `benches/load`, one thread, keep-alive, beside the server on the same cores",
        "",
    ]
    return "\n".join(lines)


def write(rows: list[Row], binary: str, is_quick: bool, took_s: float) -> None:
    path = tools.HERE / "RESULTS.md"
    by_hand = path.read_text().split(MARK, 1)[1] if path.exists() and MARK in path.read_text() else "\n"
    text = "\n".join([heading(binary, is_quick, took_s), *(it.markdown() for it in rows)])
    path.write_text(text + MARK + by_hand)
