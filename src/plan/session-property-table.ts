/** The table of properties: names, types, defaults, allowed values. */

export type PropertyType = "boolean" | "int" | "long" | "string" | "list";

export interface PropertyDefinition {
  readonly name: string;
  readonly type: PropertyType;
  readonly defaultValue: string | undefined;
  readonly description: string;
  readonly values?: readonly string[];
  /** Only the server's configuration may set it. */
  readonly serverOnly?: boolean;
}

function define(
  name: string,
  type: PropertyType,
  defaultValue: string | undefined,
  description: string,
  extra: Pick<PropertyDefinition, "values" | "serverOnly"> = {},
): PropertyDefinition {
  return { name, type, defaultValue, description, ...extra };
}

const FORMATS = ["NONE", "KAFKA", "DELIMITED", "JSON", "JSON_SR", "AVRO", "PROTOBUF", "PROTOBUF_NOSR"];
const SERVER = { serverOnly: true } as const;

export const SESSION_PROPERTIES: readonly PropertyDefinition[] = [
  define("ksql.dialect", "string", "auto", "the SQL a statement is written in", {
    values: ["auto", "ksqldb", "ksql5"],
  }),
  define(
    "spoor.join.order",
    "string",
    "arrival",
    "whether a stream row meets the table's row of its arrival or of its time",
    { values: ["arrival", "event-time"] },
  ),
  define("ksql.streams.auto.offset.reset", "string", "latest", "where a new query starts to read", {
    values: ["earliest", "latest", "none"],
  }),
  define("ksql.streams.cache.max.bytes.buffering", "long", "10485760", "bytes of updates held back a thread"),
  define("ksql.streams.statestore.cache.max.bytes", "long", "10485760", "bytes of updates held back a store"),
  define("ksql.streams.commit.interval.ms", "long", "2000", "time between commits"),
  define(
    "ksql.streams.processing.guarantee",
    "string",
    "exactly_once_v2",
    "what a failure may do to results",
    {
      values: ["at_least_once", "exactly_once", "exactly_once_v2", "exactly_once_beta"],
    },
  ),
  define("ksql.streams.num.stream.threads", "int", "4", "tasks that run at a time"),
  define("ksql.streams.num.standby.replicas", "int", "0", "copies of state kept elsewhere"),
  define("ksql.streams.topology.optimization", "string", "all", "whether equal work is shared", {
    values: ["all", "none"],
  }),
  define("ksql.streams.max.task.idle.ms", "long", "0", "time to wait for a slower input"),
  define("ksql.streams.state.dir", "string", undefined, "where state is kept", SERVER),
  define("ksql.streams.bootstrap.servers", "list", undefined, "the Kafka cluster", SERVER),
  define("ksql.persistence.default.format.key", "string", "KAFKA", "key format where none is given", {
    values: FORMATS,
  }),
  define("ksql.persistence.default.format.value", "string", undefined, "value format where none is given", {
    values: FORMATS,
  }),
  define(
    "ksql.persistence.wrap.single.values",
    "boolean",
    undefined,
    "whether a single value column stands in an object",
  ),
  define("ksql.output.topic.name.prefix", "string", "", "put before the names of new topics"),
  define("ksql.sink.partitions", "int", "4", "partitions of a KSQL 5 query's new topic"),
  define("ksql.sink.replicas", "int", "1", "replicas of a KSQL 5 query's new topic"),
  define("ksql.create.or.replace.enabled", "boolean", "true", "whether CREATE OR REPLACE is allowed"),
  define("ksql.insert.into.values.enabled", "boolean", "true", "whether INSERT INTO … VALUES is allowed"),
  define(
    "ksql.fail.on.deserialization.error",
    "boolean",
    "false",
    "whether an undecodable record stops a query",
  ),
  define("ksql.fail.on.production.error", "boolean", "true", "whether a failed write stops a query"),
  define(
    "ksql.timestamp.throw.on.invalid",
    "boolean",
    "false",
    "whether a record without a readable time stops a query",
  ),
  define(
    "ksql.timestamp.skip.invalid",
    "boolean",
    "true",
    "whether a record without a readable time is left out",
  ),
  define("ksql.cast.strings.preserve.nulls", "boolean", "true", "whether NULL cast to STRING stays NULL"),
  define("ksql.nested.error.set.null", "boolean", "true", "whether a failed part of a value becomes NULL"),
  define("ksql.functions.collect_list.limit", "long", "1000", "most elements COLLECT_LIST keeps"),
  define("ksql.functions.collect_set.limit", "long", "1000", "most elements COLLECT_SET keeps"),
  define(
    "ksql.functions.substring.legacy.args",
    "boolean",
    "false",
    "whether SUBSTRING counts from 0 to an end",
  ),
  define("ksql.suppress.enabled", "boolean", "true", "whether EMIT FINAL is allowed"),
  define("ksql.suppress.buffer.size.bytes", "long", "-1", "most bytes EMIT FINAL holds back; -1: no limit"),
  define("ksql.lambdas.enabled", "boolean", "true", "whether lambda functions are allowed"),
  define("ksql.headers.columns.enabled", "boolean", "true", "whether header columns are allowed"),
  define(
    "ksql.source.table.materialization.enabled",
    "boolean",
    "true",
    "whether CREATE SOURCE TABLE keeps state",
  ),
  define("ksql.variable.substitution.enable", "boolean", "true", "whether ${name} is replaced"),
  define("ksql.named.avro.maps", "boolean", "true", "whether AVRO map entries have a name of their own"),
  define(
    "ksql.query.pull.enable.standby.reads",
    "boolean",
    "false",
    "whether pull queries may read a lagging copy",
  ),
  define(
    "ksql.query.pull.max.allowed.offset.lag",
    "long",
    "9223372036854775807",
    "how far such a copy may lag",
  ),
  define("ksql.query.pull.table.scan.enabled", "boolean", "true", "whether pull queries may scan a table"),
  define(
    "ksql.query.pull.range.scan.enabled",
    "boolean",
    "true",
    "whether pull queries may scan a key range",
  ),
  define("ksql.query.pull.stream.enabled", "boolean", "true", "whether streams can be pulled"),
  define("ksql.query.pull.limit.clause.enabled", "boolean", "true", "whether pull queries may have LIMIT"),
  define("ksql.query.pull.interpreter.enabled", "boolean", "true", "whether pull queries are interpreted"),
  define("ksql.query.pull.max.qps", "int", "2147483647", "most pull queries a second", SERVER),
  define(
    "ksql.query.pull.max.concurrent.requests",
    "int",
    "2147483647",
    "most pull queries at a time",
    SERVER,
  ),
  define(
    "ksql.query.pull.consistency.token.enabled",
    "boolean",
    "false",
    "whether a pull query reads its own writes",
  ),
  define("ksql.query.push.v2.enabled", "boolean", "false", "whether push queries may follow a running query"),
  define(
    "ksql.query.push.v2.registry.installed",
    "boolean",
    "false",
    "whether running queries can be followed",
    SERVER,
  ),
  define(
    "ksql.query.push.v2.new.latest.delay.ms",
    "long",
    "5000",
    "how long a follower waits for the latest row",
  ),
  define("ksql.query.push.v2.interpreter.enabled", "boolean", "true", "whether such queries are interpreted"),
  define("ksql.query.persistent.active.limit", "int", "2147483647", "most persistent queries", SERVER),
  define(
    "ksql.query.transient.max.bytes.buffering.total",
    "long",
    "-1",
    "bytes transient queries may hold back",
  ),
  define("ksql.runtime.feature.shared.enabled", "boolean", "false", "whether queries share a runtime"),
  define(
    "ksql.new.query.planner.enabled",
    "boolean",
    "false",
    "whether a stream's key may be left out of the select list",
  ),
  define(
    "ksql.rowpartition.rowoffset.enabled",
    "boolean",
    "true",
    "whether ROWPARTITION and ROWOFFSET exist",
  ),
  define("ksql.assert.topic.default.timeout.ms", "int", "1000", "how long ASSERT TOPIC waits"),
  define("ksql.assert.schema.default.timeout.ms", "int", "1000", "how long ASSERT SCHEMA waits"),
  define(
    "spoor.suppress.expired",
    "string",
    "drop",
    "what EMIT FINAL does with windows past their retention: count them as late, as Kafka Streams loses them, or give them",
    { values: ["drop", "emit"] },
  ),
  define(
    "spoor.byte.pipelines",
    "boolean",
    "true",
    "whether JSON queries may run on bytes; false: all take the operators, slower, with the same rows",
    SERVER,
  ),
  define(
    "spoor.flush",
    "string",
    "os",
    "whether commits wait for the disk; see [durability](durability.md)",
    {
      values: ["os", "commit"],
      serverOnly: true,
    },
  ),
  define(
    "spoor.commit.interval.ms",
    "int",
    "100",
    "most time between two commits of the queries while there is work",
    SERVER,
  ),
  define(
    "spoor.interpret.expressions",
    "boolean",
    "false",
    "whether expressions are interpreted instead of compiled: slow, for comparison",
    SERVER,
  ),
  define("spoor.authentication.users", "string", undefined, "a file of users and their roles", SERVER),
  define("spoor.kafka.users", "string", undefined, "a file of users; Kafka clients must then log in", SERVER),
  define("authentication.method", "string", "NONE", "whether clients must log in", {
    values: ["NONE", "BASIC"],
    serverOnly: true,
  }),
  define("authentication.roles", "list", "*", "roles of which a user needs one", SERVER),
  define("authentication.realm", "string", "spoor", "what a log-in is asked for", SERVER),
  define("authentication.skip.paths", "list", "", "paths that need no log-in", SERVER),
  define("access.control.allow.origin", "string", "", "origins whose pages may call", SERVER),
  define("access.control.allow.methods", "list", "", "methods they may use", SERVER),
  define("access.control.allow.headers", "list", "", "headers they may send", SERVER),
  define("ksql.service.id", "string", "default_", "put before the names of internal topics", SERVER),
  define(
    "ksql.schema.registry.url",
    "string",
    undefined,
    "another schema registry; several with commas",
    SERVER,
  ),
  define("ksql.schema.registry.basic.auth.user.info", "string", undefined, "user:password for it", SERVER),
  define(
    "ksql.schema.registry.http.read.timeout.ms",
    "int",
    "10000",
    "how long it may take to answer",
    SERVER,
  ),
  define("ksql.connect.url", "string", undefined, "the Kafka Connect cluster", SERVER),
  define(
    "ksql.extension.dir",
    "string",
    "ext",
    "the folder of user functions; 'ext' in the data folder if not set",
    SERVER,
  ),
  define("ksql.udfs.enabled", "boolean", "true", "whether user functions are loaded", SERVER),
  define("ksql.hidden.topics", "list", "_confluent.*,__.*", "topics that SHOW TOPICS leaves out", SERVER),
  define("ksql.readonly.topics", "list", "_confluent.*,__.*", "topics no statement may write to", SERVER),
  define("ksql.properties.overrides.denylist", "list", "", "properties that SET may not change", SERVER),
  define(
    "ksql.logging.processing.topic.auto.create",
    "boolean",
    "true",
    "whether the processing log has a topic",
    SERVER,
  ),
  define(
    "ksql.logging.processing.stream.auto.create",
    "boolean",
    "true",
    "whether the processing log has a stream",
    SERVER,
  ),
  define(
    "ksql.logging.processing.topic.name",
    "string",
    undefined,
    "the topic of the processing log",
    SERVER,
  ),
  define("ksql.logging.processing.topic.partitions", "int", "1", "its partitions", SERVER),
  define("ksql.logging.processing.topic.replication.factor", "int", "1", "its replicas", SERVER),
  define(
    "ksql.logging.processing.stream.name",
    "string",
    "KSQL_PROCESSING_LOG",
    "the stream over the processing log",
    SERVER,
  ),
  define(
    "ksql.logging.processing.rows.include",
    "boolean",
    "false",
    "whether the processing log holds rows",
    SERVER,
  ),
  define("ksql.internal.topic.replicas", "int", "1", "replicas of internal topics", SERVER),
  define("ksql.protobuf.unwrap.primitives.enabled", "boolean", "false", "accepted, without effect"),
  define("ksql.json_sr.converter.deserializer.enabled", "boolean", "true", "accepted, without effect"),
  define("use.exact.numeric.comparison", "boolean", "true", "accepted, without effect"),
];
