import { randomUUID } from "node:crypto";
import type { Names } from "../names.ts";
import { invalidRequest, notFound, ServiceError } from "../serviceError.ts";
import { inMemory, type Tables } from "../store/tables.ts";

export interface Thing {
  readonly thingName: string;
  readonly thingId: string;
  readonly thingArn: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly version: number;
}

export interface ThingGroup {
  readonly groupName: string;
  readonly groupId: string;
  readonly groupArn: string;
  readonly members: Set<string>;
}

/** Told after a thing has joined or left a group; what continuous jobs live from. */
export type MembershipListener = (change: {
  readonly groupArn: string;
  readonly thingName: string;
  readonly joined: boolean;
}) => void;

/** AWS IoT registry: things and (static, flat) thing groups. */
export class Registry {
  private readonly names: Names;
  private readonly things: Map<string, Thing>;
  private readonly groups: Map<string, ThingGroup>;
  private readonly listeners: MembershipListener[] = [];
  private readonly deletionListeners: Array<(thingName: string) => void> = [];

  constructor(names: Names, tables: Tables = inMemory) {
    this.names = names;
    this.things = tables.open("things");
    this.groups = tables.open("groups");
  }

  onMembership(listener: MembershipListener): void {
    this.listeners.push(listener);
  }

  /** Told after a thing has been deleted. */
  onDeletion(listener: (thingName: string) => void): void {
    this.deletionListeners.push(listener);
  }

  /** The same again is no error, other attributes are (CreateThing). */
  createThing(thingName: string, attributes: Readonly<Record<string, string>> = {}): Thing {
    if (!/^[a-zA-Z0-9:_-]{1,128}$/.test(thingName)) {
      throw invalidRequest(`thing name ${thingName} is not [a-zA-Z0-9:_-]{1,128}`);
    }
    const existing = this.things.get(thingName);
    if (existing !== undefined) {
      if (sameAttributes(existing.attributes, attributes)) return existing;
      throw alreadyExists(`Thing ${thingName}`);
    }
    const thingArn = this.names.thing(thingName);
    const thing = { thingName, thingId: randomUUID(), thingArn, attributes, version: 1 };
    this.things.set(thingName, thing);
    return thing;
  }

  hasThing(thingName: string): boolean {
    return this.things.has(thingName);
  }

  thing(thingName: string): Thing {
    const thing = this.things.get(thingName);
    if (thing === undefined) throw notFound(`Thing ${thingName}`);
    return thing;
  }

  allThings(): Thing[] {
    return [...this.things.values()];
  }

  /** Harmless when the thing is not there (DeleteThing). */
  deleteThing(thingName: string): void {
    for (const group of this.groups.values()) this.leave(group, thingName);
    if (!this.things.delete(thingName)) return;
    for (const listener of this.deletionListeners) listener(thingName);
  }

  createGroup(groupName: string): ThingGroup {
    if (!/^[a-zA-Z0-9:_-]{1,128}$/.test(groupName)) {
      throw invalidRequest(`group name ${groupName} is not [a-zA-Z0-9:_-]{1,128}`);
    }
    const existing = this.groups.get(groupName);
    if (existing !== undefined) return existing;
    const groupArn = this.names.thingGroup(groupName);
    const group = { groupName, groupId: randomUUID(), groupArn, members: new Set<string>() };
    this.groups.set(groupName, group);
    return group;
  }

  group(groupName: string): ThingGroup {
    const group = this.groups.get(groupName);
    if (group === undefined) throw notFound(`Thing group ${groupName}`);
    return group;
  }

  allGroups(): ThingGroup[] {
    return [...this.groups.values()];
  }

  deleteGroup(groupName: string): void {
    const group = this.groups.get(groupName);
    for (const thingName of group?.members ?? []) if (group) this.leave(group, thingName);
    this.groups.delete(groupName);
  }

  addToGroup(groupName: string, thingName: string): void {
    const group = this.group(groupName);
    this.thing(thingName);
    if (group.members.has(thingName)) return;
    group.members.add(thingName);
    this.groups.set(groupName, group);
    this.tell(group, thingName, true);
  }

  removeFromGroup(groupName: string, thingName: string): void {
    this.thing(thingName);
    this.leave(this.group(groupName), thingName);
  }

  /** The things a job's target stands for: a thing's ARN, or a group's; undefined: neither. */
  membersOf(targetArn: string): readonly string[] | undefined {
    const thing = this.allThings().find(({ thingArn }) => thingArn === targetArn);
    if (thing !== undefined) return [thing.thingName];
    const group = this.allGroups().find(({ groupArn }) => groupArn === targetArn);
    return group === undefined ? undefined : [...group.members];
  }

  private leave(group: ThingGroup, thingName: string): void {
    if (!group.members.delete(thingName)) return;
    this.groups.set(group.groupName, group);
    this.tell(group, thingName, false);
  }

  private tell(group: ThingGroup, thingName: string, joined: boolean): void {
    for (const listener of this.listeners) {
      listener({ groupArn: group.groupArn, thingName, joined });
    }
  }
}

function sameAttributes(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}

function alreadyExists(what: string): ServiceError {
  return new ServiceError("ResourceAlreadyExists", `${what} already exists with other attributes`);
}
