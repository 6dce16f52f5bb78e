"""``python -m tests.bench [--json] [--only PART]``: every number of the issue beside its goal. It judges nothing by time."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time

import orjson
from rich.console import Console

from connector import logs
from tests.bench.everything import NAMES, run
from tests.bench.numbers import show


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Accord's benchmark.")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the table")
    parser.add_argument("--only", choices=NAMES, help="one part")
    asked = parser.parse_args()
    logs.configure("error", "console")
    began, console, numbers = time.monotonic(), Console(stderr=True), []
    for number in run(asked.only):
        numbers.append(number)
        console.print(f"[dim]{time.monotonic() - began:5.0f} s  {number.part}: {number.what}[/]")
    if asked.json:
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()}
        found = {"numbers": [each.document() for each in numbers], "machine": machine}
        sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        show(Console(width=None if sys.stdout.isatty() else 180), numbers)


main()
