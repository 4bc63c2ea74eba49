/** Protobuf's text form of a message, fields in the order of their numbers, defaults left out. */
import protobuf from "protobufjs";

/** @throws Error where the bytes are no such message */
export function protoText(type: protobuf.Type, bytes: Uint8Array): string {
  return messageText(type, type.decode(bytes), "");
}

function messageText(type: protobuf.Type, message: object, indent: string): string {
  const fields = type.fieldsArray.toSorted((a, b) => a.id - b.id);
  return fields.map((field) => fieldText(field, message, indent)).join("");
}

function fieldText(field: protobuf.Field, message: object, indent: string): string {
  if (!Object.hasOwn(message, field.name)) return "";
  const value = (message as Record<string, unknown>)[field.name];
  const items = field.repeated ? (value as readonly unknown[]) : [value];
  return items
    .map((item) => {
      if (field.resolvedType instanceof protobuf.Type) {
        const inner = messageText(field.resolvedType, item as object, `${indent}  `);
        return `${indent}${field.name} {\n${inner}${indent}}\n`;
      }
      return field.repeated || !isDefault(item) ? `${indent}${field.name}: ${scalarText(item)}\n` : "";
    })
    .join("");
}

function isDefault(value: unknown): boolean {
  return value === 0 || value === "" || value === false || String(value) === "0";
}

function scalarText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("latin1"));
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return `${value as bigint}`;
}
