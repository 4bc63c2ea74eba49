/** What became of the latest commands, for /status and for requests that wait for one. Bounded: the oldest go. */
import type { CommandStatus } from "../api/entities.ts";
import type { CommandStatusesResponse } from "../api/server-info.ts";

const KEPT = 10_000;

export class CommandStatuses {
  readonly #byId = new Map<string, CommandStatus>();
  /** Replayed commands that could not be carried out again. */
  readonly failures: string[] = [];

  set(commandId: string, status: CommandStatus): void {
    // A repeated id moves to the end: it is the latest again.
    this.#byId.delete(commandId);
    this.#byId.set(commandId, status);
    const oldest = this.#byId.keys().next();
    if (this.#byId.size > KEPT && oldest.done !== true) this.#byId.delete(oldest.value);
  }

  /** Names may be written with or without back-ticks. */
  get(commandId: string): CommandStatus | undefined {
    const [type, name, action] = commandId.split("/");
    return this.#byId.get(commandId) ?? this.#byId.get(`${type}/\`${name}\`/${action}`);
  }

  all(): CommandStatusesResponse {
    const statuses = [...this.#byId].map(([id, status]) => [id, status.status] as const);
    return { commandStatuses: Object.fromEntries(statuses) };
  }
}
