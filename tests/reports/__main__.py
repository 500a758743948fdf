"""Compare the fast clock with the exact, slow one by hand, in tests/:  python -m reports 300000 [SEED]"""

import random
import sys
import time

from .random_clocks import differences

PER_CALENDAR = 1000

wanted, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
begin = time.perf_counter()
compared = differences(random.Random(seed), -(-wanted // PER_CALENDAR), PER_CALENDAR)
seconds = time.perf_counter() - begin
sys.stdout.write(f"{compared:,} random cases of {compared // PER_CALENDAR} calendars, seed {seed}: ")
sys.stdout.write(f"elapsed, business time and both due instants equal to the microsecond ({seconds:.0f} s)\n")
