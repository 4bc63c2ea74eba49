/**
 * What a server's hunts may name besides its lakes: its topics (raw, as documents, as events) and its streams and tables with
 * their declared columns. Topics that Spoor keeps for itself are none.
 */
import { loadEventModel } from "../../events/model/event-model.ts";
import type { EventModel } from "../../events/model/event-model.ts";
import { detectShape } from "../../events/shapes/detect-shape.ts";
import type { SourceObject } from "../../events/shapes/raw-event.ts";
import { objectOf } from "../../lake/hunt/event-staging.ts";
import type { LiveTable, LiveTables } from "../../lake/hunt/live-tables.ts";
import { DocumentForm, EventForm, RawForm } from "../../lake/hunt/record-form.ts";
import { SegmentTable } from "../../lake/hunt/segment-table.ts";
import type { TopicInfo } from "../../log/topic-log.ts";
import type { DataSource } from "../../plan/metastore.ts";
import { isInternalTopic } from "../app-context.ts";
import type { AppContext } from "../app-context.ts";
import { blockForm, declaredColumns, declaredForm, declaredRows } from "./block-forms.ts";
import type { BlockForm } from "./block-forms.ts";
import { topicRecord } from "./committed-records.ts";
import { StagedTopic } from "./staged-topic.ts";

export type TableContext = Pick<AppContext, "log" | "catalog" | "schemas" | "clock" | "refreshed">;

type FormName = "raw" | "documents" | "events";

/** Tables that are kept staged; the one that was asked longest ago goes. */
const STAGED_MAX = 64;
const SAMPLE_BYTES = 64 * 1024;
const SAMPLE_RECORDS = 50;

export class ServerTables {
  readonly #context: TableContext;
  readonly #folder: string;
  readonly #topicBytes: number;
  readonly #staged = new Map<string, StagedTopic>();
  /** By a topic's id, once it has records. */
  readonly #areEvents = new Map<string, boolean>();
  #model: EventModel | undefined;
  #made = 0;

  /** @param folder where topics are staged, this object's own */
  constructor(context: TableContext, folder: string, topicBytes: number) {
    this.#context = context;
    this.#folder = folder;
    this.#topicBytes = topicBytes;
  }

  readonly model = (): EventModel => (this.#model ??= loadEventModel());

  /** @param eventTopics what the views of events are made of; all topics with Windows events where none is named */
  tables(eventTopics: readonly string[]): LiveTables {
    const topics = this.#context.log.topics().filter(({ name }) => !isInternalTopic(name));
    const events = topics.filter(({ name, id }) =>
      eventTopics.length === 0 ? this.#holdsEvents(name, id) : eventTopics.includes(name),
    );
    return {
      tables: [
        ...this.#context.catalog.metastore
          .sources()
          .filter(({ topic }) => topics.some(({ name }) => name === topic))
          .map((source) => this.#sourceTable(source)),
        ...topics.map((topic) =>
          this.#topicTable(topic, this.#holdsEvents(topic.name, topic.id) ? "events" : "documents"),
        ),
      ],
      events: events.map((topic) => this.#topicTable(topic, "events")),
      sources: events.map((topic) => this.#topicTable(topic, "documents")),
      topic: (name) => {
        const found = topics.find((topic) => topic.name === name);
        return found === undefined ? undefined : this.#topicTable(found, "raw");
      },
      topicNames: topics.map(({ name }) => name),
    };
  }

  #topicTable({ name, partitions }: TopicInfo, form: FormName): LiveTable {
    const { schemas } = this.#context;
    const make = (rewritten: boolean): BlockForm => {
      if (form === "raw") return blockForm(new RawForm(), schemas);
      if (form === "events") return blockForm(new EventForm(this.model()), schemas);
      return blockForm(new DocumentForm(rewritten), schemas);
    };
    const words = { raw: "records", events: "Windows events", documents: "documents" }[form];
    return {
      schema: "topics",
      name,
      about: `topic, ${words}, ${partitions} ${partitions === 1 ? "partition" : "partitions"}`,
      names: form === "events" ? "model" : "source",
      query: (use) => this.#stagedTopic(`${form} ${name}`, name, make).query(use),
    };
  }

  #sourceTable(source: DataSource): LiveTable {
    const { name, kind, topic, statementText } = source;
    const { schemas, clock } = this.#context;
    return {
      schema: "streams",
      name,
      about: `${kind} over topic ${topic}`,
      columns: declaredColumns(source),
      names: "source",
      query: async (use) => {
        const key = `declared ${name} ${topic} ${statementText}`;
        const staged = this.#stagedTopic(key, topic, () => declaredForm(source, schemas, clock));
        return declaredRows(source, await staged.query(use));
      },
    };
  }

  #stagedTopic(key: string, topic: string, form: (rewritten: boolean) => BlockForm): StagedTopic {
    let staged = this.#staged.get(key);
    if (staged === undefined) {
      const { log, clock, refreshed } = this.#context;
      const table = new SegmentTable(this.#folder, `topic-${++this.#made}`);
      staged = new StagedTopic(table, { log, topic, clock, bytesMax: this.#topicBytes, form, refreshed });
    }
    // The one that was asked last stands last.
    this.#staged.delete(key);
    this.#staged.set(key, staged);
    this.#forget();
    return staged;
  }

  #forget(): void {
    for (const [key, staged] of this.#staged) {
      if (this.#staged.size <= STAGED_MAX) return;
      this.#staged.delete(key);
      void staged.drop();
    }
  }

  /** Whether most of the first documents of a topic are Windows events. */
  #holdsEvents(name: string, id: string): boolean {
    const known = this.#areEvents.get(id);
    if (known !== undefined) return known;
    const { log, schemas } = this.#context;
    let [records, documents, events] = [0, 0, 0];
    for (let p = 0; p < (log.topic(name)?.partitions ?? 0) && records < SAMPLE_RECORDS; p++) {
      const partition = log.partition(name, p);
      const upTo = partition.lastStableOffset;
      const options = { maxBytes: SAMPLE_BYTES, upTo, isolation: "read_committed" as const };
      for (const block of partition.startOffset < upTo
        ? partition.read(partition.startOffset, options)
        : []) {
        for (let i = 0; i < block.count && records < SAMPLE_RECORDS; i++) {
          const { value } = topicRecord(block, i, p, schemas);
          const document = value === null ? undefined : objectOf(value);
          records++;
          if (document === undefined) continue;
          documents++;
          if (detectShape(document as SourceObject) !== undefined) events++;
        }
      }
    }
    if (records === 0) return false;
    this.#areEvents.set(id, events * 2 > documents);
    return events * 2 > documents;
  }
}
