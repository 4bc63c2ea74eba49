/** From what a user declared to what the rest of Spoor calls. */
import type { AggregateOverload, FunctionDefinition, Parameter, ReturnType } from "../definition.ts";
import type { FunctionRegistry } from "../registry.ts";
import { aggregateOverload } from "./aggregate-overload.ts";
import { atCallSite } from "./call-site.ts";
import { checkDifferent, checkFacts, checkTypes, checkVariants, refuse } from "./declaration-checks.ts";
import type { FunctionDeclaration, ParameterDeclaration, UntypedVariant } from "./declaration.ts";
import { parameterType, plainType, sqlType } from "./declared-type.ts";
import { userFunctionErrors } from "./errors.ts";
import { scalarOverload, tableOverload } from "./scalar-overload.ts";

export interface UserFunctionOptions {
  /** The module the functions stand in, for DESCRIBE FUNCTION. */
  readonly path?: string;
  /** Words that a statement can't call: a function of such a name would be there for nothing. */
  readonly reservedWords?: ReadonlySet<string>;
}

/**
 * Adds all functions or, where one can't be added, none.
 * @throws SpoorError UDF_DECLARATION, UDF_NAME_TAKEN (a user function never hides another one)
 */
export function addUserFunctions(
  registry: FunctionRegistry,
  declarations: readonly FunctionDeclaration[],
  options: UserFunctionOptions = {},
): readonly FunctionDefinition[] {
  const definitions = declarations.map((declaration) => userFunction(declaration, options.path));
  const taken = new Set<string>();
  for (const definition of definitions) {
    for (const name of [definition.name, ...(definition.aliases ?? [])]) {
      checkName(name, registry.find(name), taken.has(name), options.reservedWords);
      taken.add(name);
    }
  }
  for (const definition of definitions) registry.add(definition);
  return definitions;
}

function checkName(
  name: string,
  other: FunctionDefinition | undefined,
  twice: boolean,
  reservedWords: ReadonlySet<string> | undefined,
): void {
  if (reservedWords?.has(name) === true) {
    throw userFunctionErrors.NAME_TAKEN({
      message: `'${name}' is a word of the grammar, no name for a function`,
    });
  }
  if (twice) throw userFunctionErrors.NAME_TAKEN({ message: `function '${name}' is declared twice` });
  if (other === undefined) return;
  throw userFunctionErrors.NAME_TAKEN({
    message: `function '${name}' exists already`,
    detail: other.path === undefined ? "it comes with Spoor" : `it is in '${other.path}'`,
    hint: "choose another name",
  });
}

/** @throws SpoorError UDF_DECLARATION */
export function userFunction(declaration: FunctionDeclaration, path?: string): FunctionDefinition {
  const { kind, facts, variants } = declaration;
  checkFacts(kind, facts);
  checkVariants(kind, facts.name, variants);
  const name = facts.name.toUpperCase();
  const signatures = variants.map((variant) => signatureOf(name, variant));
  checkDifferent(
    `function '${name}'`,
    signatures.map(({ parameters }) => parameters),
  );
  const documentation = {
    name,
    aliases: (facts.aliases ?? []).map((alias) => alias.toUpperCase()),
    category: facts.category?.toUpperCase() ?? "OTHER",
    description: facts.description,
    examples: facts.examples ?? [],
    volatile: facts.volatile === true,
    author: facts.author ?? "",
    version: facts.version ?? "",
    ...(path === undefined ? {} : { path }),
  };
  switch (kind) {
    case "scalar":
      return {
        kind,
        ...documentation,
        overloads: variants.map((v, i) => scalarOverload(name, v, signatures[i]!)),
      };
    case "table":
      return {
        kind,
        ...documentation,
        overloads: variants.map((v, i) => tableOverload(name, v, signatures[i]!)),
      };
    case "aggregate":
      return {
        kind,
        ...documentation,
        overloads: variants.map((v, i) => aggregateVariant(name, v, signatures[i]!)),
      };
    default:
      return refuse(`'${String(kind)}' is no kind of function`);
  }
}

interface Signature {
  readonly parameters: readonly Parameter[];
  readonly returns: ReturnType;
}

function signatureOf(name: string, variant: UntypedVariant): Signature {
  const parameters = variant.parameters.map(parameterOf);
  const returns = returnTypeOf(name, variant);
  checkTypes(`function '${name}'`, parameters, [returns]);
  return { parameters, returns };
}

function parameterOf({ name, type, description, variadic, literal }: ParameterDeclaration): Parameter {
  return {
    name,
    type: parameterType(type),
    ...(description === undefined ? {} : { description }),
    ...(variadic === true ? { variadic } : {}),
    ...(literal === true ? { initial: true } : {}),
  };
}

function returnTypeOf(name: string, { returns }: UntypedVariant): ReturnType {
  if (typeof returns === "function") {
    return (argumentTypes, literals) => atCallSite(name, () => sqlType(returns(argumentTypes, literals)));
  }
  const type = parameterType(returns);
  if (
    plainType(type) !== undefined ||
    type.kind === "generic" ||
    type.kind === "array-of" ||
    type.kind === "map-of"
  ) {
    return type as ReturnType;
  }
  return refuse(
    `function '${name}' returns '${String(returns)}', which stands for many types`,
    "give a function that makes the type from those of the arguments",
  );
}

function aggregateVariant(name: string, variant: UntypedVariant, signature: Signature): AggregateOverload {
  if (variant.state !== undefined) {
    checkTypes(`function '${name}'`, signature.parameters, [parameterType(variant.state)]);
  }
  return aggregateOverload(name, variant, signature);
}
