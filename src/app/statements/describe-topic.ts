/** KSQL 5's DESCRIBE TOPIC: the topic and what streams and tables say of it. */
import type { KsqlEntity } from "../../api/entities.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { DescribeNamed } from "../../sql/ast-statement.ts";
import { appErrors } from "../errors.ts";
import { entityBase, placeIn } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

export function describeTopic(statement: DescribeNamed, call: StatementCall): KsqlEntity {
  const { log, catalog } = call.context;
  const names = log.topics().map((topic) => topic.name);
  const name = names.find((other) => other === statement.name) ?? ignoringCase(statement.name, names);
  if (name === undefined) {
    throw appErrors.MISSING_TOPIC({
      message: `topic '${statement.name}' does not exist`,
      hint: didYouMean(statement.name, names) ?? "SHOW TOPICS lists what there is",
      place: placeIn(call, statement.span),
    });
  }
  const [source] = catalog.sourcesOver(name);
  return {
    ...entityBase(call),
    "@type": "topicDescription",
    name,
    topic: name,
    format: source?.valueFormat.format ?? "",
    schemaString: source?.statementText ?? "",
  };
}

/** Names without quotes were upper-cased by the parser; topic names have their own case. */
function ignoringCase(name: string, names: readonly string[]): string | undefined {
  return names.find((other) => other.toUpperCase() === name.toUpperCase());
}
