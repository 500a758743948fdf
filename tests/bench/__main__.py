"""Measure by hand:  python -m bench make 1000000 FOLDER [--seed 1]   (in tests/)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .project import write_project


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="write a project of so many deals")
    make.add_argument("deals", type=int)
    make.add_argument("folder", type=Path)
    make.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write_project(options.folder, options.deals, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
