/** Hears of every append to every partition of the log, also of topics that are made later. */
import type { PartitionLog, TopicLog } from "../log/topic-log.ts";

export interface TopicWatchOptions {
  readonly log: TopicLog;
  readonly onAppend: (partition: PartitionLog) => void;
  /** The partition's topic was deleted. */
  readonly onGone: (partition: PartitionLog) => void;
}

export class TopicWatch {
  readonly #options: TopicWatchOptions;
  readonly #watched = new Map<PartitionLog, () => void>();
  readonly #end: () => void;

  constructor(options: TopicWatchOptions) {
    this.#options = options;
    this.#end = options.log.onTopicsChange(() => this.#update());
    this.#update();
  }

  #update(): void {
    const { log, onAppend, onGone } = this.#options;
    const present = new Set<PartitionLog>();
    for (const info of log.topics()) {
      for (let i = 0; i < info.partitions; i++) {
        const partition = log.partition(info.name, i);
        present.add(partition);
        if (this.#watched.has(partition)) continue;
        this.#watched.set(
          partition,
          partition.onAppend(() => onAppend(partition)),
        );
      }
    }
    for (const [partition, end] of this.#watched) {
      if (present.has(partition)) continue;
      end();
      this.#watched.delete(partition);
      onGone(partition);
    }
  }

  close(): void {
    this.#end();
    for (const end of this.#watched.values()) end();
  }
}
