import { z } from "zod";
import { keyed } from "../yaml/yaml-file.ts";
import { maskWords } from "./mask-words.ts";
import type { MaskBit } from "./mask-words.ts";

export const accessRightsSchema = keyed({
  standard: keyed({ parameter: z.int(), bits: z.record(z.string(), z.string()) }),
  objects: z.record(z.string(), keyed({ parameter: z.int(), rights: z.array(z.string().nullable()) })),
});

/** Masks remembered per type of object, so that the same few masks are not put in words again. */
const REMEMBERED_MAX = 4096;

/** Message parameters of the standard rights follow this order. */
const STANDARD_PARAMETERS = 7;

/**
 * Rights of access masks by type of object (MS-DTYP 2.4.3 and the types' own rights), and the message parameters
 * (`%%4416`) that the Security log writes for the same rights.
 */
export class AccessRights {
  readonly #standard: readonly MaskBit[];
  readonly #byType = new Map<string, readonly MaskBit[]>();
  readonly #directory: readonly MaskBit[];
  readonly #parameters = new Map<string, string>();
  readonly #words = new Map<string, string | undefined>();

  constructor(rights: z.infer<typeof accessRightsSchema>) {
    const { parameter, bits } = rights.standard;
    this.#standard = Object.entries(bits).map(([bit, word]) => ({ mask: 1n << BigInt(bit), word }));
    for (const [index, { word }] of this.#standard.slice(0, STANDARD_PARAMETERS).entries()) {
      this.#parameters.set(String(parameter + index), word);
    }
    for (const [type, object] of Object.entries(rights.objects)) {
      const own: MaskBit[] = [];
      for (const [bit, word] of object.rights.entries()) {
        if (word === null) continue;
        own.push({ mask: 1n << BigInt(bit), word });
        this.#parameters.set(String(object.parameter + bit), word);
      }
      this.#byType.set(type.toLowerCase(), [...own, ...this.#standard]);
    }
    this.#directory = this.#byType.get("ds") ?? this.#standard;
  }

  types(): readonly string[] {
    return [...this.#byType.keys()];
  }

  parameters(): ReadonlyMap<string, string> {
    return this.#parameters;
  }

  /**
   * The rights in a mask on an object of the type, comma-separated; undefined for none. Types that are GUIDs are classes
   * of the directory. Of an unknown type only the standard rights have words; its own stay hexadecimal.
   */
  words(type: string, mask: number | bigint): string | undefined {
    const key = `${type}\n${mask}`;
    if (this.#words.has(key)) return this.#words.get(key);
    const words = maskWords(BigInt(mask), this.#bits(type));
    if (this.#words.size >= REMEMBERED_MAX) this.#words.clear();
    this.#words.set(key, words);
    return words;
  }

  #bits(type: string): readonly MaskBit[] {
    return this.#byType.get(type.toLowerCase()) ?? (type.startsWith("%{") ? this.#directory : this.#standard);
  }
}
