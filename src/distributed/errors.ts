import { defineErrors } from "../base/errors.ts";

export const clusterErrors = defineErrors("CLUSTER", {
  UNREACHABLE: {
    kind: "io",
    summary: "No broker of the Kafka cluster answered in time.",
    cure: "Check the addresses, the network and security.protocol; Spoor goes on where it stopped once a broker answers.",
  },
  AUTHENTICATION_FAILED: {
    kind: "io",
    summary: "The Kafka cluster refused the credentials or the SASL mechanism.",
    cure: "Check sasl.mechanism and sasl.jaas.config in the file of --kafka-config, and that the user exists on the cluster.",
  },
  TLS_FAILED: {
    kind: "io",
    summary: "The TLS connection to a broker could not be made, or its certificate is not trusted.",
    cure: "Give the authority's certificate as PEM in ssl.truststore.location, and connect to a name that the broker's certificate has.",
  },
  NOT_AUTHORIZED: {
    kind: "io",
    summary: "The cluster does not allow the user to do this with a topic, group or transactional id.",
    cure: "Give the user the access that the message names, for instance with kafka-acls.",
  },
  UNSUPPORTED_VERSION: {
    kind: "io",
    summary: "A broker offers no version of a request that Spoor can use.",
    cure: "Use Kafka 3.0 or later.",
  },
  UNREADABLE_ANSWER: {
    kind: "io",
    summary: "A broker's answer does not follow the Kafka protocol.",
    cure: "Check that the address is a Kafka broker's and that no proxy changes the data.",
  },
  TIMED_OUT: {
    kind: "io",
    summary: "The cluster answered, but put the request off until its time was over.",
    cure: "Check the cluster's health (leaders, replicas in sync); a longer request.timeout.ms gives it more time.",
  },
  TOPIC_EXISTS: {
    kind: "state",
    summary: "The cluster has a topic of that name already.",
    cure: "Use the existing topic, delete it first, or choose another name.",
  },
  UNKNOWN_TOPIC: {
    kind: "state",
    summary: "The cluster has no such topic or partition, or does not show it to the user.",
    cure: "Check the spelling with SHOW TOPICS, create the topic, or give the user the right to describe it.",
  },
  OFFSET_OUT_OF_RANGE: {
    kind: "state",
    summary: "The offset lies before the partition's start (deleted by retention) or behind its end.",
    cure: "Read from the start or the end that the error names.",
  },
  BATCH_TOO_LARGE: {
    kind: "runtime",
    summary: "A batch is larger than the topic's max.message.bytes on the cluster.",
    cure: "Raise max.message.bytes of the topic, or set compression.type in the file of --kafka-config.",
  },
  GROUP_NOT_EMPTY: {
    kind: "state",
    summary: "The consumer group still has members.",
    cure: "Stop the processes that are in the group, then try again.",
  },
  REFUSED: {
    kind: "runtime",
    summary: "The cluster refused a request for a reason that trying again does not remove.",
    cure: "See the reason in the message; the cluster's log may say more.",
  },
  TRANSACTION_ABORTED: {
    kind: "runtime",
    summary: "A transaction was given up: nothing of it can be read, its offsets are not committed.",
    cure: "Nothing need be done: the work is done again from the committed offsets.",
  },
  PRODUCER_FENCED: {
    kind: "state",
    summary: "Another process took the transactional id over, or the transaction outlived its timeout.",
    cure: "Let the other process go on; give instances different names where both should run.",
  },
  OUTCOME_UNKNOWN: {
    kind: "io",
    summary: "The connection was lost and nobody could be asked whether a write was done.",
    cure: "Read on from the committed offsets, which tell what was done.",
  },
  LOST_MEMBERSHIP: {
    kind: "runtime",
    summary: "The consumer group went on without this member, since it was silent too long.",
    cure: "Nothing need be done: the member joins anew. A longer session timeout tolerates longer pauses.",
  },
  CLOSED: {
    kind: "state",
    summary: "The connection to the cluster was closed while something still used it.",
    cure: "Open it again.",
  },
  INVALID_SETTING: {
    kind: "usage",
    summary: "A setting in the file of --kafka-config, or an address of --kafka, has no valid value.",
    cure: "Correct the line that the message names.",
  },
  UNSUPPORTED_SETTING: {
    kind: "usage",
    summary: "A setting in the file of --kafka-config asks for what this client does not have.",
    cure: "Use one of the values that the message names.",
  },
});
