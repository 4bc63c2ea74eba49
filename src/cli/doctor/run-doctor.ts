import { resolve } from "node:path";
import type { DoctorCheck } from "../../api/spoor-endpoints.ts";
import { openClient } from "../client/open-client.ts";
import { parseListenAddress } from "../client/server-address.ts";
import type { ListenAddress } from "../client/server-address.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { outLine } from "../io.ts";
import { kafkaListenAddress } from "../options/kafka-listen.ts";
import { plural } from "../render/quantity.ts";
import {
  clockCheck,
  dataFolderCheck,
  diskCheck,
  kafkaCheck,
  memoryCheck,
  openFilesCheck,
  portCheck,
  runtimeCheck,
  serverChecks,
} from "./checks.ts";

export const runDoctor: CommandRun = async ({ options, io, env, clock, workingDirectory }) => {
  const folder = resolve(workingDirectory, options.requiredText("data"));
  const http = parseListenAddress(options.requiredText("http"), "http");
  const kafka = kafkaListenAddress(options);
  const client = openClient(options);
  const server = await serverChecks(client, clock).finally(() => client.close());
  const answers = server[0]?.status === "ok" && client.server.port === String(http.port);
  const checks: DoctorCheck[] = [
    runtimeCheck(env["SPOOR_LAUNCHED_BY"]),
    memoryCheck(),
    diskCheck(folder),
    dataFolderCheck(folder),
    openFilesCheck(),
    clockCheck(clock),
    await portCheck("HTTP port", "http", http, answers),
    ...(kafka === undefined ? [] : [await kafkaCheck(kafka, listensAt(server, kafka))]),
    ...server,
  ];
  if (options.flag("json")) outLine(io, JSON.stringify({ healthy: !checks.some(isError), checks }));
  else printChecks(io, checks);
  return checks.some(isError) ? exitCodes.findings : exitCodes.ok;
};

/** Whether the server's own check of its Kafka listener says that connections to the address come to it. */
function listensAt(server: readonly DoctorCheck[], { host, port }: ListenAddress): boolean {
  const own = server.find(({ name }) => name === "server: Kafka");
  const [, place = "", at = ""] = / on (\S+):(\d+) /.exec(own?.message ?? "") ?? [];
  if (Number(at) !== port) return false;
  const listening = place.replace(/^\[|\]$/g, "");
  return listening === host || ["0.0.0.0", "::"].includes(listening) || host === "localhost";
}

function isError(check: DoctorCheck): boolean {
  return check.status === "error";
}

const marks = { ok: "✓", warning: "!", error: "✗" } as const;
const asciiMarks = { ok: "ok", warning: "!", error: "X" } as const;
const styles = { ok: "good", warning: "warning", error: "bad" } as const;

function printChecks(io: Io, checks: readonly DoctorCheck[]): void {
  const width = Math.max(...checks.map((check) => check.name.length));
  for (const { name, status, message, hint } of checks) {
    const mark = (io.unicode ? marks : asciiMarks)[status].padEnd(io.unicode ? 1 : 2);
    outLine(io, `${io.paintOut(styles[status], mark)} ${name.padEnd(width)}  ${message}`);
    if (hint !== undefined) outLine(io, `  ${" ".repeat(width)}  ${io.paintOut("dim", `→ ${hint}`)}`);
  }
  const errors = checks.filter(isError).length;
  const warnings = checks.filter((check) => check.status === "warning").length;
  outLine(io);
  outLine(
    io,
    errors === 0 && warnings === 0
      ? "All is well."
      : `${plural(errors, "failure")}, ${plural(warnings, "warning")}.`,
  );
}
