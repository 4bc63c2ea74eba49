/** Kinds of events in words: `Security, event 4688 (Image is NewProcessName, …)`. */
import type { FieldOrigin } from "../../detect/log-sources/field-origin.ts";
import type { EventSource } from "../../detect/log-sources/log-source-map.ts";

const IDS_SHOWN = 12;

/** One text for each way that events come; empty where the log source is not known. */
export function sourceTexts(sources: readonly EventSource[] | undefined): string[] {
  return [...new Set((sources ?? []).map(sourceText))];
}

export function sourceText({ channels, eventIds, providers, fields }: EventSource): string {
  const where = [
    channels === undefined ? "any log" : [...channels].join(" or "),
    eventIds === undefined ? "any event" : idsText([...eventIds]),
    ...(providers === undefined ? [] : [`of ${[...providers].join(" or ")}`]),
  ].join(", ");
  const other = [...fields].flatMap(([name, origin]) => originText(name, origin) ?? []);
  return other.length === 0 ? where : `${where} (${other.join(", ")})`;
}

function idsText(ids: readonly string[]): string {
  const more = ids.length > IDS_SHOWN ? ", …" : "";
  return `event ${ids.slice(0, IDS_SHOWN).join(", ")}${more}`;
}

function originText(name: string, origin: FieldOrigin): string | undefined {
  switch (origin.kind) {
    case "field":
      return origin.name === name ? undefined : `${name} is ${origin.name}`;
    case "join":
      return `${name} is ${origin.names.join(" with ")}`;
    case "value":
      return `${name} is '${origin.value}'`;
  }
}
