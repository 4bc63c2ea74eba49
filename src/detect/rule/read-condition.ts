/**
 * Conditions (Sigma specification 2.1, "Condition"): `or` binds least, then `and`, `not`, `x of pattern`, parentheses.
 */
import type { ErrorPlace, SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { sigmaErrors } from "../errors.ts";
import { allOf, anyOf, atLeast, negation } from "../expression/expression.ts";
import type { Expression } from "../expression/expression.ts";

const NESTING_MAX = 100;

interface Token {
  readonly text: string;
  readonly start: number;
}

/** The selections of a rule, and which of them conditions have named. */
export interface ConditionScope {
  readonly selections: ReadonlyMap<string, Expression>;
  readonly used: Set<string>;
  /** The place of a part of the condition's text. */
  place(start: number, end: number): ErrorPlace;
}

/** @throws SpoorError SIGMA_INVALID_CONDITION, SIGMA_UNKNOWN_SELECTION */
export function readCondition(text: string, scope: ConditionScope): Expression {
  return new ConditionParser(text, scope).parse();
}

class ConditionParser {
  readonly #text: string;
  readonly #scope: ConditionScope;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string, scope: ConditionScope) {
    this.#text = text;
    this.#scope = scope;
    this.#tokens = [...text.matchAll(/[()|]|[^\s()|]+/g)].map((match) => ({
      text: match[0],
      start: match.index,
    }));
  }

  parse(): Expression {
    if (this.#tokens.length === 0) throw this.#fault("the condition is empty", "name a selection");
    const expression = this.#or();
    const rest = this.#tokens[this.#at];
    if (rest === undefined) return expression;
    if (rest.text === "|") {
      const hint = "write a correlation rule (type: event_count, value_count, temporal) that names this rule";
      throw this.#fault("aggregations in conditions are not part of Sigma 2", hint, rest);
    }
    const hint = rest.text === ")" ? "take it out, or open it with '('" : "put 'and' or 'or' before it";
    throw this.#fault(`unexpected '${rest.text}'`, hint, rest);
  }

  #or(): Expression {
    const operands = [this.#and()];
    while (this.#takeWord("or")) operands.push(this.#and());
    return anyOf(operands);
  }

  #and(): Expression {
    const operands = [this.#not()];
    while (this.#takeWord("and")) operands.push(this.#not());
    return allOf(operands);
  }

  #not(): Expression {
    let negations = 0;
    while (this.#takeWord("not")) negations++;
    const operand = this.#primary();
    return negations % 2 === 1 ? negation(operand) : operand;
  }

  #primary(): Expression {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.#fault("the condition ends too early", "name a selection at its end");
    if (token.text === "(") return this.#parenthesis(token);
    if (this.#isWord(1, "of") && /^(?:\d+|all|any)$/i.test(token.text)) return this.#quantity(token);
    if (/^(?:and|or|not|of|[()|])$/i.test(token.text))
      throw this.#fault(`unexpected '${token.text}'`, "name a selection here", token);
    this.#at++;
    const selection = this.#scope.selections.get(token.text);
    if (selection === undefined) throw this.#unknown(token);
    return this.#named(token.text, selection);
  }

  #parenthesis(open: Token): Expression {
    this.#at++;
    if (++this.#depth > NESTING_MAX)
      throw this.#fault("the condition is nested too deeply", "simplify it", open);
    const expression = this.#or();
    this.#depth--;
    if (this.#tokens[this.#at]?.text !== ")")
      throw this.#fault("a parenthesis is not closed", "close it with ')'", open);
    this.#at++;
    return expression;
  }

  /** `1 of them`, `all of selection_*`, `2 of x*`. Names that start with an underscore are not among `them`. */
  #quantity(count: Token): Expression {
    const pattern = this.#tokens[this.#at + 2];
    if (pattern === undefined)
      throw this.#fault("'of' needs a pattern", "write '1 of them' or '1 of selection_*'", count);
    this.#at += 3;
    const names = [...this.#scope.selections.keys()];
    const them = /^them$/i.test(pattern.text);
    const wanted = new RegExp(
      `^${pattern.text.replaceAll(/[^*\w]/g, String.raw`\$&`).replaceAll("*", ".*")}$`,
    );
    const chosen = names.filter((name) => (them ? !name.startsWith("_") : wanted.test(name)));
    if (chosen.length === 0) throw this.#unknown(pattern);
    const operands = chosen.map((name) => this.#named(name, this.#scope.selections.get(name)!));
    if (/^all$/i.test(count.text)) return allOf(operands);
    if (/^any$/i.test(count.text)) return anyOf(operands);
    const number = Number(count.text);
    if (number === 0)
      throw this.#fault("'0 of' matches everything", "write 'not 1 of' for none of them", count);
    if (number > operands.length) {
      const message = `'${count.text} of ${pattern.text}' asks for more than the ${operands.length} there are`;
      throw this.#fault(message, "lower the number", count);
    }
    return atLeast(number, operands);
  }

  #named(name: string, operand: Expression): Expression {
    this.#scope.used.add(name);
    return operand.kind === "constant" ? operand : { kind: "selection", name, operand };
  }

  #isWord(ahead: number, word: string): boolean {
    return this.#tokens[this.#at + ahead]?.text.toLowerCase() === word;
  }

  #takeWord(word: string): boolean {
    if (!this.#isWord(0, word)) return false;
    this.#at++;
    return true;
  }

  #unknown(token: Token): SpoorError {
    const names = [...this.#scope.selections.keys()];
    const isPattern = token.text.includes("*");
    return sigmaErrors.UNKNOWN_SELECTION({
      message: isPattern
        ? `no selection matches '${token.text}'`
        : `selection '${token.text}' does not exist`,
      hint: didYouMean(token.text, names) ?? `selections are: ${names.join(", ")}`,
      place: this.#scope.place(token.start, token.start + token.text.length),
    });
  }

  #fault(message: string, hint: string, token?: Token): SpoorError {
    const [start, end] =
      token === undefined ? [0, this.#text.length] : [token.start, token.start + token.text.length];
    return sigmaErrors.INVALID_CONDITION({ message, hint, place: this.#scope.place(start, end) });
  }
}
