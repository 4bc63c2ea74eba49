import { defineErrors } from "../base/errors.ts";

export const logErrors = defineErrors("LOG", {
  TOPIC_EXISTS: {
    kind: "state",
    summary: "A topic of that name is there already.",
    cure: "Use the existing topic, delete it first, or choose another name.",
  },
  UNKNOWN_TOPIC: {
    kind: "state",
    summary: "No topic has that name.",
    cure: "Check the spelling with SHOW TOPICS, or create the topic.",
  },
  UNKNOWN_PARTITION: {
    kind: "state",
    summary: "The topic has fewer partitions.",
    cure: "Ask for a partition from 0 to one less than the topic's count.",
  },
  INVALID_TOPIC_NAME: {
    kind: "usage",
    summary: "Kafka does not allow the topic name.",
    cure: "Use 1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-', and neither '.' nor '..'.",
  },
  INVALID_PARTITIONS: {
    kind: "usage",
    summary: "The number of partitions is out of range, or would shrink the topic.",
    cure: "Give a whole number from 1 to 10000 that is not below the present one.",
  },
  UNKNOWN_CONFIG: {
    kind: "usage",
    summary: "No topic setting has that name.",
    cure: "Use one of Kafka's topic settings, as DESCRIBE lists them.",
  },
  INVALID_CONFIG: {
    kind: "usage",
    summary: "A topic setting has a value outside its type or range.",
    cure: "Give a value of the type and range that the message names.",
  },
  OFFSET_OUT_OF_RANGE: {
    kind: "state",
    summary: "The offset lies before the partition's start (deleted by retention) or behind its end.",
    cure: "Read from the start or the end that the error names.",
  },
  KEY_REQUIRED: {
    kind: "runtime",
    summary: "A record without a key was written to a compacted topic.",
    cure: "Give every record a key, or set cleanup.policy to 'delete'.",
  },
  BATCH_TOO_LARGE: {
    kind: "runtime",
    summary: "A batch is larger than max.message.bytes or than a segment can hold.",
    cure: "Send smaller batches, or raise max.message.bytes (and segment.bytes) of the topic.",
  },
  INVALID_BATCH: {
    kind: "runtime",
    summary: "Bytes sent to a topic are not whole, well-formed record batches of magic 2.",
    cure: "Use a Kafka client of version 0.11 or later; a proxy in between may damage the data.",
  },
  UNSUPPORTED_COMPRESSION: {
    kind: "runtime",
    summary: "A batch is compressed with a codec that this build cannot read.",
    cure: "Set the producer's compression.type to none, gzip, snappy, lz4 or zstd.",
  },
  CORRUPT: {
    kind: "io",
    summary: "A stored batch does not match its checksum or its structure: the disk or a program changed it.",
    cure: "Restore the segment file from a backup, or give the damaged records up by deleting records up to the next readable offset.",
  },
  DISK_FULL: {
    kind: "io",
    summary: "The disk had no room for a batch; the partition was cut back to its last whole batch.",
    cure: "Free space, or lower retention.bytes or retention.ms of large topics; writing then goes on.",
  },
  READ_FAILED: {
    kind: "io",
    summary: "The operating system could not read a segment file.",
    cure: "Check the disk and the permissions of the data directory.",
  },
  WRITE_FAILED: {
    kind: "io",
    summary: "The operating system could not write a file of the log.",
    cure: "Check the disk and the permissions of the data directory.",
  },
  FLUSH_FAILED: {
    kind: "io",
    summary: "The disk could not confirm a write; what is on it is unknown until it is read again.",
    cure: "Check the disk, then restart: recovery keeps every whole batch.",
  },
  PARTITION_FAILED: {
    kind: "io",
    summary: "An earlier disk error left the partition in an unknown state; it takes no more appends.",
    cure: "Check the disk, then restart: recovery keeps every whole batch.",
  },
  FOLDER_TAKEN: {
    kind: "state",
    summary:
      "The folder of a partition to be made is there already and holds something, though no topic owns it.",
    cure: "Move the folder away, or restore the topic's metadata file that belongs to it.",
  },
  LOCKED: {
    kind: "io",
    summary: "Another process has the data directory open.",
    cure: "Stop the other process, or choose another data directory.",
  },
  DAMAGED_METADATA: {
    kind: "io",
    summary: "A metadata file of the log cannot be read.",
    cure: "Restore the file from a backup.",
  },
  CLOSED: {
    kind: "state",
    summary: "The log was closed, or the topic deleted, while something still used it.",
    cure: "Open the log again.",
  },
});
