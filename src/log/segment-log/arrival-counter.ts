/**
 * The source of arrival numbers. Numbers are reserved on disk in large steps before they are given out, so
 * that after a crash counting goes on above every number ever given; a clean end gives the rest back.
 */
import type { Disk } from "./disk.ts";
import { readSmallFile, replaceFile } from "./disk.ts";
import { damagedMetadata, encodeCheckedJson, parseCheckedJson } from "./checked-json.ts";

const STEP = 1_048_576;
const FILE_NAME = "arrivals.json";

export class ArrivalCounter {
  readonly #disk: Disk;
  readonly #path: string;
  #next = 0;
  #reserved = 0;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#path = `${directory}/${FILE_NAME}`;
  }

  /** False where no number was ever noted; the caller then finds the highest in use. @throws LOG_DAMAGED_METADATA */
  load(): boolean {
    const content = readSmallFile(this.#disk, this.#path);
    if (content === undefined) return false;
    const { next } = parseCheckedJson(content, this.#path);
    if (typeof next !== "number" || !Number.isSafeInteger(next) || next < 0) {
      throw damagedMetadata(this.#path, "field 'next' is no whole number");
    }
    this.#next = next;
    this.#reserved = next;
    return true;
  }

  /** Goes on above `arrival`. */
  skipPast(arrival: number): void {
    this.#next = Math.max(this.#next, arrival + 1);
  }

  allocate(count: number): number {
    const first = this.#next;
    if (first + count > this.#reserved) this.#write(first + count + STEP);
    this.#next = first + count;
    return first;
  }

  /** Notes the exact next number. */
  close(): void {
    this.#write(this.#next);
  }

  #write(next: number): void {
    replaceFile(this.#disk, this.#path, encodeCheckedJson({ next }), true);
    this.#reserved = next;
  }
}
