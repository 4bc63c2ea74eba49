/** What the parts of the group coordinator share. */
import type { Clock } from "../../base/clock.ts";
import type { GroupRegistry } from "./group-registry.ts";
import type { GroupSettings } from "./group-settings.ts";
import type { OffsetsTopic } from "./offsets-topic.ts";

export interface GroupContext {
  readonly clock: Clock;
  readonly settings: GroupSettings;
  readonly groups: GroupRegistry;
  readonly store: OffsetsTopic;
  /** A text that no other member id will end in. */
  readonly newId: () => string;
}
