"""delta-rs as a peer: one JSON object a line in ({"op": …, "path": …}), one out ({"rows": …} or {"error": …})."""

import json
import sys

import deltalake
import pyarrow as pa
from datetime import date, datetime, timedelta, timezone
from deltalake import DeltaTable, write_deltalake


def text_of(row):
    """A row in the text form that the test compares."""
    at, ok, share = row["at"], row["ok"], row["share"]
    values = [
        row["day"],
        row["source"],
        None if at is None else (at - EPOCH) // timedelta(microseconds=1),
        row["n"],
        row["small"],
        None if share is None else int(share * 1000),
        None if ok is None else str(ok).lower(),
        row["text"],
    ]
    return "|".join("-" if value is None else str(value) for value in values)


def written(rows):
    """Rows as JSON has them, as Arrow."""
    for row in rows:
        row["day"] = None if row["day"] is None else date.fromisoformat(row["day"])
        row["at"] = None if row["at"] is None else datetime.fromisoformat(row["at"].replace("Z", "+00:00"))
        row["n"] = int(row["n"])
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def run(ask):
    op, path = ask["op"], ask["path"]
    if op == "write":
        write_deltalake(path, written(ask["rows"]), mode=ask.get("mode", "append"), partition_by=ask.get("partition"))
        return []
    table = DeltaTable(path, version=ask.get("version"))
    if op == "lines":
        return sorted(text_of(row) for row in pa.table(table.to_pyarrow_table()).to_pylist())
    if op == "history":
        return [[entry["version"], entry["operation"]] for entry in table.history()]
    if op == "compact":
        return [table.optimize.compact()["numFilesRemoved"]]
    if op == "z_order":
        return [table.optimize.z_order(ask["columns"])["numFilesRemoved"]]
    if op == "vacuum":
        return [len(table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False))]
    if op == "delete":
        return [table.delete(ask["predicate"])["num_deleted_rows"]]
    if op == "checkpoint":
        return [table.create_checkpoint()]
    raise ValueError(op)


EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SCHEMA = pa.schema(
    [
        ("day", pa.date32()),
        ("source", pa.string()),
        ("at", pa.timestamp("us", "UTC")),
        ("n", pa.int64()),
        ("small", pa.int32()),
        ("share", pa.float64()),
        ("ok", pa.bool_()),
        ("text", pa.string()),
    ]
)
print(json.dumps({"ready": deltalake.__version__}), flush=True)
for line in sys.stdin:
    try:
        print(json.dumps({"rows": run(json.loads(line))}), flush=True)
    except Exception as error:  # The peer says what delta-rs said; the test decides whether it was expected.
        print(json.dumps({"error": f"{type(error).__name__}: {error}"[:4000]}), flush=True)
