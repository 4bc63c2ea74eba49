/**
 * The topic log in memory: the segment log over a disk that is not there, so that both keep one contract by
 * being one implementation. For tests and for topics that need not outlive the process.
 */
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { MemoryDisk } from "./segment-log/memory-disk.ts";
import { SegmentTopicLog } from "./segment-log/segment-topic-log.ts";

export interface MemoryLogOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** What all topics together may hold; beyond it appends throw LOG_DISK_FULL. Default: no limit. */
  readonly capacityBytes?: number;
  /** As for the segment log. */
  readonly cacheBytes?: number;
}

export function openMemoryLog(options: MemoryLogOptions = {}): SegmentTopicLog {
  const { capacityBytes, ...rest } = options;
  const disk = new MemoryDisk(capacityBytes === undefined ? {} : { capacityBytes });
  return SegmentTopicLog.open({ ...rest, directory: "memory", disk });
}
