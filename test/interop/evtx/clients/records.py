"""Every record of the event logs named on standard input, by the Rust crate evtx: a line of JSON each in the output file."""

import json
import sys

from evtx import PyEvtxParser

with open(sys.argv[1], "w", encoding="utf-8") as output:
    for path in sys.stdin.read().splitlines():
        for record in PyEvtxParser(path).records_json():
            line = [path, record["event_record_id"], record["timestamp"], json.loads(record["data"])]
            output.write(json.dumps(line) + "\n")
