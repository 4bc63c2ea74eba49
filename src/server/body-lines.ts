/** The lines of a request's body, in the portions the body came in. */
import { StringDecoder } from "node:string_decoder";
import { serverErrors } from "./errors.ts";

/**
 * Gives the complete lines of each chunk together, without their ends and without empty ones.
 * @throws SERVER_BODY_TOO_LARGE where a line has more than `maxLength` characters
 */
export async function* bodyLines(
  body: AsyncIterable<unknown>,
  maxLength: number,
): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of body) {
    const pieces = (rest + decoder.write(chunk as Buffer)).split(/\r?\n/);
    rest = pieces.pop() ?? "";
    if (rest.length > maxLength || pieces.some((line) => line.length > maxLength)) throw tooLong(maxLength);
    const lines = pieces.filter((line) => line.trim() !== "");
    if (lines.length > 0) yield lines;
  }
  rest += decoder.end();
  if (rest.trim() !== "") yield [rest];
}

function tooLong(maxLength: number): Error {
  return serverErrors.BODY_TOO_LARGE({ message: `a line has more than ${maxLength} characters` });
}
