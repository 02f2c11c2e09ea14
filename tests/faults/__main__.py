"""Run one fault and print its figures as one line of JSON; the exit code is 1 where a promise was broken."""

import argparse
import json
import os
import sys

from tests.faults.running import FAULTS, run

parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
parser.add_argument("name", choices=FAULTS)
parser.add_argument("--seconds", type=float, help="how long, where the fault lasts")
parser.add_argument("--times", type=int, help="how often, where it is repeated")
parser.add_argument("--short", action="store_true", help="as the tests run it")
parser.add_argument("--encoder", action="store_true", help="with the encoder that comes with the installation")
given = parser.parse_args()
if not given.encoder:
    os.environ["TOUCHSTONE_EMBEDDER"] = "none"
outcome = run(given.name, seconds=given.seconds, times=given.times, short=given.short)
sys.stdout.write(json.dumps(outcome) + "\n")
sys.exit(1 if outcome["broken"] or outcome["too_slow"] else 0)
