import type { CommandSection } from "./command-definition.ts";
import { alertsCommands } from "./commands/alerts.ts";
import { attackCommands } from "./commands/attack.ts";
import { backtestCommand } from "./commands/backtest.ts";
import { completionCommand } from "./commands/completion.ts";
import { configCommands } from "./commands/config.ts";
import { demoCommand } from "./commands/demo.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { fmtCommand } from "./commands/fmt.ts";
import { functionsCommands } from "./commands/functions.ts";
import { generateCommand } from "./commands/generate.ts";
import { huntCommand } from "./commands/hunt.ts";
import { ingestCommand } from "./commands/ingest.ts";
import { lakeCommands } from "./commands/lake.ts";
import { modelCommands } from "./commands/model.ts";
import { queriesCommands } from "./commands/queries.ts";
import { replayCommand } from "./commands/replay.ts";
import { rulesCommands } from "./commands/rules.ts";
import { scanCommand } from "./commands/scan.ts";
import { serveCommand } from "./commands/serve.ts";
import { sqlCommand } from "./commands/sql.ts";
import { sysmonConfigCommands } from "./commands/sysmon-config.ts";
import { testCommand } from "./commands/test.ts";
import { topicsCommands } from "./commands/topics.ts";
import { versionCommand } from "./commands/version.ts";

/** Every command, in the order in which `spoor --help` lists them. */
export const commandSections: readonly CommandSection[] = [
  { title: "Start", entries: [demoCommand, serveCommand, doctorCommand] },
  { title: "Data", entries: [ingestCommand, replayCommand, generateCommand, topicsCommands] },
  {
    title: "Questions",
    entries: [sqlCommand, huntCommand, queriesCommands, functionsCommands, testCommand, fmtCommand],
  },
  {
    title: "Detection",
    entries: [
      scanCommand,
      rulesCommands,
      backtestCommand,
      alertsCommands,
      attackCommands,
      sysmonConfigCommands,
    ],
  },
  { title: "Lakehouse", entries: [lakeCommands, modelCommands] },
  { title: "Setup", entries: [configCommands, completionCommand, versionCommand] },
];
