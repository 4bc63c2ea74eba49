/**
 * A terminated query's group and topics. Every process of the service leaves the group; the last to leave finds nobody in
 * it, and removes what is left.
 */
import { SpoorError } from "../../base/errors.ts";
import type { ClusterClient } from "../kafka/cluster-client.ts";
import type { QueryGroup } from "./query-group.ts";

/** @throws what the cluster refuses */
export async function removeQuery(
  group: QueryGroup,
  client: Pick<ClusterClient, "deleteGroup" | "deleteTopics" | "topics">,
): Promise<void> {
  const ownPrefix = `${group.group}-`;
  await group.leave();
  if (!(await deleteEmptyGroup(client, group.group))) return;
  const topics = await client.topics();
  const own = topics.map(({ name }) => name).filter((name) => name.startsWith(ownPrefix));
  if (own.length > 0) await client.deleteTopics(own);
}

/** False where other processes are members still: the last of them deletes it. */
async function deleteEmptyGroup(client: Pick<ClusterClient, "deleteGroup">, group: string): Promise<boolean> {
  try {
    await client.deleteGroup(group);
    return true;
  } catch (error) {
    if (error instanceof SpoorError && error.code === "CLUSTER_GROUP_NOT_EMPTY") return false;
    throw error;
  }
}
