import { z } from "zod";
import { didYouMean } from "../../../base/nearest.ts";
import type { CodeTables } from "../codes/code-tables.ts";
import { columnName } from "../columns/column-catalogue.ts";
import type { ColumnCatalogue } from "../columns/column-catalogue.ts";
import type { ColumnType, ModelRow, ModelValue } from "../columns/column-type.ts";
import { modelErrors } from "../errors.ts";
import type { Derivation } from "../transforms/cell.ts";
import { codeKey } from "../transforms/code-transforms.ts";
import { readIp } from "../transforms/ip-address.ts";
import { keyed } from "../yaml/yaml-file.ts";
import type { YamlFile } from "../yaml/yaml-file.ts";

const whenValue = z.union([z.string(), z.number(), z.boolean()]);

export const derivationsSchema = z.array(
  keyed({
    column: columnName,
    from: columnName,
    with: z.string(),
    argument: z.string().optional(),
    when: z.record(columnName, whenValue).optional(),
  }),
);

type Entry = z.infer<typeof derivationsSchema>[number];

/** One rule of derivations.yaml, as it is shown. */
export interface DerivationRule {
  readonly column: string;
  readonly from: string;
  readonly with: string;
}

type Make = (value: ModelValue, row: ModelRow) => ModelValue | undefined;

interface Method {
  readonly type: ColumnType | undefined;
  readonly make: (argument: string | undefined, codes: CodeTables) => Make;
}

const onText =
  (make: (text: string) => ModelValue | undefined): Method["make"] =>
  () =>
  (value) =>
    typeof value === "string" ? make(value) : undefined;

/** The ways a column can be made of another: their names, and the type they give (undefined: the source column's). */
const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["copy", { type: undefined, make: () => (value) => value }],
  ["file_name", { type: "text", make: onText(fileName) }],
  ["directory", { type: "text", make: onText(directory) }],
  ["extension", { type: "text", make: onText(extension) }],
  ["length", { type: "int", make: onText((text) => text.length) }],
  ["has_non_ascii", { type: "bool", make: onText((text) => NON_ASCII.test(text)) }],
  ["is_machine_account", { type: "bool", make: onText((text) => text.endsWith("$")) }],
  [
    "is_public_ip",
    {
      type: "bool",
      make: onText((text) => {
        const scope = readIp(text)?.scope;
        return scope === undefined ? undefined : scope === "public";
      }),
    },
  ],
  ["ip_scope", { type: "text", make: onText((text) => readIp(text)?.scope) }],
  ["is_ipv6", { type: "bool", make: onText((text) => readIp(text)?.isIpv6) }],
  ["registry_hive", { type: "text", make: onText(registryHive) }],
  ["domain_of_dn", { type: "text", make: onText(domainOfDn) }],
  ["word", { type: "text", make: wordOf }],
  ["access", { type: "text", make: accessWords }],
]);

const NON_ASCII = /[^\0-\x7f]/;

/** Derivations by the column they start from. */
export class DerivationRules {
  readonly rules: readonly DerivationRule[];
  readonly #byFrom = new Map<string, Derivation[]>();

  /** @throws SpoorError MODEL_UNKNOWN_COLUMN, MODEL_UNKNOWN_TRANSFORM, MODEL_COLUMN_TYPE */
  constructor(file: YamlFile<readonly Entry[]>, columns: ColumnCatalogue, codes: CodeTables) {
    this.rules = file.value.map(({ column, from, with: how }) => ({ column, from, with: how }));
    for (const [index, entry] of file.value.entries()) {
      const to = columns.require(entry.column, file, [index, "column"]);
      const from = columns.require(entry.from, file, [index, "from"]);
      const method = METHODS.get(entry.with);
      if (method === undefined) {
        throw modelErrors.UNKNOWN_TRANSFORM({
          message: `there is no derivation '${entry.with}'`,
          hint: didYouMean(entry.with, METHODS.keys()) ?? `derivations: ${[...METHODS.keys()].join(", ")}`,
          place: file.place([index, "with"]),
        });
      }
      const type = method.type ?? from.type;
      if (type !== to.type && to.type !== "text") {
        throw modelErrors.COLUMN_TYPE({
          message: `derivation '${entry.with}' gives '${type}', and column '${to.name}' is '${to.type}'`,
          place: file.place([index, "column"]),
        });
      }
      if (entry.with === "word") codes.require(entry.argument ?? "", () => file.place([index, "argument"]));
      const list = this.#from(entry.from);
      list.push({
        column: entry.column,
        derivations: this.#from(entry.column),
        derive: conditioned(method.make(entry.argument, codes), entry.when),
      });
    }
  }

  from(column: string): readonly Derivation[] {
    return this.#byFrom.get(column) ?? [];
  }

  /** The list itself: a rule further down may still add to it. */
  #from(column: string): Derivation[] {
    const list = this.#byFrom.get(column) ?? [];
    this.#byFrom.set(column, list);
    return list;
  }
}

function conditioned(make: Make, when: Entry["when"]): Make {
  if (when === undefined) return make;
  const conditions = Object.entries(when);
  return (value, row) =>
    conditions.every(([column, wanted]) => row[column] === wanted) ? make(value, row) : undefined;
}

/** Behind the last separator; Sysmon's pseudo-processes (`System`) have none. */
function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1);
}

function directory(path: string): string | undefined {
  const end = Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/"));
  return end <= 0 ? undefined : path.slice(0, end);
}

/** Of the file itself, not of a stream behind it (`a.exe:Zone.Identifier`). */
function extension(path: string): string | undefined {
  const name = fileName(path);
  const stream = name.indexOf(":");
  const bare = stream > 0 ? name.slice(0, stream) : name;
  const dot = bare.lastIndexOf(".");
  return dot <= 0 || dot === bare.length - 1 ? undefined : bare.slice(dot + 1).toLowerCase();
}

const HIVES: readonly (readonly [RegExp, string])[] = [
  [/^(?:HKLM|HKEY_LOCAL_MACHINE|\\REGISTRY\\MACHINE)(?:\\|$)/i, "HKLM"],
  [/^(?:HKU|HKEY_USERS|\\REGISTRY\\USER)(?:\\|$)/i, "HKU"],
  [/^(?:HKCU|HKEY_CURRENT_USER)(?:\\|$)/i, "HKCU"],
  [/^(?:HKCR|HKEY_CLASSES_ROOT)(?:\\|$)/i, "HKCR"],
  [/^(?:HKCC|HKEY_CURRENT_CONFIG)(?:\\|$)/i, "HKCC"],
  [/^\\REGISTRY\\A(?:\\|$)/i, "application hive"],
];

function registryHive(path: string): string | undefined {
  return HIVES.find(([pattern]) => pattern.test(path))?.[1];
}

function domainOfDn(dn: string): string | undefined {
  const parts = [...dn.matchAll(/(?:^|,)DC=([^,]+)/gi)].map(([, part]) => part);
  return parts.length === 0 ? undefined : parts.join(".");
}

function wordOf(argument: string | undefined, codes: CodeTables): Make {
  const table = codes.get(argument ?? "");
  return (value) => {
    const key = codeKey(value);
    return key === undefined ? undefined : table?.word(key);
  };
}

function accessWords(argument: string | undefined, codes: CodeTables): Make {
  return (mask, row) => {
    const type = argument === undefined ? undefined : row[argument];
    if (typeof mask !== "number" && typeof mask !== "bigint") return undefined;
    return codes.accessRights.words(typeof type === "string" ? type : "", mask);
  };
}
