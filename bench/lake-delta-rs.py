"""Writes the bench's rows with delta-rs: JSON lines to Arrow batches to a Delta table. Prints one line of JSON."""

import json
import os
import resource
import sys
import time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.json as pj
from deltalake import write_deltalake

SOURCE, TARGET, BLOCK = sys.argv[1], sys.argv[2], 32 * 1024 * 1024
TEXT = pa.string()
EVENT = {
    "process_guid": "ProcessGuid",
    "process_path": "Image",
    "command_line": "CommandLine",
    "hashes": "Hashes",
    "src_ip": "SourceIp",
    "dst_ip": "DestinationIp",
}
PARSED = pa.schema(
    [
        ("@timestamp", TEXT),
        ("log_name", TEXT),
        ("event_id", pa.int32()),
        ("computer_name", TEXT),
        ("record_number", TEXT),
        ("user", pa.struct([("name", TEXT)])),
        ("event_data", pa.struct([(name, TEXT) for name in EVENT.values()])),
    ]
)
STAMP = pa.timestamp("us", "UTC")
SCHEMA = pa.schema(
    [("_ingest_time", STAMP), ("_event_time", STAMP), ("_event_date", pa.date32()), ("_sourcetype", TEXT)]
    + [("event_id", pa.int32()), ("computer", TEXT), ("user_name", TEXT), ("record_id", pa.int64())]
    + [(name, TEXT) for name in EVENT]
    + [("raw", TEXT)]
)
AS_PARSED = pj.ParseOptions(explicit_schema=PARSED, unexpected_field_behavior="ignore")
AS_LINES = csv.ParseOptions(delimiter="\x01", quote_char=False)
LINES = csv.ReadOptions(column_names=["raw"], block_size=2 * BLOCK)


def blocks():
    with open(SOURCE, "rb") as lines:
        held = b""
        while block := lines.read(BLOCK):
            end = block.rfind(b"\n") + 1
            yield held + block[:end]
            held = block[end:]


def batches():
    for block in blocks():
        events = pj.read_json(pa.BufferReader(block), pj.ReadOptions(block_size=2 * BLOCK), AS_PARSED)
        raw = csv.read_csv(pa.BufferReader(block), LINES, AS_LINES, csv.ConvertOptions(column_types={"raw": TEXT}))
        at = pc.cast(events["@timestamp"], STAMP)
        data = pc.struct_field
        columns = [pa.chunked_array([pa.repeat(pa.scalar(time.time_ns() // 1000, STAMP), len(events))]), at]
        columns += [pc.cast(at, pa.date32()), events["log_name"], events["event_id"], events["computer_name"]]
        columns += [data(events["user"], "name"), pc.cast(events["record_number"], pa.int64())]
        columns += [data(events["event_data"], name) for name in EVENT.values()]
        columns.append(raw["raw"])
        yield from pa.table(columns, schema=SCHEMA).combine_chunks().to_batches()


started = time.monotonic()
write_deltalake(TARGET, pa.RecordBatchReader.from_batches(SCHEMA, batches()), partition_by=["_event_date", "_sourcetype"])
seconds = time.monotonic() - started
size = sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(TARGET) for name in names)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"seconds": seconds, "residentMb": peak / 1e6, "bytes": size}))
