/** DESCRIBE FUNCTION f. */
import type { FunctionVariant } from "../../api/catalog-entities.ts";
import type { KsqlEntity } from "../../api/entities.ts";
import { SpoorError } from "../../base/errors.ts";
import type { FunctionDefinition, Parameter, ReturnType } from "../../functions/definition.ts";
import { parameterTypeText, returnTypeText } from "../../functions/signature-text.ts";
import type { DescribeNamed } from "../../sql/ast-statement.ts";
import { functionType } from "./show-catalog.ts";
import { entityBase, placeIn } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

export function describeFunction(statement: DescribeNamed, call: StatementCall): KsqlEntity {
  const definition = findFunction(statement, call);
  const entity = {
    ...entityBase(call),
    "@type": "describe_function" as const,
    name: definition.name,
    description: definition.description,
    author: definition.author ?? "",
    version: definition.version ?? "",
    path: definition.path ?? "",
    functions: definition.overloads.map((overload) => variant(definition, overload)),
    type: functionType(definition),
  };
  return definition.examples === undefined ? entity : { ...entity, examples: definition.examples };
}

function findFunction(statement: DescribeNamed, call: StatementCall): FunctionDefinition {
  try {
    return call.context.functions.get(statement.name);
  } catch (error) {
    throw error instanceof SpoorError ? error.at(placeIn(call, statement.span)) : error;
  }
}

interface Overload {
  readonly parameters: readonly Parameter[];
  readonly returns: ReturnType;
  readonly description?: string;
}

function variant(definition: FunctionDefinition, overload: Overload): FunctionVariant {
  return {
    arguments: overload.parameters.map((parameter) => ({
      name: parameter.name,
      type: parameterTypeText(parameter.type),
      description: parameter.description ?? "",
      isVariadic: parameter.variadic === true,
    })),
    returnType: returnTypeText(overload.returns) ?? "ANY",
    description: overload.description ?? definition.description,
  };
}
