/** Hunts: SQL at rest over a server's lakes, topics and streams. */
import { z } from "zod";

export const HUNT_PATH = "/hunt";
export const HUNT_TABLES_PATH = "/hunt/tables";

export function huntPath(id: string): string {
  return `${HUNT_PATH}/${encodeURIComponent(id)}`;
}

export const HUNT_FORMATS = ["ndjson", "json", "csv", "parquet"] as const;
export type HuntFormat = (typeof HUNT_FORMATS)[number];

/** POST /hunt. */
export const huntRequestSchema = z.object({
  /** One statement. */
  sql: z.string().min(1).max(1_000_000),
  dialect: z.enum(["duckdb", "spark"]).default("duckdb"),
  /** At most so many rows. */
  limit: z.number().int().min(1).optional(),
  /** Where it is left out the Accept header decides; `ndjson` where that is not there either. */
  format: z.enum(HUNT_FORMATS).optional(),
  /** The topics that `events` and the views by log and kind are made of; all with Windows events where none is named. */
  topics: z.array(z.string()).max(1000).default([]),
  /** What the view of events under the source's own names is called. */
  view: z.string().min(1).max(200).optional(),
  /** With `ndjson`: lines of progress stand among the others while the question runs. */
  progress: z.boolean().default(false),
  /** Under which the hunt is found and ended; made by the server where it is left out. */
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/, "letters, digits, _ and -, at most 64")
    .refine((id) => id !== "tables", "'tables' is the list of tables")
    .optional(),
});

export type HuntRequest = z.input<typeof huntRequestSchema>;
