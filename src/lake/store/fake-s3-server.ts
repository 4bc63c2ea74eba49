/** A small S3 for tests: a bucket named `lake`, conditional puts. */
import type { IncomingMessage } from "node:http";
import { FakeObjectServer } from "./fake-object-server.ts";
import type { FakeAnswer, Fault } from "./fake-object-server.ts";

export class FakeS3Server extends FakeObjectServer {
  protected override failure(fault: Fault): FakeAnswer {
    return fault === "busy" ? error(503, "SlowDown") : error(500, "InternalError");
  }

  protected override answer(request: IncomingMessage, body: Buffer): FakeAnswer {
    const url = new URL(request.url!, "http://s3");
    if (!/^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-test\/s3\//.test(request.headers.authorization ?? ""))
      return error(403, "AccessDenied");
    const [, bucket, ...rest] = url.pathname.split("/");
    const key = decodeURIComponent(rest.join("/"));
    if (bucket !== "lake") return error(404, "NoSuchBucket");
    if (key === "") return this.#list(url.searchParams);
    const there = this.objects.get(key);
    switch (request.method) {
      case "PUT":
        if (request.headers["if-none-match"] === "*" && there !== undefined)
          return error(412, "PreconditionFailed");
        this.objects.set(key, { bytes: body, modified: new Date() });
        return { status: 200 };
      case "GET":
        return there === undefined ? error(404, "NoSuchKey") : { status: 200, body: there.bytes };
      case "DELETE":
        this.objects.delete(key);
        return { status: 204 };
      default:
        return error(405, "MethodNotAllowed");
    }
  }

  #list(query: URLSearchParams): FakeAnswer {
    const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
    const { entries, isCut } = this.page(query.get("prefix") ?? "", after, query.get("delimiter") === null);
    const contents = entries.map(({ name, isFolder }) => {
      const key = encodeURIComponent(name);
      if (isFolder) return `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`;
      const { bytes, modified } = this.objects.get(name)!;
      return `<Contents><Key>${key}</Key><LastModified>${modified.toISOString()}</LastModified><Size>${bytes.length}</Size></Contents>`;
    });
    const next = isCut ? `<NextContinuationToken>${entries.at(-1)!.name}</NextContinuationToken>` : "";
    return {
      status: 200,
      body: `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`,
    };
  }
}

function error(status: number, code: string): FakeAnswer {
  return { status, body: `<Error><Code>${code}</Code><Message>it is ${code}</Message></Error>` };
}
