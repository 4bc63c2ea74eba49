"""Runs a command and prints what it took as a line of JSON. Arguments: file for its output, file for its input ('' for none), command."""

import json
import resource
import subprocess
import sys
import time

output, source, command = sys.argv[1], sys.argv[2], sys.argv[3:]
started = time.monotonic()
with open(output, "wb") as out, open(source or "/dev/null", "rb") as stdin:
    subprocess.run(command, stdout=out, stdin=stdin, stderr=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
took = {
    "cpu": used.ru_utime + used.ru_stime,
    "seconds": time.monotonic() - started,
    "residentMb": round(used.ru_maxrss / 1024),
}
print(json.dumps(took))
