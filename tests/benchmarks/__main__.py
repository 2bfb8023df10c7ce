"""Run the benchmarks of this folder one after the other: `python -m tests.benchmarks [NAME …]`."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def main() -> int:
    """Run the named benchmarks, or all; the exit status is 0 when each ended well."""
    names = sys.argv[1:] or sorted(path.stem for path in FOLDER.glob("bench_*.py"))
    failed = []
    for name in names:
        print(f"\n== {name}", flush=True)
        # A process of its own: what one benchmark loads must not weigh on the next.
        command = [sys.executable, str(FOLDER / f"{name}.py")]
        done = subprocess.run(command, cwd=FOLDER.parents[1], check=False)
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
