/** Of what stands in archives, the members that may hold events: rules, notes and scripts are often packed beside them. */
import { hasContentHead, startsDocument } from "./content-kind.ts";
import { peek } from "./byte-stream.ts";
import type { EventMember, SkippedMember } from "./file-members.ts";

/** Such a member is read whatever it begins with: a damaged line must not hide those behind it. */
const EVENT_NAME = /\.(?:evtx|xml|json|jsonl|ndjson|log)(?:\.gz)?$/i;
const OTHER_NAME =
  /\.(?:ya?ml|md|markdown|rst|txt|text|html?|css|csv|tsv|py|ps1|psm1|psd1|sh|bat|cmd|js|ts|rb|go|sql|toml|ini|cfg|conf|sha\d+|md5|sig|asc)(?:\.gz)?$/i;

/**
 * Passes the members on that may hold events. Others are told to `skip`: those whose names say that they hold something else,
 * and texts of any other name that begin as neither JSON nor XML. What is called `root`, the file or stream that was asked for,
 * is passed on whatever it is.
 */
export async function* eventMembers(
  members: AsyncIterable<EventMember>,
  root: string,
  skip: (skipped: SkippedMember) => void,
): AsyncGenerator<EventMember, void, undefined> {
  for await (const member of members) {
    const { name, content } = member;
    if (content === "evtx" || name === root || EVENT_NAME.test(name)) yield member;
    else if (OTHER_NAME.test(name)) skip({ member: name, reason: "holds no events, by its name" });
    else {
      const { head, bytes, close } = await peek(member.bytes, hasContentHead);
      if (head.length === 0 || startsDocument(head)) yield { ...member, bytes };
      else {
        await close();
        skip({ member: name, reason: "holds no events: it begins as neither JSON nor XML" });
      }
    }
  }
}
