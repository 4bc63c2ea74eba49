/** A whole server on loopback with a topic of events, for tests of hunts. */
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HuntLine } from "../api/hunt-answers.ts";
import type { HuntRequest } from "../api/hunt-requests.ts";
import { startServer } from "./start.ts";

export interface FakeHuntServer {
  readonly url: string;
  readonly folder: string;
  ask(request: HuntRequest, init?: RequestInit): Promise<Response>;
  /** Asks over a connection of its own, which may be broken off. */
  open(request: HuntRequest): { readonly response: Promise<IncomingMessage>; leave(): void };
  /** The rows of an answer in lines. @throws Error with the server's error as its text */
  rows(sql: string, rest?: Partial<HuntRequest>): Promise<unknown[]>;
  /** The code of the error that a statement is refused with. */
  refusal(sql: string, rest?: Partial<HuntRequest>): Promise<string>;
  ingest(topic: string, values: readonly (object | string)[]): Promise<void>;
  ksql(text: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function fakeHuntServer(
  properties: Readonly<Record<string, string>> = {},
): Promise<FakeHuntServer> {
  const folder = mkdtempSync(join(tmpdir(), "spoor-hunt-server-"));
  const server = await startServer({
    dataDir: join(folder, "data"),
    http: { host: "127.0.0.1", port: 0 },
    kafkaListen: undefined,
    queriesFile: undefined,
    properties: { "ksql.streams.auto.offset.reset": "earliest", ...properties },
    log: "silent",
  });
  const { url } = server;
  const post = async (path: string, body: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url + path, { method: "POST", body, ...init });
  const ask: FakeHuntServer["ask"] = (request, init) => post("/hunt", JSON.stringify(request), init);
  return {
    url,
    folder,
    ask,
    open: (request) => {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      const sent = httpRequest(`${url}/hunt`, { method: "POST", agent: false }, resolve);
      sent.on("error", reject);
      sent.end(JSON.stringify(request));
      return { response: promise, leave: () => void sent.destroy(new Error("left")) };
    },
    rows: async (sql, rest = {}) => {
      const response = await ask({ sql, ...rest });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      const lines = text.split("\n").filter((line) => line !== "");
      const parsed = lines.map((line) => JSON.parse(line) as HuntLine | unknown[]);
      const last = parsed.at(-1)!;
      if (Array.isArray(last) || !("statistics" in last)) throw new Error(lines.at(-1));
      return parsed.filter(Array.isArray);
    },
    refusal: async (sql, rest = {}) => {
      const response = await ask({ sql, ...rest });
      const { code } = (await response.json()) as { readonly code?: string };
      return response.ok ? "no refusal" : String(code);
    },
    ingest: async (topic, values) => {
      const lines = values.map((value) => `${typeof value === "string" ? value : JSON.stringify(value)}\n`);
      await checked(await post("/spoor/v1/topics", JSON.stringify({ name: topic, ifNotExists: true })));
      await checked(await post(`/spoor/v1/topics/${encodeURIComponent(topic)}/records`, lines.join("")));
    },
    ksql: async (text) => checked(await post("/ksql", JSON.stringify({ ksql: text }))),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** @throws Error with the server's error as its text */
async function checked(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text === "" ? undefined : JSON.parse(text);
}

/** A process that starts, as Winlogbeat 7 writes it. */
export function processEvent(n: number, rest: object = {}): object {
  return {
    "@timestamp": "2020-01-02T03:04:05.678Z",
    winlog: {
      channel: "Microsoft-Windows-Sysmon/Operational",
      provider_name: "Microsoft-Windows-Sysmon",
      event_id: 1,
      record_id: n,
      computer_name: "ws1.corp",
      event_data: {
        UtcTime: "2020-01-02 03:04:05.678",
        ProcessGuid: `{a98268c1-1c2e-5ead-0000-${n.toString(16).padStart(12, "0")}}`,
        ProcessId: String(n),
        Image: "C:\\Windows\\System32\\cmd.exe",
        CommandLine: `cmd.exe /c echo ${n}`,
      },
    },
    ...rest,
  };
}
