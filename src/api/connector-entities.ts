/** Answers of the connector statements, in ksqlDB's form. */
import type { EntityBase } from "./entities.ts";

export type ConnectorType = "source" | "sink";

export interface ConnectorsEntity extends EntityBase {
  readonly "@type": "connector_list";
  readonly connectors: readonly {
    readonly name: string;
    readonly type: ConnectorType;
    readonly className: string;
    readonly state: string;
  }[];
}

export interface ConnectorPluginsEntity extends EntityBase {
  readonly "@type": "connector_plugins_list";
  readonly connectorsPlugins: readonly {
    readonly className: string;
    readonly type: ConnectorType;
    readonly version: string;
  }[];
}

export interface CreateConnectorEntity extends EntityBase {
  readonly "@type": "connector_info";
  readonly info: {
    readonly name: string;
    readonly config: Readonly<Record<string, string>>;
    readonly tasks: readonly { readonly connector: string; readonly task: number }[];
    readonly type: ConnectorType;
  };
}

export interface DropConnectorEntity extends EntityBase {
  readonly "@type": "drop_connector";
  readonly connectorName: string;
}

/** Names with underscores are Kafka Connect's. */
export interface ConnectorDescriptionEntity extends EntityBase {
  readonly "@type": "connector_description";
  readonly connectorClass: string;
  readonly status: {
    readonly name: string;
    readonly connector: { readonly state: string; readonly worker_id: string; readonly trace: string };
    readonly tasks: readonly {
      readonly id: number;
      readonly state: string;
      readonly worker_id: string;
      readonly trace: string;
    }[];
    readonly type: ConnectorType;
  };
  readonly sources: readonly string[];
  readonly topics: readonly string[];
  /** Spoor's: by topic, what has become of its records. */
  readonly statistics?: Readonly<Record<string, string>>;
}

export type ConnectorEntity =
  | ConnectorsEntity
  | ConnectorPluginsEntity
  | CreateConnectorEntity
  | DropConnectorEntity
  | ConnectorDescriptionEntity;
