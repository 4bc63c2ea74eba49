/** Files that a schema may import without a reference. Google's wrappers and timestamp come with the parser. */
const FILES: Readonly<Record<string, string>> = {
  // Options: they are read from the text, whatever they are declared as.
  "confluent/meta.proto": 'syntax = "proto3"; package confluent;',
  "google/protobuf/descriptor.proto": 'syntax = "proto2"; package google.protobuf;',
  "confluent/type/decimal.proto":
    'syntax = "proto3"; package confluent.type; message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }',
  "google/type/date.proto":
    'syntax = "proto3"; package google.type; message Date { int32 year = 1; int32 month = 2; int32 day = 3; }',
  "google/type/timeofday.proto":
    'syntax = "proto3"; package google.type; message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }',
};

export function wellKnownFile(name: string): string | undefined {
  return FILES[name];
}
