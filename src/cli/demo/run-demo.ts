import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describeLab } from "../../events/lab/lab-description.ts";
import { listenText, parseListenAddress } from "../client/server-address.ts";
import type { ListenAddress } from "../client/server-address.ts";
import { SpoorClient } from "../client/spoor-client.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { probePort } from "../doctor/port-probe.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { errLine } from "../io.ts";
import { LAB_START_MS } from "../generate/lab-defaults.ts";
import { KAFKA_DEFAULT } from "../options/kafka-listen.ts";
import { bytesText, durationText, plural, rateText } from "../render/quantity.ts";
import { untilAborted } from "../serve/run-serve.ts";
import { startServer } from "../server-launcher.ts";
import type { RunningServer, StartServer } from "../server-launcher.ts";
import { explainFindings, foundHosts, showCounts, showKeptOut, showNext } from "./chapters.ts";
import { showDesk } from "./desk.ts";
import { watchFilling } from "./fill-watch.ts";
import { HUNT_LINES, showFindings } from "./findings.ts";
import { loadLab } from "./load-lab.ts";
import { RECIPE_TOPIC, recipeSources, runRecipe } from "./recipe.ts";
import { Story } from "./story.ts";

const CLIENT_TIMEOUT_MS = 60_000;

export const runDemo: CommandRun = (invocation) => demoWith(invocation, startServer);

/** The story from first event to finding, through the HTTP API as any client; the server is handed in. */
export async function demoWith(invocation: Invocation, start: StartServer): Promise<ExitCode> {
  const { options, io, interrupted, workingDirectory } = invocation;
  const named = options.text("data");
  const dataDir =
    named === undefined ? await mkdtemp(join(tmpdir(), "spoor-demo-")) : resolve(workingDirectory, named);
  const story = new Story(io);
  let server: RunningServer | undefined;
  try {
    const http = await freeAddress(parseListenAddress(options.requiredText("http"), "http"), story);
    server = await start({
      dataDir,
      http,
      kafkaListen: { ...parseListenAddress(KAFKA_DEFAULT, "kafka-listen"), optional: true },
      queriesFile: undefined,
      properties: {},
      log: "error",
    });
    await tell(invocation, story, server, named === undefined ? undefined : dataDir);
    if (options.flag("exit")) return exitCodes.ok;
    story.text();
    story.dim("The server stays up. Ctrl-C ends it.");
    await untilAborted(interrupted);
    errLine(io, named === undefined ? "Stopping; the temporary folder is removed." : "Stopping.");
    return exitCodes.ok;
  } finally {
    await server?.close();
    if (named === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

async function tell(
  invocation: Invocation,
  story: Story,
  server: RunningServer,
  dataDir: string | undefined,
): Promise<void> {
  const { options, io, interrupted } = invocation;
  const client = new SpoorClient(new URL(server.url), CLIENT_TIMEOUT_MS);
  const lab = {
    seed: options.requiredNumber("seed"),
    events: options.requiredNumber("events"),
    startMs: LAB_START_MS,
  };
  try {
    const site = describeLab(lab);
    story.title("Spoor: a lateral movement, found while the events move");
    story.heading("A lab");
    story.paragraph(
      `${plural(site.hosts.length, "Windows host")} of ${site.domain}, ${plural(site.users.length, "account")}, Sysmon and Winlogbeat on each. Among the day's noise, one of them is not who it seems to be.`,
    );
    story.dim(`Server ${server.url}, data in ${dataDir ?? "a temporary folder"}, seed ${lab.seed}`);

    story.heading(`Its events arrive in the topic '${RECIPE_TOPIC}'`);
    const loaded = await loadLab(invocation, client, RECIPE_TOPIC, lab);
    const rate = rateText(loaded.events / (loaded.elapsedMs / 1000));
    story.text(
      `${plural(loaded.events, "event")}, ${bytesText(loaded.bytes)}, in ${durationText(loaded.elapsedMs)} (${rate})`,
    );

    interrupted.throwIfAborted();
    story.heading("The Sysmon recipe runs over them");
    const width = Math.max(...recipeSources.map((source) => source.name.length));
    const startedMs = invocation.clock.monotonicMs();
    const session = await runRecipe(client, (name) => {
      const source = recipeSources.find((each) => each.name === name);
      story.done(name, source?.what ?? "", width);
    });

    story.heading("Each connection finds its process");
    const filled = await watchFilling(invocation, client, startedMs, "SYSMON_JOIN");
    showCounts(story, filled, loaded.events);
    showKeptOut(story, filled);

    story.heading("The hunter asks: what has WMI started, and where does it connect to?");
    for (const line of HUNT_LINES) story.dim(line);
    story.text();
    const rows = await showFindings(io, story, client, session, interrupted);
    interrupted.throwIfAborted();
    explainFindings(story, rows);

    story.heading("The rules see it, too, and nobody had to ask");
    const caseId = await showDesk(invocation, story, client, foundHosts(rows));
    interrupted.throwIfAborted();

    story.heading("Your turn");
    showNext(story, server, invocation.commandName, caseId);
  } finally {
    client.close();
  }
}

/** The address, or the same host with a port that the system chooses where it is taken. */
async function freeAddress(address: ListenAddress, story: Story): Promise<ListenAddress> {
  if (address.port === 0 || (await probePort(address)) === "free") return address;
  story.dim(`${listenText(address)} is in use: a free port is taken.`);
  return { host: address.host, port: 0 };
}
