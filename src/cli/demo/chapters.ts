import { keptOutText } from "../queries/query-commands.ts";
import { safeText } from "../render/display-width.ts";
import { countText, durationText, plural, rateText } from "../render/quantity.ts";
import type { RunningServer } from "../server-launcher.ts";
import type { Filled } from "./fill-watch.ts";
import { hiddenRows } from "./findings.ts";
import { RECIPE_TOPIC, recipeSources } from "./recipe.ts";
import type { Story } from "./story.ts";

/** Records of each topic of the recipe, and how fast they came. */
export function showCounts(story: Story, filled: Filled, events: number): void {
  const seconds = Math.max(1, filled.elapsedMs) / 1000;
  const names = [RECIPE_TOPIC, ...recipeSources.map((source) => source.name)];
  const rows = names.flatMap((name) => {
    const topic = filled.topics.find((each) => each.name === name);
    if (topic === undefined) return [];
    const rate = name === RECIPE_TOPIC ? "" : rateText(topic.records / seconds);
    return [[name, countText(topic.records), rate]];
  });
  story.columns(["Topic", "Records", "Rate"], rows, new Set([1, 2]));
  story.text();
  if (filled.caughtUp) {
    const rate = rateText(events / seconds);
    story.text(
      `${plural(events, "event")} through all statements in ${durationText(filled.elapsedMs)} (${rate}).`,
    );
  } else {
    const stopped = filled.queries.filter((query) => query.state === "ERROR" || query.lag > 0);
    for (const query of stopped) {
      const why = query.lastError === null ? "" : `: ${query.lastError.message}`;
      story.text(`! ${query.queryId} is ${query.state}, ${countText(query.lag)} records behind${why}`);
    }
  }
}

/** Nothing disappears without a word: connections that found no process, and all else that was left out. */
export function showKeptOut(story: Story, filled: Filled): void {
  const join = filled.queries.find((query) => query.queryId.includes("SYSMON_JOIN"));
  const unmatched = join?.dropped.find((reason) => reason.reason === "unmatched")?.count ?? 0;
  if (unmatched > 0 && join !== undefined) {
    const all = unmatched + join.produced.messages;
    story.text(`${countText(unmatched)} of ${plural(all, "connection")} found no process:`);
    for (const [note, count] of Object.entries(join.notes)) {
      if (note.startsWith("unmatched: ")) story.text(`  ${countText(count)}  ${note.slice(11)}`);
    }
    story.paragraph(
      "Such a process ran before Sysmon's log begins, or its creation comes later in the topic. An INNER JOIN leaves the connection out; Spoor counts it.",
    );
  }
  const others = filled.queries.filter((query) =>
    query.dropped.some((reason) => reason.unexpected && reason.count > 0),
  );
  for (const query of others) {
    if (query !== join) story.dim(`${query.queryId}: ${keptOutText(query)}`);
  }
}

/** What a hunter sees in the rows. */
export function explainFindings(story: Story, rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) {
    story.paragraph(
      "No process that WmiPrvSE.exe started made a connection. A lab of this size may end before the attack: try more events.",
    );
    return;
  }
  const hidden = hiddenRows(rows);
  if (hidden > 0) story.dim(`and ${plural(hidden, "more row")}`);
  for (const command of new Set(rows.map((row) => row[5] ?? ""))) showCommand(story, command);
  const hosts = foundHosts(rows);
  const destinations = new Set(rows.map((row) => row[3]));
  story.text();
  story.paragraph(
    `${plural(rows.length, "connection")} on ${plural(hosts.size, "host")} to ${plural(destinations.size, "address", "addresses")}. WmiPrvSE.exe is the host of WMI: what it starts was asked for through WMI, often from another machine. PowerShell under it with an encoded command that connects outwards is how an attacker moves on with a stolen account.`,
  );
  story.text();
  story.text("ATT&CK  T1047      Windows Management Instrumentation");
  story.text("        T1059.001  PowerShell");
  story.text("        T1071      application layer protocol: the way out");
}

export function foundHosts(rows: readonly (readonly string[])[]): ReadonlySet<string> {
  return new Set(rows.map((row) => row[1] ?? ""));
}

/** A command line in full, and what is hidden in it. */
function showCommand(story: Story, command: string): void {
  story.text();
  story.paragraph(`Command line: ${command}`);
  const decoded = encodedCommand(command);
  if (decoded !== undefined) story.paragraph(`Decoded: ${safeText(decoded)}`);
}

/** What PowerShell's -EncodedCommand (any prefix of it will do) holds: base64 of UTF-16. */
export function encodedCommand(commandLine: string): string | undefined {
  const match = /\s[-/]e(?:[a-z]*)\s+"?([A-Za-z0-9+/]{8,}={0,2})/i.exec(commandLine);
  return match === null ? undefined : Buffer.from(match[1]!, "base64").toString("utf16le");
}

/**
 * Commands to go on with, against the server that runs.
 * @param caseId of the alert desk; undefined where it has none
 */
export function showNext(
  story: Story,
  { url, kafka }: RunningServer,
  spoor: string,
  caseId: string | undefined,
): void {
  const flag = url === "http://127.0.0.1:8088" ? "" : ` --server ${url}`;
  const commands: readonly (readonly [string, string])[] = [
    ...(caseId === undefined
      ? []
      : ([
          [`${spoor} alerts${flag}`, "the cases; 'alerts follow' shows new ones as they come"],
          [`${spoor} alerts show ${caseId}${flag}`, "a case with its reasons, its history and its event"],
          [`${spoor} alerts ack ${caseId} -m "looking at it"${flag}`, "take it"],
        ] as const)),
    [`${spoor} sql${flag}`, "streaming SQL; SET 'auto.offset.reset' = 'earliest'; to see what is there"],
    [`${spoor} hunt --server ${url}`, "SQL over its topics: SELECT user_name, process_path FROM Process;"],
    [`${spoor} queries${flag}`, "what runs, how fast, what was kept out"],
    [`${spoor} ingest winlogbeat.json.gz${flag}`, "your own events, through the same statements"],
    [`curl ${url}/info`, "the API is ksqlDB's"],
    ...(kafka === undefined
      ? []
      : ([
          [`kcat -b ${kafka} -C -t SYSMON_JOIN -o beginning -c 3`, "any Kafka client reads and writes"],
        ] as const)),
  ];
  const width = Math.max(...commands.map(([command]) => command.length));
  const wide = width + 30 > story.width;
  for (const [command, what] of commands) {
    if (wide) {
      story.text(command);
      story.dim(`    ${what}`);
    } else {
      story.command(command, what, width);
    }
  }
}
