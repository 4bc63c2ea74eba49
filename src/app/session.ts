/** Properties and variables of one request. SET, UNSET, DEFINE and UNDEFINE change them for the statements after. */
import { settingText } from "../plan/session-properties.ts";
import type { Dialect } from "../sql/dialect.ts";

export interface Session {
  /** What the server's configuration has set, with what the request overrides; by canonical name. */
  readonly properties: Map<string, string>;
  readonly variables: Map<string, string>;
  /** Names among `properties` that the request has set. */
  readonly overridden: Set<string>;
}

export function sessionDialect(session: Session): Dialect {
  const name = settingText(session.properties, "ksql.dialect");
  return name === "ksqldb" || name === "ksql5" ? name : "auto";
}

export function copySession(session: Session): Session {
  return {
    properties: new Map(session.properties),
    variables: new Map(session.variables),
    overridden: new Set(session.overridden),
  };
}
