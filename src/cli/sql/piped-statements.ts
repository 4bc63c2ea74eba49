import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { findPromptCommand } from "./prompt-commands.ts";
import type { PromptContext } from "./prompt-commands.ts";
import { StatementAssembler } from "./statement-assembler.ts";

/**
 * Runs what is piped in, statement by statement as each is complete, commands of the prompt among them.
 * @throws the first statement's error; the rest is not run
 */
export async function runPipedStatements(
  input: Readable,
  context: PromptContext,
  interrupted: AbortSignal,
): Promise<void> {
  const assembler = new StatementAssembler();
  let leaving = false;
  const exit = () => {
    leaving = true;
  };
  const lines = createInterface({ input, crlfDelay: Infinity, terminal: false, signal: interrupted });
  for await (const line of lines) {
    const found = assembler.isOpen ? undefined : findPromptCommand(line.replace(/^(?:spoor|ksql)> /, ""));
    if (found === undefined) {
      const { statements } = assembler.push(line);
      if (statements.trim() !== "") await context.session.execute(statements);
    } else {
      await found.command.run({ ...context, exit }, found.rest);
    }
    if (leaving || interrupted.aborted) return;
  }
  const rest = interrupted.aborted ? "" : assembler.finish();
  if (rest.trim() !== "") await context.session.execute(rest);
}
