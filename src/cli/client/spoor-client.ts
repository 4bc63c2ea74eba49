import type { IncomingMessage } from "node:http";
import type { KsqlEntity } from "../../api/entities.ts";
import { KSQL_JSON, NDJSON } from "../../api/media-types.ts";
import {
  COMPLETIONS_PATH,
  DOCTOR_PATH,
  INFO_PATH,
  KSQL_PATH,
  QUERIES_PATH,
  QUERY_PATH,
  TOPICS_PATH,
  VALID_PROPERTY_PATH,
  queryPath,
  topicPath,
  topicRecordsPath,
} from "../../api/paths.ts";
import type { InfoResponse } from "../../api/server-info.ts";
import type {
  CompletionsResponse,
  CreateTopicResponse,
  DeleteTopicResponse,
  DoctorResponse,
  QueriesResponse,
  QueryResponse,
  TopicEntity,
  TopicsResponse,
} from "../../api/spoor-endpoints.ts";
import type { CreateTopicRequest } from "../../api/requests.ts";
import { HttpExchange, connectionError } from "./http-exchange.ts";
import { RecordUpload } from "./record-upload.ts";
import { isErrorEntity, serverError } from "./server-error.ts";
import type { SentText } from "./server-error.ts";
import { StreamedRowCutter } from "./streamed-rows.ts";
import type { ReceivedRow } from "./streamed-rows.ts";

/** What a session sends along with statements. */
export interface SessionState {
  readonly properties: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
}

/** Spoor's server, as a client sees it: ksqlDB's REST API and Spoor's own routes. */
export class SpoorClient {
  readonly #http: HttpExchange;

  constructor(server: URL, timeoutMs: number) {
    this.#http = new HttpExchange(server, timeoutMs);
  }

  get server(): URL {
    return this.#http.server;
  }

  close(): void {
    this.#http.close();
  }

  async info(signal?: AbortSignal): Promise<InfoResponse["KsqlServerInfo"]> {
    const answer = await this.#http.json<InfoResponse>({ method: "GET", path: INFO_PATH, signal });
    return answer.KsqlServerInfo;
  }

  /** Runs statements that answer with entities. */
  ksql(sent: SentText, session: SessionState, signal?: AbortSignal): Promise<readonly KsqlEntity[]> {
    return this.#http.json({
      method: "POST",
      path: KSQL_PATH,
      accept: KSQL_JSON,
      json: this.#body(sent, session),
      sent,
      signal,
    });
  }

  /** Rows of one SELECT, until it ends or the signal is given. */
  async *query(
    sent: SentText,
    session: SessionState,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly ReceivedRow[]> {
    const response = await this.#openQuery(sent, session, signal);
    const cutter = new StreamedRowCutter();
    for await (const text of this.#texts(response, signal)) {
      const rows = cutter.push(text);
      if (rows.length > 0) yield rows;
    }
    if (signal?.aborted !== true) yield cutter.finish();
  }

  /** The lines of a PRINT, as they arrive. An error that ends it is a line of JSON among them. */
  async *print(
    sent: SentText,
    session: SessionState,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly string[]> {
    const response = await this.#openQuery(sent, session, signal);
    let open = "";
    for await (const text of this.#texts(response, signal)) {
      const lines = (open + text).split("\n");
      open = lines.pop() ?? "";
      if (lines.length > 0) yield printedLines(lines, sent);
    }
    if (open !== "") yield printedLines([open], sent);
  }

  async isValidProperty(name: string): Promise<void> {
    const path = `${VALID_PROPERTY_PATH}/${encodeURIComponent(name)}`;
    await this.#http.json({ method: "GET", path });
  }

  async topics(): Promise<readonly TopicEntity[]> {
    return (await this.#http.json<TopicsResponse>({ method: "GET", path: TOPICS_PATH })).topics;
  }

  createTopic(request: CreateTopicRequest): Promise<CreateTopicResponse> {
    return this.#http.json({ method: "POST", path: TOPICS_PATH, json: request });
  }

  deleteTopic(topic: string): Promise<DeleteTopicResponse> {
    return this.#http.json({ method: "DELETE", path: topicPath(topic) });
  }

  async queries(): Promise<QueriesResponse["queries"]> {
    return (await this.#http.json<QueriesResponse>({ method: "GET", path: QUERIES_PATH })).queries;
  }

  queryStatistics(queryId: string): Promise<QueryResponse> {
    return this.#http.json({ method: "GET", path: queryPath(queryId) });
  }

  completions(): Promise<CompletionsResponse> {
    return this.#http.json({ method: "GET", path: COMPLETIONS_PATH });
  }

  doctor(): Promise<DoctorResponse> {
    return this.#http.json({ method: "GET", path: DOCTOR_PATH });
  }

  /** Opens a stream of records into a topic, as lines of NDJSON: the value, or key, separator and value. */
  upload(topic: string, keySeparator: string | undefined, signal?: AbortSignal): RecordUpload {
    const format =
      keySeparator === undefined
        ? "format=value"
        : `format=key:value&separator=${encodeURIComponent(keySeparator)}`;
    const opened = this.#http.open({
      method: "POST",
      path: `${topicRecordsPath(topic)}?${format}`,
      streamed: NDJSON,
      signal,
    });
    return new RecordUpload(this.server, opened.request, opened.response);
  }

  #openQuery(sent: SentText, session: SessionState, signal?: AbortSignal): Promise<IncomingMessage> {
    return this.#http.send({
      method: "POST",
      path: QUERY_PATH,
      accept: KSQL_JSON,
      json: this.#body(sent, session),
      sent,
      signal,
    });
  }

  #body(sent: SentText, session: SessionState): object {
    return {
      ksql: sent.text,
      streamsProperties: session.properties,
      sessionVariables: session.variables,
    };
  }

  /** The body's text as it arrives; ends quietly at the signal. */
  async *#texts(response: IncomingMessage, signal: AbortSignal | undefined): AsyncGenerator<string> {
    response.setEncoding("utf8");
    try {
      for await (const text of response) yield text as string;
    } catch (error) {
      if (signal?.aborted !== true) throw connectionError(this.server, error);
    }
  }
}

/** No record is printed as a line that begins so. */
const ERROR_LINE = '{"@type":';

function printedLines(lines: readonly string[], sent: SentText): readonly string[] {
  for (const line of lines) {
    if (!line.startsWith(ERROR_LINE)) continue;
    const json: unknown = JSON.parse(line);
    if (isErrorEntity(json)) throw serverError(json, sent);
  }
  return lines;
}
