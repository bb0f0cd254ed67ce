"""Measure and write benchmarks/README.md: `python -m benchmarks [part …]`; default: all parts."""

import argparse
import sys
from importlib import import_module

from benchmarks import report

PARTS = ("pipeline", "cells", "growth", "applications", "gpu", "tracks")


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=PARTS, help=f"some of {', '.join(PARTS)}; default: all")
    chosen = parser.parse_args(arguments).parts
    unknown = set(chosen) - set(PARTS)
    if unknown:
        parser.error(f"unknown part {', '.join(sorted(unknown))}: expected some of {', '.join(PARTS)}")
    for part in chosen:
        section = import_module(f"benchmarks.{part}").section()
        if section is None:
            print(f"{part}: nothing to measure on this machine; what stands on the page stays\n", flush=True)
        else:
            report.write(part, section)
            print(f"{part}\n\n{section}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
