/** Statements that parse but that this server does not carry out: each says what to do instead. */
import { unreachable } from "../../base/assert.ts";
import type { Statement } from "../../sql/ast-statement.ts";
import { appErrors } from "../errors.ts";
import { placeIn } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

type UnsupportedStatement = Extract<
  Statement,
  {
    readonly kind:
      | "assert-values"
      | "assert-tombstone"
      | "assert-source"
      | "register-topic"
      | "drop-topic"
      | "export-catalog";
  }
>;

export function refuseUnsupported(statement: UnsupportedStatement, call: StatementCall): never {
  const [message, hint] = refusal(statement);
  throw appErrors.UNSUPPORTED({ message, hint, place: placeIn(call, statement.span) });
}

function refusal(statement: UnsupportedStatement): readonly [string, string] {
  switch (statement.kind) {
    case "assert-values":
    case "assert-tombstone":
    case "assert-source":
      return [
        "ASSERT VALUES, NULL VALUES, STREAM and TABLE are the testing tool's",
        "run the file as a SQL test",
      ];
    case "register-topic":
      return ["REGISTER TOPIC is not needed", "name the topic and its format in CREATE STREAM … WITH (…)"];
    case "drop-topic":
      return ["DROP TOPIC only forgot a registration", "DROP STREAM … DELETE TOPIC deletes the topic too"];
    case "export-catalog":
      return ["EXPORT CATALOG is not supported", "SHOW STREAMS EXTENDED gives every source's statement"];
    default:
      return unreachable(statement, "statement");
  }
}
