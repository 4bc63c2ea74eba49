/** The library of rules that a command works with. */
import { resolve } from "node:path";
import { rulesErrors } from "../../detect/rule-library/errors.ts";
import { LibraryEdit } from "../../detect/rule-library/library-file.ts";
import { LibraryFolder } from "../../detect/rule-library/library-folder.ts";
import type { LibraryWriter } from "../../detect/rule-library/library-lock.ts";
import { LIBRARY_FILE } from "../../detect/rule-library/rule-units.ts";
import type { Invocation } from "../command-definition.ts";

/** This process, as others see it. */
export const libraryWriter: LibraryWriter = {
  pid: process.pid,
  isRunning(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      // It runs, for somebody else.
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
  },
};

export function libraryOf({ options, workingDirectory }: Invocation): LibraryFolder {
  const name = options.requiredText("library");
  return new LibraryFolder(name, resolve(workingDirectory, name));
}

/** @throws SpoorError RULES_LIBRARY_MISSING */
export function existingLibrary(invocation: Invocation): LibraryFolder {
  const library = libraryOf(invocation);
  if (library.exists) return library;
  throw rulesErrors.LIBRARY_MISSING({
    message: `there is no library of rules in '${library.name}'`,
    hint: `make one with: ${invocation.commandName} rules import PATH, or name it with --library`,
  });
}

/** What is to be read where nothing was named: the library, if there is one. */
export function pathsOrLibrary(invocation: Invocation, named: readonly string[]): readonly string[] {
  if (named.length > 0) return named;
  const library = libraryOf(invocation);
  return library.exists ? [library.name] : [];
}

/** What `--rules` gives; the library, if there is one, where nobody gave it. */
export function rulesOrLibrary(invocation: Invocation): readonly string[] {
  const { options } = invocation;
  const library = libraryOf(invocation);
  return !options.isGiven("rules") && library.exists ? [library.name] : options.list("rules");
}

/** Changes `library.yml` under the library's lock. */
export async function editLibrary(library: LibraryFolder, work: (edit: LibraryEdit) => void): Promise<void> {
  await library.locked(libraryWriter, () => {
    const edit = new LibraryEdit(library.file());
    work(edit);
    library.write(LIBRARY_FILE, edit.text());
  });
}

/** Who decides about rules: `--by`, else whoever is logged in. */
export function decider({ options, env }: Invocation): string | undefined {
  return options.text("by") ?? env["USER"] ?? env["USERNAME"];
}
