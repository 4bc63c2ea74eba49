/**
 * Events of texts, for functions that are called with the same text one after the other: the last one is remembered, so
 * that a document is parsed once for a row, however many calls look into it. Not for texts in turn.
 */
import { SpoorError } from "../../base/errors.ts";
import { DocumentFields } from "../../detect/events/document-fields.ts";
import { RawEventFields } from "../../detect/events/raw-event-fields.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import type { SourceValue } from "../../events/shapes/raw-event.ts";
import { isSourceObject } from "../../events/shapes/source-document.ts";
import { readEventXml } from "../../events/xml/read-event-xml.ts";
import { FunctionError } from "../../functions/definition.ts";

export class EventReader {
  #text: string | undefined;
  #read: DocumentFields | RawEventFields | FunctionError | undefined;
  readonly #document = new DocumentFields();

  /**
   * What it gives is good until another text is read.
   * @throws FunctionError where the text is no Windows event of a known shape
   */
  read(text: string): DocumentFields | RawEventFields {
    if (text !== this.#text || this.#read === undefined) {
      this.#read = this.#document.read(text) ? this.#document : fieldsOf(text);
      this.#text = text;
    }
    if (this.#read instanceof FunctionError) throw this.#read;
    return this.#read;
  }
}

function fieldsOf(text: string): RawEventFields | FunctionError {
  try {
    return new RawEventFields(/^\s*</.test(text) ? readEventXml(text) : readRawEvent(documentOf(text)));
  } catch (error) {
    if (error instanceof FunctionError) return error;
    if (!(error instanceof SpoorError)) throw error;
    return new FunctionError([error.message, error.detail].filter((part) => part !== undefined).join("; "));
  }
}

function documentOf(text: string) {
  let value: SourceValue;
  try {
    value = JSON.parse(text) as SourceValue;
  } catch (error) {
    throw new FunctionError(
      `the event is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (isSourceObject(value)) return value;
  throw new FunctionError("the event is no JSON object");
}
