/** Transforms of names and identities: accounts, hashes, tags of rules. */
import { attackCatalogue } from "../../../attack/catalogue/current-catalogue.ts";
import { RulePlacer } from "../../../attack/tags/rule-placement.ts";
import type { RulePlacement } from "../../../attack/tags/rule-placement.ts";
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

/** In the order of the columns. Several techniques or tactics stand in one text, separated by a comma and a space. */
const ATTACK_COLUMNS = ["attack_technique_id", "attack_technique", "attack_tactic", "analytic"] as const;

/**
 * Rule names that carry tags (`technique_id=T1047,technique_name=…`), or begin with a technique's number. How they are
 * written, and what a technique's tactics are, is `attack`'s matter.
 */
const tags: Transform = {
  name: "tags",
  summary:
    "A rule name `technique_id=…,technique_name=…` into `<target>_name` (whole), `attack_technique_id`, " +
    "`attack_technique`, `attack_tactic` (all tactics of the techniques), `analytic` and `<target>_tags` (the others).",
  argument: undefined,
  types: undefined,
  columns: (target) => [`${target}_name`, ...ATTACK_COLUMNS, `${target}_tags`],
  compile: ({ target, cell }) => {
    const name = cell(`${target}_name`);
    const others = cell(`${target}_tags`);
    let placer: RulePlacer | undefined;
    return (filling, source, field) => {
      const text = sourceText(source);
      if (text === null || isAbsent(text)) {
        put(filling, name, null, field, source);
        return;
      }
      if (!put(filling, name, text, field, source)) return;
      placer ??= new RulePlacer(attackCatalogue());
      const placement = placer.place(text);
      const values = placementTexts(placement);
      for (const [i, column] of ATTACK_COLUMNS.entries()) {
        const value = values[i];
        if (value !== undefined && value !== "") filling.row[column] ??= value;
      }
      const rest = placement.tags.others.map(({ key, value }) => `${key}=${value}`);
      if (rest.length > 0) filling.row[others.column] = rest.join(",");
    };
  },
};

function placementTexts({ techniques, tactics, analytic }: RulePlacement): readonly (string | undefined)[] {
  const ids = techniques.flatMap(({ id }) => id ?? []);
  const titles = techniques.flatMap(({ title }) => title ?? []);
  return [ids.join(", "), titles.join(", "), tactics.join(", "), analytic];
}

export const identityTransforms: readonly Transform[] = [account, principal, hashes, tags];
