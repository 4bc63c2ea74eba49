/**
 * A library of rules: a folder with
 *
 *     library.yml            where rules came from, what was decided about them (`library-file.ts`)
 *     rules/<source>/…       the files of each source, as they are, authors and licences in them
 *     rules/<source>.sha256  what each file was when it was imported, as `sha256sum` writes it
 *     filters/…              Sigma filters that tune rules (`tuning.ts`)
 *
 * A file changes by being moved into its place; who writes holds the lock.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import type { RuleText } from "../rule/rule-source.ts";
import { rulesErrors } from "./errors.ts";
import { readLibraryText } from "./library-file.ts";
import type { LibraryContent } from "./library-file.ts";
import { withLibraryLock } from "./library-lock.ts";
import type { LibraryWriter } from "./library-lock.ts";
import { isLibraryFolder, isRuleName, LIBRARY_FILE } from "./rule-units.ts";

/** Beside the place where the user stands. */
export const LIBRARY_DEFAULT = "spoor-rules";

export class LibraryFolder {
  /** As the user named it. */
  readonly name: string;
  readonly #path: string;

  constructor(name: string, path: string) {
    this.name = name;
    this.#path = path;
  }

  get exists(): boolean {
    return isLibraryFolder(this.#path);
  }

  /** Empty where there is none yet. @throws SpoorError RULES_LIBRARY_INVALID */
  content(): LibraryContent {
    const file = this.file();
    return file === undefined ? { sources: new Map(), rules: new Map() } : readLibraryText(file);
  }

  /** `library.yml`; undefined where there is none yet. */
  file(): RuleText | undefined {
    const text = this.read(LIBRARY_FILE);
    return text === undefined ? undefined : { file: join(this.name, LIBRARY_FILE), text };
  }

  /** @throws SpoorError RULES_LIBRARY_BUSY, RULES_LIBRARY_UNWRITABLE */
  async locked<T>(writer: LibraryWriter, work: () => T | Promise<T>): Promise<T> {
    this.#guarded(this.#path, () => mkdirSync(this.#path, { recursive: true }));
    return withLibraryLock(this.#path, writer, work);
  }

  read(place: string): string | undefined {
    try {
      return readFileSync(this.#within(place), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** The YAML files below a folder of the library, with forward slashes, sorted. */
  ruleFiles(place: string): string[] {
    let names: string[];
    try {
      names = readdirSync(this.#within(place), { recursive: true, encoding: "utf8" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
    return names
      .filter((name) => isRuleName(name))
      .map((name) => `${place}/${name.replaceAll("\\", "/")}`)
      .toSorted();
  }

  /** @throws SpoorError RULES_LIBRARY_UNWRITABLE */
  write(place: string, text: string): void {
    const path = this.#within(place);
    this.#guarded(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      const beside = join(dirname(path), `.${place.slice(place.lastIndexOf("/") + 1)}.new`);
      writeFileSync(beside, text);
      renameSync(beside, path);
    });
  }

  /** @throws SpoorError RULES_LIBRARY_UNWRITABLE */
  remove(place: string): void {
    const path = this.#within(place);
    this.#guarded(path, () => rmSync(path, { force: true }));
  }

  /** Names in archives may lead anywhere. */
  #within(place: string): string {
    const path = resolve(this.#path, place);
    if (path.startsWith(resolve(this.#path) + sep)) return path;
    throw rulesErrors.LIBRARY_UNWRITABLE({ message: `'${place}' leads out of the library '${this.name}'` });
  }

  #guarded(path: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      throw rulesErrors.LIBRARY_UNWRITABLE({
        message: `cannot write '${path}'`,
        detail: error instanceof Error ? error.message : String(error),
        hint: "check the folder, its permissions and the room on its disk",
        cause: error,
      });
    }
  }
}
