/** Every API whose messages are known, by key. What a broker offers is the part of it that has a handler. */
import { addOffsetsToTxnApi } from "./messages/add-offsets-to-txn.ts";
import { addPartitionsToTxnApi } from "./messages/add-partitions-to-txn.ts";
import { alterConfigsApi } from "./messages/alter-configs.ts";
import { alterUserScramCredentialsApi } from "./messages/alter-user-scram-credentials.ts";
import { apiVersionsApi } from "./messages/api-versions.ts";
import { createAclsApi } from "./messages/create-acls.ts";
import { createPartitionsApi } from "./messages/create-partitions.ts";
import { createTopicsApi } from "./messages/create-topics.ts";
import { deleteAclsApi } from "./messages/delete-acls.ts";
import { deleteGroupsApi } from "./messages/delete-groups.ts";
import { deleteRecordsApi } from "./messages/delete-records.ts";
import { deleteTopicsApi } from "./messages/delete-topics.ts";
import { describeAclsApi } from "./messages/describe-acls.ts";
import { describeClusterApi } from "./messages/describe-cluster.ts";
import { describeConfigsApi } from "./messages/describe-configs.ts";
import { describeGroupsApi } from "./messages/describe-groups.ts";
import { describeLogDirsApi } from "./messages/describe-log-dirs.ts";
import { describeProducersApi } from "./messages/describe-producers.ts";
import { describeTopicPartitionsApi } from "./messages/describe-topic-partitions.ts";
import { describeTransactionsApi } from "./messages/describe-transactions.ts";
import { alterClientQuotasApi } from "./messages/alter-client-quotas.ts";
import { describeClientQuotasApi } from "./messages/describe-client-quotas.ts";
import { describeUserScramCredentialsApi } from "./messages/describe-user-scram-credentials.ts";
import { electLeadersApi } from "./messages/elect-leaders.ts";
import { endTxnApi } from "./messages/end-txn.ts";
import { fetchApi } from "./messages/fetch.ts";
import { findCoordinatorApi } from "./messages/find-coordinator.ts";
import { heartbeatApi } from "./messages/heartbeat.ts";
import { incrementalAlterConfigsApi } from "./messages/incremental-alter-configs.ts";
import { initProducerIdApi } from "./messages/init-producer-id.ts";
import { joinGroupApi } from "./messages/join-group.ts";
import { leaveGroupApi } from "./messages/leave-group.ts";
import { listGroupsApi } from "./messages/list-groups.ts";
import { listOffsetsApi } from "./messages/list-offsets.ts";
import { listPartitionReassignmentsApi } from "./messages/list-partition-reassignments.ts";
import { listTransactionsApi } from "./messages/list-transactions.ts";
import { metadataApi } from "./messages/metadata.ts";
import { offsetCommitApi } from "./messages/offset-commit.ts";
import { offsetDeleteApi } from "./messages/offset-delete.ts";
import { offsetFetchApi } from "./messages/offset-fetch.ts";
import { offsetForLeaderEpochApi } from "./messages/offset-for-leader-epoch.ts";
import { produceApi } from "./messages/produce.ts";
import { saslAuthenticateApi } from "./messages/sasl-authenticate.ts";
import { saslHandshakeApi } from "./messages/sasl-handshake.ts";
import { syncGroupApi } from "./messages/sync-group.ts";
import { txnOffsetCommitApi } from "./messages/txn-offset-commit.ts";
import type { ApiDefinition } from "./schema.ts";

export const allApis: readonly ApiDefinition[] = [
  produceApi,
  fetchApi,
  listOffsetsApi,
  metadataApi,
  offsetCommitApi,
  offsetFetchApi,
  findCoordinatorApi,
  joinGroupApi,
  heartbeatApi,
  leaveGroupApi,
  syncGroupApi,
  describeGroupsApi,
  listGroupsApi,
  saslHandshakeApi,
  apiVersionsApi,
  createTopicsApi,
  deleteTopicsApi,
  deleteRecordsApi,
  initProducerIdApi,
  offsetForLeaderEpochApi,
  addPartitionsToTxnApi,
  addOffsetsToTxnApi,
  endTxnApi,
  txnOffsetCommitApi,
  describeAclsApi,
  createAclsApi,
  deleteAclsApi,
  describeConfigsApi,
  alterConfigsApi,
  describeLogDirsApi,
  saslAuthenticateApi,
  createPartitionsApi,
  deleteGroupsApi,
  electLeadersApi,
  incrementalAlterConfigsApi,
  listPartitionReassignmentsApi,
  offsetDeleteApi,
  describeClientQuotasApi,
  alterClientQuotasApi,
  describeUserScramCredentialsApi,
  alterUserScramCredentialsApi,
  describeClusterApi,
  describeProducersApi,
  describeTransactionsApi,
  listTransactionsApi,
  describeTopicPartitionsApi,
];
