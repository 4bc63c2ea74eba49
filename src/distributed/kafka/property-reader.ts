/** Typed access to a properties file that knows which keys were asked for, and where each stands. */
import type { ErrorParts, SpoorError } from "../../base/errors.ts";
import { clusterErrors } from "../errors.ts";
import type { Property } from "./properties-file.ts";

type Refusal = Pick<ErrorParts, "message" | "detail" | "hint" | "cause">;

export class PropertyReader {
  readonly fileName: string;
  readonly #text: string;
  readonly #properties = new Map<string, Property>();
  readonly #asked = new Set<string>();

  constructor(properties: readonly Property[], text: string, fileName: string) {
    this.fileName = fileName;
    this.#text = text;
    for (const property of properties) this.#properties.set(property.key, property);
  }

  text(key: string): string | undefined {
    this.#asked.add(key);
    return this.#properties.get(key)?.value;
  }

  /** Upper and lower case count as the same. */
  oneOf<T extends string>(key: string, values: readonly T[], absent: NoInfer<T>): T {
    const text = this.text(key);
    if (text === undefined) return absent;
    const found = values.find((value) => value.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    throw this.invalid(key, {
      message: `'${key}' cannot be '${text}'`,
      hint: `use one of ${values.join(", ")}`,
    });
  }

  whole(key: string, absent: number, least: number): number {
    const text = this.text(key);
    if (text === undefined) return absent;
    const value = Number(text);
    if (/^\d{1,10}$/.test(text) && value >= least && value <= 2_147_483_647) return value;
    throw this.invalid(key, {
      message: `'${key}' cannot be '${text}'`,
      hint: `give a whole number of at least ${least}`,
    });
  }

  /** CLUSTER_INVALID_SETTING at the key's place. */
  invalid(key: string, parts: Refusal): SpoorError {
    return this.#placed(key, clusterErrors.INVALID_SETTING(parts));
  }

  /** CLUSTER_UNSUPPORTED_SETTING at the key's place. */
  unsupported(key: string, parts: Refusal): SpoorError {
    return this.#placed(key, clusterErrors.UNSUPPORTED_SETTING(parts));
  }

  asked(): Iterable<string> {
    return this.#asked;
  }

  /** What stands in the file and nobody asked for. */
  unread(): Property[] {
    return [...this.#properties.values()].filter(({ key }) => !this.#asked.has(key));
  }

  #placed(key: string, error: SpoorError): SpoorError {
    const property = this.#properties.get(key);
    if (property === undefined) return error;
    return error.at({ text: this.#text, span: property.span, file: this.fileName });
  }
}
