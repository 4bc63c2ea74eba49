/** A stream function for tests: of two streams with an `ID STRING` column, how many rows of the first came before each of the second. */
import { BIGINT, STRING, TIMESTAMP } from "../data/types.ts";
import type { StreamFunctionSignature } from "./stream-function.ts";

export const sampleSignature: StreamFunctionSignature = {
  name: "COUNT_BEFORE",
  description: "How many rows of one stream came before each row of another, by ID.",
  parameters: [
    { name: "counted", description: "what is counted" },
    { name: "asking", description: "gives a row for each" },
  ],
  shape: (inputs, refuse) => ({
    columns: [
      { name: "ID", type: STRING, role: "key" },
      { name: "BEFORE", type: BIGINT, role: "value" },
      { name: "LAST", type: TIMESTAMP, role: "value" },
    ],
    reads: inputs.map(({ name, columns }, input) => {
      const index = columns.findIndex((column) => column.name === "ID" && column.type.kind === "STRING");
      if (index < 0) throw refuse(input, { message: `'${name}' has no ID STRING`, hint: "declare one" });
      return [index];
    }),
  }),
  explain: () => ["counts by ID"],
};
