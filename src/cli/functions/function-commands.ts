import { openClient } from "../client/open-client.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { SqlOutput } from "../sql/sql-output.ts";
import { SqlSession } from "../sql/sql-session.ts";

/** SHOW FUNCTIONS and DESCRIBE FUNCTION, through the same code as the statements. */
async function statement(invocation: Invocation, text: string): Promise<ExitCode> {
  const { io, options, interrupted, workingDirectory } = invocation;
  const client = openClient(options);
  try {
    const output = new SqlOutput(io, options.flag("json") ? "json" : "tabular");
    const session = new SqlSession(client, output, {
      workingDirectory,
      interrupted,
      queryTimeoutMs: undefined,
      queryRowLimit: undefined,
    });
    await session.execute(text);
    return interrupted.aborted ? exitCodes.interrupted : exitCodes.ok;
  } finally {
    client.close();
  }
}

export const listFunctions: CommandRun = (invocation) => statement(invocation, "SHOW FUNCTIONS;");

export const describeFunction: CommandRun = (invocation) => {
  const name = invocation.arguments[0]!;
  const word = /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
  return statement(invocation, `DESCRIBE FUNCTION ${word};`);
};
