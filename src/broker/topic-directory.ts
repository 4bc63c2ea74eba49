/** Topics by id; the log knows them by name. */
import type { PartitionLog, TopicInfo, TopicLog } from "../log/topic-log.ts";

export class TopicDirectory {
  readonly #log: TopicLog;
  readonly #unsubscribe: () => void;
  /** Made anew after the topics have changed. */
  #byId: Map<string, TopicInfo> | undefined;

  constructor(log: TopicLog) {
    this.#log = log;
    this.#unsubscribe = log.onTopicsChange(() => {
      this.#byId = undefined;
    });
  }

  byName(name: string): TopicInfo | undefined {
    return this.#log.topic(name);
  }

  byId(id: string): TopicInfo | undefined {
    this.#byId ??= new Map(this.#log.topics().map((topic) => [topic.id, topic]));
    return this.#byId.get(id);
  }

  all(): TopicInfo[] {
    return this.#log.topics();
  }

  /** Undefined where topic or partition do not exist. */
  partition(topic: TopicInfo | undefined, partition: number): PartitionLog | undefined {
    if (topic === undefined || partition < 0 || partition >= topic.partitions) return undefined;
    return this.#log.partition(topic.name, partition);
  }

  close(): void {
    this.#unsubscribe();
  }
}
