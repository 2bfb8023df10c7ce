"""Run an experiment without a page: `python -m model.experiment NAME [--quick] [--seeds N]`.

Prints each part as it is finished, and at the end what `--json FILE` writes: the machine, the
settings, the seconds, and all figures. This is also how the results that the app shows at first
were measured.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model.experiments import NAMES, Part, experiment
from model.experiments.measured import machine, save_arrays


def figures(part: Part) -> dict[str, Any]:
    """A part as it is written in JSON."""
    return {"key": part.key, "seconds": round(part.seconds, 3), "values": dict(part.values)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the experiment; the exit status is 0 when all parts were measured."""
    parser = argparse.ArgumentParser(prog="python -m model.experiment", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="the default settings: three minutes")
    parser.add_argument("--seeds", type=int, metavar="N", help="repeat each measurement N times")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a file")
    parser.add_argument("--arrays", action="store_true", help="with --json: the arrays, too (.npz)")
    options = parser.parse_args(arguments)
    found = experiment(options.name)
    settings = found.quick
    if options.seeds is not None:
        try:
            settings = replace(settings, seeds=options.seeds)
        except ValueError as error:
            parser.error(str(error))
    count, parts = len(found.plan(settings)), []
    began = last = time.monotonic()
    for part in found.run(settings):
        now = time.monotonic()
        parts.append(replace(part, seconds=now - last))
        last = now
        values = ", ".join(f"{name} {_short(value)}" for name, value in part.values.items())
        print(f"{len(parts)} of {count}  {part.key}: {values}", flush=True)
    whole = {
        "experiment": found.name,
        "version": found.version,
        "settings": asdict(settings),
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "seconds": round(time.monotonic() - began, 1),
        "parts": [figures(part) for part in parts],
    }
    print(f"{whole['seconds']} s on {whole['machine']}")
    if options.json is not None:
        options.json.write_text(json.dumps(whole, indent=1, allow_nan=False) + "\n", "utf-8")
        if options.arrays:
            save_arrays(options.json.with_suffix(".npz"), parts)
    return 0


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    raise SystemExit(main())
