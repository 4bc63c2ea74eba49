/**
 * The cluster's log for queries that run in this process alone (push and pull): only the topics that such a query reads are
 * watched, for as long as it runs, so that nobody fetches the whole cluster.
 */
import type { PartitionLog, TopicLog } from "../../log/topic-log.ts";
import type { ClusterLog } from "./cluster-engine.ts";

export function transientLog(log: ClusterLog): TopicLog {
  const views = new WeakMap<PartitionLog, PartitionLog>();
  const unwatched = (partition: PartitionLog): PartitionLog => {
    const known = views.get(partition);
    if (known !== undefined) return known;
    const view = new Proxy(partition, {
      get: (target, name) => {
        if (name === "onAppend") return () => () => undefined;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    views.set(partition, view);
    return view;
  };
  return new Proxy(log, {
    get: (target, name) => {
      if (name === "partition")
        return (topic: string, partition: number) => unwatched(target.partition(topic, partition));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
