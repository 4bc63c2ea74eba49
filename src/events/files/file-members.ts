import { contentKind, hasContentHead, startsDocument } from "./content-kind.ts";
import type { ContentKind } from "./content-kind.ts";
import { fileBytes, peek, utf16Text } from "./byte-stream.ts";
import type { ByteStream, PeekedStream, ReadCounter } from "./byte-stream.ts";
import { inflate } from "./inflate.ts";
import { tarMembers } from "./tar-members.ts";
import { zipMembers } from "./zip-members.ts";

/** One event file, or one member of an archive. */
export interface EventMember {
  readonly name: string;
  /** `text` is UTF-8 (its byte order mark may be there); `evtx` may be none, where only its name says so. */
  readonly content: "text" | "evtx";
  readonly bytes: ByteStream;
}

/** A file or member that holds no events. */
export interface SkippedMember {
  readonly member: string;
  readonly reason: string;
}

/** Gzip in tar in gzip is as deep as anyone has packed events. */
const NESTING_MAX = 3;

/** Opens what a file holds, whatever it is packed in, without unpacking to disk. @throws ReadFault */
export async function* fileMembers(
  path: string,
  counter: ReadCounter,
  skip: (skipped: SkippedMember) => void,
): AsyncGenerator<EventMember, void, undefined> {
  const peeked = await peek(fileBytes(path, counter), hasContentHead);
  if (contentKind(peeked.head) !== "zip") {
    yield* openContent(path, peeked, skip, 0);
    return;
  }
  await peeked.close();
  counter.bytesRead = 0;
  for await (const member of zipMembers(path, counter)) {
    yield* nested(`${path}/${member.name}`, member.bytes, skip, 1);
  }
}

/** Opens what a stream holds; a zip archive cannot be read from a stream. @throws ReadFault */
export async function* streamMembers(
  name: string,
  source: ByteStream,
  skip: (skipped: SkippedMember) => void,
): AsyncGenerator<EventMember, void, undefined> {
  yield* openContent(name, await peek(source, hasStart), skip, 0);
}

async function* nested(
  name: string,
  source: ByteStream,
  skip: (skipped: SkippedMember) => void,
  depth: number,
): AsyncGenerator<EventMember, void, undefined> {
  if (depth > 0 && isHousekeeping(name)) {
    skip({ member: name, reason: "is a hidden or system file" });
    return;
  }
  yield* openContent(name, await peek(source, hasContentHead), skip, depth);
}

async function* openContent(
  name: string,
  { head, bytes, close }: PeekedStream,
  skip: (skipped: SkippedMember) => void,
  depth: number,
): AsyncGenerator<EventMember, void, undefined> {
  const kind = kindOf(name, head);
  const reason =
    depth > NESTING_MAX && kind !== "text" && kind !== "evtx" ? "is packed too deep" : refusal(kind);
  if (reason !== undefined) {
    await close();
    skip({ member: name, reason });
  } else if (kind === "gzip") {
    yield* nested(name, inflate(bytes, "gzip"), skip, depth + 1);
  } else if (kind === "tar") {
    for await (const member of tarMembers(bytes)) {
      yield* nested(`${name}/${member.name}`, member.bytes, skip, depth + 1);
    }
  } else if (kind === "utf16le" || kind === "utf16be") {
    yield { name, content: "text", bytes: utf16Text(bytes, kind === "utf16le" ? "utf-16le" : "utf-16be") };
  } else yield { name, content: kind === "evtx" ? "evtx" : "text", bytes };
}

/** A file that is named as an event log, and starts like nothing else that is read, is taken for a damaged one. */
function kindOf(name: string, head: Buffer): ContentKind {
  const kind = contentKind(head);
  if ((kind !== "binary" && kind !== "text") || !/\.evtx(?:\.gz)?$/i.test(name)) return kind;
  return startsDocument(head) ? kind : "evtx";
}

function refusal(kind: ContentKind): string | undefined {
  if (kind === "zip")
    return "is a zip archive inside another archive or a stream, which cannot be read in place";
  return kind === "binary" ? "holds binary data that is no event log" : undefined;
}

/** What macOS and editors leave beside the data: `._name`, `.DS_Store`, `__MACOSX/…`. */
function isHousekeeping(name: string): boolean {
  return name.includes("__MACOSX/") || (name.split("/").at(-1) ?? "").startsWith(".");
}

/** A live stream that starts like JSON or XML is not held back until there are enough bytes to tell. */
function hasStart(seen: Buffer): boolean {
  return hasContentHead(seen) || startsDocument(seen);
}
