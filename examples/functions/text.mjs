// Overloads, a variadic parameter, a type variable, NULLs and configuration, in plain JavaScript.
import { Decimal, scalar } from "spoor/functions";

export const firstOf = scalar({
  name: "FIRST_OF",
  description: "The first argument that is neither NULL nor, for texts, empty.",
  parameters: [{ name: "value", type: "T", variadic: true }],
  returns: "T",
  nulls: "pass",
  examples: [{ sql: "FIRST_OF(NULL, '', 'a')", result: "a" }],
  evaluate: (...values) => values.find((value) => value !== null && value !== ""),
});

export const shorten = scalar({
  name: "SHORTEN",
  description:
    "A text of at most so many characters; what is cut is marked. The property ksql.functions.shorten.mark is the mark.",
  examples: [
    { sql: "SHORTEN('powershell.exe', 10)", result: "powershel…" },
    { sql: "SHORTEN(12.345, 1)", result: "12.3" },
  ],
  overloads: [
    scalar.overload({
      parameters: [
        { name: "text", type: "STRING" },
        { name: "length", type: "INT" },
      ],
      returns: "STRING",
      bind: ({ config }) => {
        const mark = config.get("mark") ?? "…";
        return (text, length) =>
          text.length <= length ? text : text.slice(0, Math.max(0, length - mark.length)) + mark;
      },
    }),
    scalar.overload({
      description: "A number with at most so many digits after the point; the others are cut off.",
      parameters: [
        { name: "number", type: "DECIMAL" },
        { name: "digits", type: "INT" },
      ],
      // The type depends on the literal: SHORTEN(12.345, 1) is a DECIMAL(3, 1).
      returns: ([number], [, digits]) => {
        const scale = Math.min(Number(digits ?? number.scale), number.scale);
        return `DECIMAL(${number.precision - number.scale + scale}, ${scale})`;
      },
      bind:
        ({ returnType }) =>
        (number) =>
          new Decimal(number.unscaled, number.scale).setScale(returnType.scale, "DOWN"),
    }),
  ],
});
