/** SET, UNSET, DEFINE, UNDEFINE, ALTER SYSTEM: what lasts for the request (a CLI repeats it with each). */
import { canonicalPropertyName, validateProperty } from "../../plan/session-properties.ts";
import { SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import type {
  AlterSystem,
  DefineVariable,
  SetProperty,
  UndefineVariable,
  UnsetProperty,
} from "../../sql/ast-statement.ts";
import { appErrors } from "../errors.ts";
import { placeIn } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

type SessionStatement = SetProperty | UnsetProperty | DefineVariable | UndefineVariable;

export function runSessionStatement(statement: SessionStatement, call: StatementCall): void {
  const { properties, overridden, variables } = call.session;
  switch (statement.kind) {
    case "set-property": {
      const { name, value } = checkedProperty(statement, call);
      properties.set(name, value);
      overridden.add(name);
      break;
    }
    case "unset-property":
      unset(statement, call);
      break;
    case "define-variable":
      variables.set(statement.name, statement.value);
      break;
    case "undefine-variable":
      if (variables.delete(statement.name)) break;
      throw appErrors.UNKNOWN_VARIABLE({
        message: `variable '${statement.name}' is not defined`,
        hint: didYouMean(statement.name, variables.keys()),
        place: placeIn(call, statement.span),
      });
  }
}

export function refuseAlterSystem(statement: AlterSystem, call: StatementCall): never {
  throw appErrors.UNSUPPORTED({
    message: "ALTER SYSTEM is a statement of Confluent Cloud",
    hint: `SET '${statement.name}' = '${statement.value}' lasts for a session; the server's configuration for good`,
    place: placeIn(call, statement.span),
  });
}

function checkedProperty(statement: SetProperty, call: StatementCall): { name: string; value: string } {
  try {
    return validateProperty(statement.name, statement.value);
  } catch (error) {
    throw error instanceof SpoorError ? error.at(placeIn(call, statement.span)) : error;
  }
}

/** Back to what the server's configuration says. */
function unset(statement: UnsetProperty, call: StatementCall): void {
  const { properties, overridden } = call.session;
  const name = canonicalPropertyName(statement.name);
  if (name === undefined) {
    throw appErrors.UNKNOWN_PROPERTY({
      message: `no property is called '${statement.name}'`,
      hint: didYouMean(statement.name, overridden) ?? "SHOW PROPERTIES lists them",
      place: placeIn(call, statement.span),
    });
  }
  const configured = call.context.settings.properties.get(name);
  if (configured === undefined) properties.delete(name);
  else properties.set(name, configured);
  overridden.delete(name);
}
