/**
 * Answers of `POST /ksql`: one entity (or none, for SET and DEFINE) a statement, told apart by `@type`. Names and
 * spellings are ksqlDB's; fields that only Spoor has are optional and marked so.
 */
import type { ErrorPlaceEntity } from "./error-entity.ts";
import type { CatalogEntity } from "./catalog-entities.ts";
import type { QueryEntity } from "./query-entities.ts";

export interface Warning {
  readonly message: string;
  /** Spoor's: where in the statement. */
  readonly place?: ErrorPlaceEntity;
}

export interface EntityBase {
  readonly statementText: string;
  readonly warnings: readonly Warning[];
}

export type CommandState = "QUEUED" | "PARSING" | "EXECUTING" | "TERMINATED" | "SUCCESS" | "ERROR";

export interface CommandStatus {
  readonly status: CommandState;
  readonly message: string;
  readonly queryId: string | null;
}

/** CREATE, DROP, ALTER, INSERT INTO, TERMINATE, PAUSE, RESUME … */
export interface CurrentStatus extends EntityBase {
  readonly "@type": "currentStatus";
  /** `<type>/<name>/<action>`, e.g. ``stream/`PAGEVIEWS`/create``: ask /status for it. */
  readonly commandId: string;
  readonly commandStatus: CommandStatus;
  /** Offset of the command in the command log; -1 where nothing was written. */
  readonly commandSequenceNumber: number;
}

/** The statement did nothing, e.g. CREATE … IF NOT EXISTS of what exists. */
export interface WarningEntity extends EntityBase {
  readonly "@type": "warning_entity";
  readonly message: string;
}

export interface TerminateQueryEntity extends EntityBase {
  readonly "@type": "terminate_query";
  readonly queryId: string;
  readonly wasTerminated: boolean;
}

export interface AssertTopicEntity extends EntityBase {
  readonly "@type": "assert_topic";
  readonly topicName: string;
  readonly exists: boolean;
}

export interface AssertSchemaEntity extends EntityBase {
  readonly "@type": "assert_schema";
  readonly subject: string | null;
  readonly id: number | null;
  readonly exists: boolean;
}

export interface PropertyEntity {
  readonly name: string;
  readonly scope: string;
  readonly value: string | null;
  readonly editable: boolean;
  readonly level: "QUERY" | "SERVER";
}

export interface PropertiesEntity extends EntityBase {
  readonly "@type": "properties";
  readonly properties: readonly PropertyEntity[];
  /** Names that the session or the server's configuration has set. */
  readonly overwrittenProperties: readonly string[];
  readonly defaultProperties: readonly string[];
}

export interface VariablesEntity extends EntityBase {
  readonly "@type": "variables";
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

export type KsqlEntity =
  | CurrentStatus
  | WarningEntity
  | TerminateQueryEntity
  | AssertTopicEntity
  | AssertSchemaEntity
  | PropertiesEntity
  | VariablesEntity
  | CatalogEntity
  | QueryEntity;

export type KsqlEntityType = KsqlEntity["@type"];
