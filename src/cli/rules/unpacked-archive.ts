/** An archive's files in a folder of their own, for as long as they are needed. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { fileMembers } from "../../events/files/file-members.ts";
import { rulesErrors } from "../../detect/rule-library/errors.ts";
import { wholeMember } from "../../detect/rule-library/rule-texts.ts";
import { unreadable } from "../../detect/rule-library/rule-units.ts";

const FILE_BYTES_MAX = 256 << 20;
const ALL_BYTES_MAX = 2 ** 32;

/**
 * Unpacks the archive, hands the folder to `use` and takes it away again. Names that lead out of the folder are refused.
 * @throws SpoorError RULES_UNREADABLE, RULES_TOO_MANY
 */
export async function withUnpacked<T>(
  path: string,
  name: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "spoor-regression-"));
  try {
    await unpack(path, name, folder);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpack(path: string, name: string, folder: string): Promise<void> {
  let all = 0;
  try {
    for await (const member of fileMembers(path, { bytesRead: 0 }, () => undefined)) {
      const target = join(folder, member.name.slice(path.length));
      if (!target.startsWith(folder + sep))
        throw new Error(`member '${member.name}' leads out of the archive`);
      const bytes = await wholeMember(member.bytes, FILE_BYTES_MAX);
      all += bytes.length;
      if (bytes.length > FILE_BYTES_MAX || all > ALL_BYTES_MAX) {
        throw rulesErrors.TOO_MANY({
          message: `'${name}' holds more than can be unpacked`,
          detail: `the last member read is '${member.name}'`,
          hint: "unpack it yourself and name the folder",
        });
      }
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytes);
    }
  } catch (error) {
    throw unreadable(name, error);
  }
}
