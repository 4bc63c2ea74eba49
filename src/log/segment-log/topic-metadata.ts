/**
 * Topics on disk: one file `<topic>.topic.json` each, which is what makes a topic exist. A deletion first
 * renames it to `<topic>.topic.deleted`, then removes the partitions' folders, then the file: opening the
 * log completes what a crash broke off.
 */
import { logErrors } from "../errors.ts";
import { parseTopicConfig } from "../topic-config.ts";
import type { TopicInfo } from "../topic-log.ts";
import type { Disk } from "./disk.ts";
import { readSmallFile, replaceFile } from "./disk.ts";
import { damagedMetadata, encodeCheckedJson, parseCheckedJson } from "./checked-json.ts";

const SUFFIX = ".topic.json";
const DELETED_SUFFIX = ".topic.deleted";

export class TopicMetadata {
  readonly #disk: Disk;
  readonly #directory: string;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  partitionDirectory(topic: string, partition: number): string {
    return `${this.#directory}/${topic}-${partition}`;
  }

  /** All topics that exist. @throws LOG_DAMAGED_METADATA */
  load(): TopicInfo[] {
    const topics: TopicInfo[] = [];
    for (const file of this.#disk.list(this.#directory)) {
      if (file.endsWith(SUFFIX)) topics.push(this.#read(file.slice(0, -SUFFIX.length)));
      if (file.endsWith(DELETED_SUFFIX)) this.#finishDeletion(file.slice(0, -DELETED_SUFFIX.length));
    }
    return topics;
  }

  /** @throws LOG_FOLDER_TAKEN where the folder of one of the partitions, which are new, holds something */
  checkFolders(topic: string, from: number, to: number): void {
    for (let partition = from; partition < to; partition++) {
      if (this.#disk.list(this.partitionDirectory(topic, partition)).length === 0) continue;
      throw logErrors.FOLDER_TAKEN({
        message: `folder '${topic}-${partition}' is there already, without a topic`,
        hint: `move it away, or restore the file '${topic}${SUFFIX}' that belongs to it`,
      });
    }
  }

  save(topic: TopicInfo): void {
    const { name, id, partitions, overrides } = topic;
    const content = encodeCheckedJson({ name, id, partitions, config: overrides }, 2);
    replaceFile(this.#disk, `${this.#directory}/${name}${SUFFIX}`, content, true);
  }

  /** Does nothing where there is no such topic. */
  delete(name: string): void {
    const path = `${this.#directory}/${name}`;
    if (this.#disk.status(path + SUFFIX) === undefined) return;
    this.#disk.rename(path + SUFFIX, path + DELETED_SUFFIX);
    this.#disk.fsyncDirectory(this.#directory);
    this.#finishDeletion(name);
  }

  #finishDeletion(name: string): void {
    for (const folder of this.#disk.list(this.#directory)) {
      const match = /^(.+)-\d+$/.exec(folder);
      if (match?.[1] === name) this.#disk.removeDirectory(`${this.#directory}/${folder}`);
    }
    this.#disk.unlink(`${this.#directory}/${name}${DELETED_SUFFIX}`);
  }

  #read(name: string): TopicInfo {
    const path = `${this.#directory}/${name}${SUFFIX}`;
    const { id, partitions, config } = parseCheckedJson(readSmallFile(this.#disk, path)!, path);
    if (typeof id !== "string") throw damagedMetadata(path, "field 'id' is no text");
    if (typeof partitions !== "number" || !Number.isInteger(partitions) || partitions < 1) {
      throw damagedMetadata(path, "field 'partitions' is no positive whole number");
    }
    if (!isTexts(config)) throw damagedMetadata(path, "field 'config' is no object of texts");
    return { name, id, partitions, overrides: config, config: parseTopicConfig(config) };
  }
}

function isTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((each) => typeof each === "string");
}
