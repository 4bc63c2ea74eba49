/** One statement on its way: what the handlers of the statement families are given. */
import type { EntityBase } from "../../api/entities.ts";
import type { ErrorPlace, Span } from "../../base/errors.ts";
import type { AppContext } from "../app-context.ts";
import type { Session } from "../session.ts";

export interface StatementCall {
  readonly context: AppContext;
  readonly session: Session;
  /** The whole text that spans point into. */
  readonly text: string;
  /** The file the text came from. */
  readonly file: string | undefined;
  /** The statement alone, with its semicolon. */
  readonly statementText: string;
}

export function entityBase(call: StatementCall): EntityBase {
  return { statementText: call.statementText, warnings: [] };
}

export function placeIn(call: StatementCall, span: Span): ErrorPlace {
  return call.file === undefined ? { text: call.text, span } : { text: call.text, span, file: call.file };
}
