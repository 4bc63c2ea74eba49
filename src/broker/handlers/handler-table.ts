/** All handlers that these services allow, by API key. */
import { assert } from "../../base/assert.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { ApiDefinition } from "../protocol/schema.ts";
import { accessHandlers } from "./access-handlers.ts";
import { apiVersionsHandler } from "./api-versions-handler.ts";
import { clusterHandlers } from "./cluster-handlers.ts";
import { configHandlers } from "./config-handlers.ts";
import { fetchHandler } from "./fetch-handler.ts";
import { groupHandlers } from "./group-handlers.ts";
import type { Handler } from "./handler.ts";
import { listOffsetsHandler } from "./list-offsets-handler.ts";
import { metadataHandler } from "./metadata-handler.ts";
import { partitionHandlers } from "./partition-handlers.ts";
import { produceHandler } from "./produce-handler.ts";
import { quotaHandlers } from "./quota-handlers.ts";
import { saslHandlers } from "./sasl-handlers.ts";
import { topicHandlers } from "./topic-handlers.ts";
import { transactionHandlers } from "./transaction-handlers.ts";

export interface HandlerTable {
  readonly handlers: ReadonlyMap<number, Handler>;
  /** What ApiVersions tells. */
  readonly offered: readonly ApiDefinition[];
}

export function handlerTable(services: BrokerServices): HandlerTable {
  const offered: ApiDefinition[] = [];
  const handlers = new Map<number, Handler>();
  const all = [
    apiVersionsHandler(() => offered),
    metadataHandler(services),
    produceHandler(services),
    fetchHandler(services),
    listOffsetsHandler(services),
    ...clusterHandlers(services),
    ...topicHandlers(services),
    ...configHandlers(services),
    ...partitionHandlers(services),
    ...groupHandlers(services),
    ...transactionHandlers(services),
    ...saslHandlers(services),
    ...accessHandlers(services),
    ...quotaHandlers(services),
  ];
  for (const each of all) {
    assert(!handlers.has(each.api.key), `${each.api.name} has one handler`);
    handlers.set(each.api.key, each);
    offered.push(each.api);
  }
  return { handlers, offered };
}
