import { copyFile } from "node:fs/promises";
import type { HuntSession, HuntText } from "../../lake/hunt/hunt-session.ts";
import type { HuntDialect } from "../../lake/hunt/sql-tokens.ts";
import type { DoorAnswer, HuntDoor } from "./hunt-door.ts";

/** A session of this process over event files and lakes. */
export class LocalDoor implements HuntDoor {
  readonly dialect: HuntDialect;
  readonly #session: HuntSession;

  readonly #afterwards: () => Promise<void>;

  /** @param afterwards what is to be done when it is closed */
  constructor(session: HuntSession, afterwards: () => Promise<void>) {
    this.#session = session;
    this.#afterwards = afterwards;
    this.dialect = session.dialect;
  }

  async ask(statement: HuntText): Promise<DoorAnswer> {
    return (await this.#session.prepare(statement)).run();
  }

  async writeParquet(statement: HuntText, limit: number | undefined, path: string): Promise<void> {
    const hunt = await this.#session.prepare(statement);
    await copyFile(await hunt.writeParquet(limit), path);
  }

  tables(): readonly { readonly name: string }[] {
    return this.#session.tables();
  }

  names(): readonly string[] {
    return this.#session.names();
  }

  progress(): string | undefined {
    const percent = this.#session.percentDone();
    return percent > 0 ? `${Math.floor(percent)} %` : undefined;
  }

  interrupt(): void {
    this.#session.interrupt();
  }

  async close(): Promise<void> {
    await this.#session.close();
    await this.#afterwards();
  }
}
