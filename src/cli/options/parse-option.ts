import { nearestName } from "../../base/nearest.ts";
import type { OptionDefinition } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import type { OptionValue } from "./option-values.ts";

/**
 * The typed value of an option from its text. `said` names the giver in messages: `--events`, `SPOOR_EVENTS`.
 * @throws SpoorError CLI_BAD_OPTION
 */
export function parseOptionText(option: OptionDefinition, text: string, said: string): OptionValue["value"] {
  if (option.value === undefined) return parseFlag(text, said);
  if (option.many === true) return [text];
  if (option.kind === "integer" || option.kind === "number") return parseNumber(option, text, said);
  if (option.choices !== undefined && !option.choices.includes(text)) {
    const nearest = nearestName(text, option.choices);
    throw cliErrors.BAD_OPTION({
      message: `${said} cannot be '${text}'`,
      detail: `it is one of ${option.choices.join(", ")}`,
      hint: nearest === undefined ? undefined : `did you mean '${nearest}'?`,
    });
  }
  return text;
}

/** The typed value of an option from a configuration file's JSON. */
export function parseOptionJson(option: OptionDefinition, json: unknown, said: string): OptionValue["value"] {
  if (option.many === true) {
    const texts = Array.isArray(json) ? json : [json];
    if (texts.every((text) => typeof text === "string")) return texts;
  } else if (option.value === undefined) {
    if (typeof json === "boolean") return json;
  } else if (typeof json === "string" || typeof json === "number") {
    return parseOptionText(option, String(json), said);
  }
  throw cliErrors.BAD_OPTION({
    message: `${said} cannot be ${JSON.stringify(json)}`,
    hint: `give ${expectedText(option)}`,
  });
}

function expectedText(option: OptionDefinition): string {
  if (option.many === true) return "a text or a list of texts";
  if (option.value === undefined) return "true or false";
  return option.kind === undefined || option.kind === "text" ? "a text" : "a number";
}

function parseFlag(text: string, said: string): boolean {
  switch (text.toLowerCase()) {
    case "1":
    case "true":
    case "yes":
    case "on":
      return true;
    case "":
    case "0":
    case "false":
    case "no":
    case "off":
      return false;
    default:
      throw cliErrors.BAD_OPTION({ message: `${said} cannot be '${text}'`, hint: "give 'true' or 'false'" });
  }
}

function parseNumber(option: OptionDefinition, text: string, said: string): number {
  const integer = option.kind === "integer";
  const plain = text.replaceAll("_", "");
  const pattern = integer ? /^-?\d{1,15}$/ : /^-?\d{1,15}(\.\d{1,15})?$/;
  const what = integer ? "a whole number" : "a number";
  const least = option.atLeast === undefined ? "" : ` from ${option.atLeast}`;
  const value = Number(plain);
  if (!pattern.test(plain) || (option.atLeast !== undefined && value < option.atLeast)) {
    throw cliErrors.BAD_OPTION({ message: `${said} cannot be '${text}'`, hint: `give ${what}${least}` });
  }
  return value;
}
