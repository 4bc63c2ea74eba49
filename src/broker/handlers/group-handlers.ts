/** Groups: who may do what is decided here, the rest by the group coordinator. */
import { AclOperation, AclResource } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import type { GroupCoordinator } from "../group-coordination.ts";
import { authorizedOperations, mayCluster, mayGroup } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { deleteGroupsApi } from "../protocol/messages/delete-groups.ts";
import { describeGroupsApi } from "../protocol/messages/describe-groups.ts";
import { heartbeatApi } from "../protocol/messages/heartbeat.ts";
import { joinGroupApi } from "../protocol/messages/join-group.ts";
import { leaveGroupApi } from "../protocol/messages/leave-group.ts";
import { listGroupsApi } from "../protocol/messages/list-groups.ts";
import { syncGroupApi } from "../protocol/messages/sync-group.ts";
import type { ResponseOf } from "../protocol/schema.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";
import { offsetHandlers } from "./offset-handlers.ts";

type DescribedGroup = ResponseOf<typeof describeGroupsApi>["groups"][number];

export function groupHandlers(services: BrokerServices): Handler[] {
  const { groups } = services;
  if (groups === undefined) return [];
  return [
    ...membershipHandlers(services, groups),
    ...administrationHandlers(services, groups),
    ...offsetHandlers(services, groups),
  ];
}

const refused = KafkaError.GROUP_AUTHORIZATION_FAILED;

function membershipHandlers(services: BrokerServices, groups: GroupCoordinator): Handler[] {
  const mayRead = (caller: Caller, group: string): boolean =>
    mayGroup(services, caller, AclOperation.READ, group);
  return [
    handler(joinGroupApi, (request, { caller }) => {
      if (mayRead(caller, request.groupId)) return groups.joinGroup(request, caller);
      const { memberId } = request;
      return { errorCode: refused, protocolName: "", leader: "", memberId, members: [] };
    }),
    handler(syncGroupApi, (request, { caller }) => {
      if (mayRead(caller, request.groupId)) return groups.syncGroup(request, caller);
      return { errorCode: refused, assignment: Buffer.alloc(0) };
    }),
    handler(heartbeatApi, (request, { caller }) =>
      mayRead(caller, request.groupId) ? groups.heartbeat(request, caller) : { errorCode: refused },
    ),
    handler(leaveGroupApi, (request, { caller }) =>
      mayRead(caller, request.groupId) ? groups.leaveGroup(request, caller) : { errorCode: refused },
    ),
  ];
}

function administrationHandlers(services: BrokerServices, groups: GroupCoordinator): Handler[] {
  return [
    handler(describeGroupsApi, (request, { caller }) => ({
      groups: request.groups.flatMap((groupId): readonly DescribedGroup[] => {
        if (!mayGroup(services, caller, AclOperation.DESCRIBE, groupId)) return [undescribed(groupId)];
        const asked = request.includeAuthorizedOperations;
        return groups.describeGroups([groupId]).map((described) => ({
          ...described,
          authorizedOperations: authorizedOperations(services, caller, asked, AclResource.GROUP, groupId),
        }));
      }),
    })),
    handler(listGroupsApi, (request, { caller }) => {
      const all = mayCluster(services, caller, AclOperation.DESCRIBE);
      const listed = groups
        .listGroups(request)
        .filter(({ groupId }) => all || mayGroup(services, caller, AclOperation.DESCRIBE, groupId));
      return { errorCode: KafkaError.NONE, groups: listed };
    }),
    handler(deleteGroupsApi, (request, { caller }) => {
      const may = (group: string): boolean => mayGroup(services, caller, AclOperation.DELETE, group);
      const denied = request.groupsNames.filter((group) => !may(group));
      const results = groups.deleteGroups(request.groupsNames.filter(may));
      return { results: [...results, ...denied.map((groupId) => ({ groupId, errorCode: refused }))] };
    }),
  ];
}

function undescribed(groupId: string): DescribedGroup {
  return { groupId, errorCode: refused, groupState: "", protocolType: "", protocolData: "", members: [] };
}
