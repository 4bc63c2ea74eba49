/** DescribeConfigs, AlterConfigs, IncrementalAlterConfigs. */
import { topicSettings } from "../../log/topic-config.ts";
import type { TopicInfo } from "../../log/topic-log.ts";
import { AclOperation } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import { failureOf } from "../failure-code.ts";
import type { Failure } from "../failure-code.ts";
import { mayCluster, mayTopic } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { alterConfigsApi } from "../protocol/messages/alter-configs.ts";
import { describeConfigsApi } from "../protocol/messages/describe-configs.ts";
import { incrementalAlterConfigsApi } from "../protocol/messages/incremental-alter-configs.ts";
import type { RequestOf } from "../protocol/schema.ts";
import { brokerConfigs, topicConfigs } from "./config-entries.ts";
import type { ConfigEntry } from "./config-entries.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";
import { checkAlteration, notAllowed, ownTopic } from "./topic-handlers.ts";

type Changes = Record<string, string | null>;
type IncrementalChange = RequestOf<typeof incrementalAlterConfigsApi>["resources"][number]["configs"][number];

const TOPIC = 2;
const BROKER = 4;

export function configHandlers(services: BrokerServices): Handler[] {
  return [describeConfigs(services), alterConfigs(services), incrementalAlterConfigs(services)];
}

function describeConfigs(services: BrokerServices): Handler {
  return handler(describeConfigsApi, (request, { caller }) => ({
    results: request.resources.map(({ resourceType, resourceName, configurationKeys }) => {
      const resource = { resourceType, resourceName };
      const entries = entriesOf(services, caller, resourceType, resourceName, configurationKeys);
      if (!Array.isArray(entries)) return { ...resource, ...entries, configs: [] };
      const configs = entries.map((entry) => ({
        ...entry,
        synonyms: request.includeSynonyms ? entry.synonyms : [],
        documentation: request.includeDocumentation ? entry.documentation : null,
      }));
      return { ...resource, errorCode: KafkaError.NONE, configs };
    }),
  }));
}

function entriesOf(
  services: BrokerServices,
  caller: Caller,
  resourceType: number,
  resourceName: string,
  keys: readonly string[] | null,
): ConfigEntry[] | Failure {
  if (resourceType === TOPIC) {
    if (!mayTopic(services, caller, AclOperation.DESCRIBE_CONFIGS, resourceName)) {
      return notAllowed(resourceName);
    }
    const topic = services.topics.byName(resourceName);
    return topic === undefined ? missing(resourceName) : topicConfigs(topic, keys);
  }
  if (resourceType !== BROKER) {
    return fault(KafkaError.INVALID_REQUEST, `resources of type ${resourceType} have no settings here`);
  }
  if (!mayCluster(services, caller, AclOperation.DESCRIBE_CONFIGS)) {
    return fault(KafkaError.CLUSTER_AUTHORIZATION_FAILED, "not allowed on the cluster");
  }
  if (resourceName === "") return [];
  if (resourceName !== String(services.nodeId)) {
    return fault(KafkaError.INVALID_REQUEST, `the only broker is ${services.nodeId}`);
  }
  return brokerConfigs(services, keys);
}

function alterConfigs(services: BrokerServices): Handler {
  return handler(alterConfigsApi, (request, { caller }) => ({
    responses: request.resources.map(({ resourceType, resourceName, configs }) => {
      const outcome = alter(services, caller, resourceType, resourceName, request.validateOnly, (topic) => {
        // What is not named goes back to its default.
        const changes: Changes = {};
        for (const name of Object.keys(topic.overrides)) changes[name] = null;
        for (const { name, value } of configs) changes[name] = value;
        return changes;
      });
      return { resourceType, resourceName, ...outcome };
    }),
  }));
}

function incrementalAlterConfigs(services: BrokerServices): Handler {
  return handler(incrementalAlterConfigsApi, (request, { caller }) => ({
    responses: request.resources.map(({ resourceType, resourceName, configs }) => {
      const outcome = alter(services, caller, resourceType, resourceName, request.validateOnly, (topic) =>
        incrementalChanges(topic, configs),
      );
      return { resourceType, resourceName, ...outcome };
    }),
  }));
}

type Outcome = { readonly errorCode: number; readonly errorMessage?: string };

function alter(
  services: BrokerServices,
  caller: Caller,
  resourceType: number,
  name: string,
  validateOnly: boolean,
  changesOf: (topic: TopicInfo) => Changes | Failure,
): Outcome {
  if (resourceType !== TOPIC) {
    return fault(KafkaError.INVALID_REQUEST, "only the settings of topics can be altered");
  }
  if (!mayTopic(services, caller, AclOperation.ALTER_CONFIGS, name)) return notAllowed(name);
  if (services.log.isInternal(name)) return ownTopic(name);
  const topic = services.topics.byName(name);
  if (topic === undefined) return missing(name);
  const changes = changesOf(topic);
  if (isFailure(changes)) return changes;
  try {
    checkAlteration(topic, changes);
    if (!validateOnly) services.log.log.alterConfig(name, changes);
    return { errorCode: KafkaError.NONE };
  } catch (error) {
    return failureOf(error);
  }
}

function isFailure(changes: Changes | Failure): changes is Failure {
  return typeof changes["errorCode"] === "number";
}

const SET = 0;
const DELETE = 1;
const APPEND = 2;
const SUBTRACT = 3;

function incrementalChanges(topic: TopicInfo, configs: readonly IncrementalChange[]): Changes | Failure {
  const changes: Changes = {};
  for (const { name, configOperation, value } of configs) {
    if (name in changes) return fault(KafkaError.INVALID_REQUEST, `setting '${name}' is named twice`);
    if (configOperation === DELETE) {
      changes[name] = null;
      continue;
    }
    if (value === null) return fault(KafkaError.INVALID_REQUEST, `setting '${name}' has no value`);
    if (configOperation === SET) {
      changes[name] = value;
      continue;
    }
    const setting = topicSettings.find((each) => each.name === name);
    const isList = setting?.type === "list";
    if (!isList || (configOperation !== APPEND && configOperation !== SUBTRACT)) {
      return fault(KafkaError.INVALID_CONFIG, `operation ${configOperation} is not for setting '${name}'`);
    }
    const present = listItems(topic.overrides[name] ?? setting.defaultValue);
    const given = listItems(value);
    const kept = present.filter((item) => !given.includes(item));
    changes[name] = (configOperation === APPEND ? [...kept, ...given] : kept).join(",");
  }
  return changes;
}

function listItems(value: string): string[] {
  return value.split(",").filter((item) => item !== "");
}

function missing(topic: string): Failure {
  return fault(KafkaError.UNKNOWN_TOPIC_OR_PARTITION, `topic '${topic}' does not exist`);
}

function fault(errorCode: number, errorMessage: string): Failure {
  return { errorCode, errorMessage };
}
