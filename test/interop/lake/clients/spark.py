"""Spark SQL with Delta as a peer: one JSON object a line in ({"sql": …}), one out ({"rows": …} or {"error": …})."""

import json
import sys

from delta import configure_spark_with_delta_pip
from pyspark.sql import SparkSession

builder = (
    SparkSession.builder.master("local[2]")
    .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
    .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    .config("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.warehouse.dir", sys.argv[1])
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.driver.memory", "1g")
    .config("spark.ui.enabled", "false")
    .config("spark.log.level", "ERROR")
)
spark = configure_spark_with_delta_pip(builder).getOrCreate()


def plain(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return str(value)


print(json.dumps({"ready": spark.version}), flush=True)
for line in sys.stdin:
    try:
        rows = [[plain(value) for value in row] for row in spark.sql(json.loads(line)["sql"]).collect()]
        print(json.dumps({"rows": rows}), flush=True)
    except Exception as error:  # The peer says what Spark said; the test decides whether it was expected.
        print(json.dumps({"error": f"{type(error).__name__}: {error}"[:4000]}), flush=True)
