/**
 * Hunts as the server's routes know them. The database and what reads for it are loaded by the first question: a server that is
 * asked none does without.
 */
import type { HuntStatus, HuntTableEntity } from "../../api/hunt-answers.ts";
import type { HuntFormat } from "../../api/hunt-requests.ts";
import { huntErrors } from "../../lake/hunt/errors.ts";
import type { AppContext } from "../app-context.ts";
import { huntSettings } from "./hunt-settings.ts";

export interface HuntQuestion {
  readonly sql: string;
  readonly dialect: "duckdb" | "spark";
  readonly limit: number | undefined;
  /** What the views of events are made of; all topics of events where none is named. */
  readonly topics: readonly string[];
  /** The view of events under the source's own names. */
  readonly view: string | undefined;
  /** Lines of progress among those of `ndjson`. */
  readonly progress: boolean;
  readonly id: string | undefined;
}

/** An answer that has begun. */
export interface HuntAnswer {
  /** Pieces of the answer, as fast as they are taken. To stop early is allowed, and ends the hunt. */
  readonly pieces: AsyncGenerator<string | Buffer>;
  /** Of an answer that is whole already. */
  readonly bytes?: number | undefined;
}

/** Says what an error is, for an answer that has begun. */
export type ErrorText = (error: unknown) => string;

export interface RunningHunt {
  readonly id: string;
  /**
   * Asks the question: settles when there is something to send. To be called once; the hunt is over when the answer's pieces
   * are, or when this rejects.
   * @throws SpoorError HUNT_…, LAKE_…, LOG_…
   */
  answer(format: HuntFormat, errorText: ErrorText): Promise<HuntAnswer>;
  /** Ends it; its answer ends with HUNT_CANCELLED. */
  cancel(): void;
  /** Ends it whatever it does, and waits until it has let go of everything; to be called where nobody wants its answer. */
  close(): Promise<void>;
}

export interface HuntService {
  /** @throws SpoorError HUNT_TOO_MANY, HUNT_ID_TAKEN */
  open(question: HuntQuestion): Promise<RunningHunt>;
  running(): readonly HuntStatus[];
  status(id: string): HuntStatus | undefined;
  /** False where no such hunt is running. */
  cancel(id: string): boolean;
  tables(): Promise<readonly HuntTableEntity[]>;
  /** Ends all hunts and removes what was staged for them. */
  close(): Promise<void>;
}

export function unknownHunt(id: string): Error {
  return huntErrors.UNKNOWN_HUNT({
    message: `no hunt '${id}' is running`,
    hint: "GET /hunt lists those that run; one that has ended is forgotten",
  });
}

export interface HuntServiceOptions {
  /** Where topics are staged; the system's folder for temporary files where there is none. Nobody else uses it. */
  readonly folder: string | undefined;
}

/** @throws SpoorError HUNT_BAD_SETTING */
export function openHunts(context: AppContext, options: HuntServiceOptions): HuntService {
  const settings = huntSettings(context.settings.properties);
  let loaded: Promise<HuntService> | undefined;
  let service: HuntService | undefined;
  const load = async (): Promise<HuntService> => {
    loaded ??= import("./server-hunts.ts").then(({ ServerHunts }) =>
      ServerHunts.open(context, settings, options.folder),
    );
    service = await loaded;
    return service;
  };
  return {
    open: async (question) => (await load()).open(question),
    running: () => service?.running() ?? [],
    status: (id) => service?.status(id),
    cancel: (id) => service?.cancel(id) ?? false,
    tables: async () => (await load()).tables(),
    close: async () => {
      await (await loaded)?.close();
    },
  };
}
