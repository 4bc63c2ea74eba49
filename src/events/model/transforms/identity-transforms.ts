/** Transforms of names and identities: accounts, hashes, tags of rules. */
import { keep, put } from "./cell.ts";
import type { Cell } from "./cell.ts";
import { isAbsent, sourceText } from "./source-text.ts";
import { writeNulls } from "./transform.ts";
import type { Transform } from "./transform.ts";

/** `DOMAIN\name`; a name alone has no domain. */
const account: Transform = {
  name: "account",
  summary: "`DOMAIN\\name` into `<target>_domain` and `<target>_name`.",
  argument: undefined,
  types: undefined,
  columns: (target) => [`${target}_domain`, `${target}_name`],
  compile: ({ target, cell }) => {
    const domain = cell(`${target}_domain`);
    const name = cell(`${target}_name`);
    return (filling, source, field) => {
      const text = sourceText(source);
      if (text === null || isAbsent(text)) {
        writeNulls(filling.row, [domain.column, name.column]);
        return;
      }
      const slash = text.indexOf("\\");
      if (slash === -1) {
        put(filling, name, text, field, source);
        return;
      }
      put(filling, domain, text.slice(0, slash), field, source);
      put(filling, name, text.slice(slash + 1), field, source);
    };
  },
};

/** `name@REALM`, as Kerberos writes principals. */
const principal: Transform = {
  name: "principal",
  summary: "`name@REALM` into `<target>_name` and `<target>_domain`.",
  argument: undefined,
  types: undefined,
  columns: (target) => [`${target}_name`, `${target}_domain`],
  compile: ({ target, cell }) => {
    const domain = cell(`${target}_domain`);
    const name = cell(`${target}_name`);
    return (filling, source, field) => {
      const text = sourceText(source);
      if (text === null || isAbsent(text)) {
        writeNulls(filling.row, [name.column]);
        return;
      }
      const at = text.lastIndexOf("@");
      if (at <= 0) {
        put(filling, name, text, field, source);
        return;
      }
      put(filling, name, text.slice(0, at), field, source);
      put(filling, domain, text.slice(at + 1), field, source);
    };
  },
};

const HASH_KINDS = ["md5", "sha1", "sha256", "imphash"] as const;

/** Sysmon writes `SHA1=…,MD5=…`; before version 10.4 and of one algorithm only the digits, whose number then tells it. */
const HASH_BY_LENGTH: ReadonlyMap<number, string> = new Map([
  [32, "md5"],
  [40, "sha1"],
  [64, "sha256"],
]);

const hashes: Transform = {
  name: "hashes",
  summary:
    "`SHA1=…,MD5=…` into `<target>_sha1`, `<target>_md5`, `<target>_sha256`, `<target>_imphash`, lower case.",
  argument: undefined,
  types: undefined,
  columns: (target) => HASH_KINDS.map((kind) => `${target}_${kind}`),
  compile: ({ target, cell }) => {
    const cells = new Map<string, Cell>(HASH_KINDS.map((kind) => [kind, cell(`${target}_${kind}`)]));
    return (filling, source, field) => {
      const text = sourceText(source);
      if (text === null || isAbsent(text)) return;
      let isWhole = true;
      for (const part of text.split(",")) {
        const equals = part.indexOf("=");
        const digits = part.slice(equals + 1);
        const kind = equals === -1 ? HASH_BY_LENGTH.get(part.length) : part.slice(0, equals).toLowerCase();
        const to = kind === undefined ? undefined : cells.get(kind);
        if (to === undefined || !/^[0-9a-f]+$/i.test(digits)) isWhole = false;
        else put(filling, to, digits.toLowerCase(), field, source);
      }
      if (!isWhole) keep(filling.row, field, source);
    };
  },
};

const TAGS: readonly string[] = ["technique_id", "technique_name", "tactic_id", "tactic_name"];

/** Rule names that carry tags (`technique_id=T1047,technique_name=…`), or begin with a technique's number. */
const tags: Transform = {
  name: "tags",
  summary:
    "A rule name `technique_id=…,technique_name=…` into `<target>_name` (whole), `<target>_technique_id`, " +
    "`<target>_technique_name`, `<target>_tactic_id`, `<target>_tactic_name` and `<target>_tags` (the others).",
  argument: undefined,
  types: undefined,
  columns: (target) => ["name", ...TAGS, "tags"].map((part) => `${target}_${part}`),
  compile: ({ target, cell }) => {
    const name = cell(`${target}_name`);
    const others = cell(`${target}_tags`);
    const known = new Map(TAGS.map((tag) => [tag, cell(`${target}_${tag}`)]));
    return (filling, source, field) => {
      const text = sourceText(source);
      if (text === null || isAbsent(text)) {
        put(filling, name, null, field, source);
        return;
      }
      if (!put(filling, name, text, field, source)) return;
      const rest: string[] = [];
      for (const part of text.split(/,(?=\s*\w+=)/)) {
        const equals = part.indexOf("=");
        const to = equals === -1 ? undefined : known.get(part.slice(0, equals).trim().toLowerCase());
        if (to !== undefined) filling.row[to.column] ??= part.slice(equals + 1).trim();
        else if (equals !== -1) rest.push(part.trim());
      }
      if (rest.length > 0) filling.row[others.column] = rest.join(",");
      const bare = /^T\d{4}(?:\.\d{3})?(?=\b|_)/.exec(text);
      if (bare !== null) filling.row[`${target}_technique_id`] ??= bare[0];
    };
  },
};

export const identityTransforms: readonly Transform[] = [account, principal, hashes, tags];
