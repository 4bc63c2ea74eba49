/** Records of repartition topics that were processed and committed are of no more use: they are deleted, as Kafka Streams does. */
import type { ClusterClient } from "../kafka/cluster-client.ts";
import type { QueryGroup } from "./query-group.ts";

export async function purgeRepartitions(
  group: QueryGroup,
  client: Pick<ClusterClient, "deleteRecords">,
): Promise<void> {
  for (const { topic, partition, offset } of group.processedRepartitions()) {
    await client.deleteRecords({ topic, partition }, offset);
  }
}
