/** `spoor rules convert`: rules as SQL, a query a rule. */
import { SpoorError } from "../../base/errors.ts";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import { toDuckDb, toFlink, toKsql } from "../../detect/sql/print-sql.ts";
import type { SqlOptions } from "../../detect/sql/print-sql.ts";
import type { SigmaRule } from "../../detect/rule/sigma-document.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { errorReport } from "../render/error-report.ts";
import { safeText } from "../render/display-width.ts";
import { plural } from "../render/quantity.ts";
import { levelOf } from "../../detect/rule/sigma-document.ts";
import { queryColumns } from "./convert-columns.ts";
import type { ColumnChoice } from "./convert-columns.ts";
import { pathsOrLibrary } from "./open-library.ts";
import { loadRulePaths, reportRefused } from "./load-rules.ts";

type Dialect = "ksql" | "duckdb" | "flink";

const PRINTERS: Readonly<Record<Dialect, (rule: SigmaRule, options: SqlOptions) => string>> = {
  ksql: toKsql,
  duckdb: toDuckDb,
  flink: toFlink,
};

/** A rule that the dialect cannot express is told and left out; exit code 1 then says so. */
export const convertRules: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const dialect = options.requiredText("to") as Dialect;
  const loaded = await loadRulePaths(invocation, pathsOrLibrary(invocation, invocation.arguments));
  const keywordColumns = options.list("keyword-column");
  const sqlOptions: SqlOptions = {
    logSources: windowsLogSources(),
    ...(keywordColumns.length === 0 ? {} : { keywordColumns }),
  };
  let printed = 0;
  let refused = 0;
  for (const rule of loaded.rules) {
    try {
      const { column, from } = queryColumns(options.requiredText("columns") as ColumnChoice, dialect);
      const condition = PRINTERS[dialect](
        rule,
        column === undefined ? sqlOptions : { ...sqlOptions, column },
      );
      const source = from(options.requiredText("from"));
      if (options.flag("json")) {
        const { id, title } = rule.metadata;
        outLine(
          io,
          JSON.stringify({ id, title, level: levelOf(rule.metadata), dialect, from: source, condition }),
        );
      } else outLine(io, queryText(rule, dialect, source, condition));
      printed++;
    } catch (error) {
      if (!(error instanceof SpoorError)) throw error;
      refused++;
      io.err(`${errorReport(error, io.paintErr)}\n`);
    }
    await io.drained();
  }
  for (const { metadata } of loaded.correlations) {
    refused++;
    errLine(io, `left out '${safeText(metadata.title)}': correlations cannot be written as one query`);
  }
  reportRefused(io, loaded);
  errLine(io, `${plural(printed, "rule")} converted, ${plural(refused, "rule")} left out`);
  return refused === 0 && loaded.errors.length === 0 ? exitCodes.ok : exitCodes.failed;
};

/** A pull of DuckDB or Flink, a push query of ksqlDB. */
function queryText({ metadata }: SigmaRule, dialect: Dialect, from: string, condition: string): string {
  const name = safeText(
    [metadata.title, levelOf(metadata), metadata.id].filter((part) => part !== undefined).join(", "),
  );
  const end = dialect === "ksql" ? "\nEMIT CHANGES;" : ";";
  return `-- ${name}\nSELECT * FROM ${from}\nWHERE ${condition}${end}\n`;
}
