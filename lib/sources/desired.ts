import { hash } from 'node:crypto';
import type { Endpoint, Finding, Hold, Wanted } from '../model/index.ts';
import { warnOfMistakes } from './annotations.ts';
import { isSelected } from './filters.ts';
import { keptAsIs } from './ignore.ts';
import { type Place, RESOURCES, type SourceKind, sourceOf } from './kinds.ts';
import type { NamespaceRoom } from './namespace-room.ts';
import { type Needed, type NeededResource, NOTHING_NEEDED } from './needed.ts';
import { Notes } from './notes.ts';
import { type ObjectForm, openObject, refOf } from './object.ts';
import type { SourceContext } from './settings.ts';
import { sharingOf } from './sharing.ts';

/**
 * Turns one page of a listing into what its objects ask for. Total: whatever the objects are, nothing is thrown, and what
 * cannot be used is among the findings. Pages are independent: their results can be put one after the other.
 *
 * @param objects plain JSON as the API server sends it
 * @param needed the resources that the source needs, complete
 */
export function desiredFrom(...page: Parameters<typeof selectedFrom>): Wanted {
  const { selected: _, ...wanted } = selectedFrom(...page);
  return wanted;
}

/** Likewise, with how many of the objects the config's filters leave. @param room of each namespace; absent: no bound */
export function selectedFrom(
  kind: SourceKind,
  objects: readonly unknown[],
  context: SourceContext,
  needed: Needed = NOTHING_NEEDED,
  room?: NamespaceRoom,
): DesiredOf {
  const form = formOf(kind);
  let selected = 0;
  const endpoints: Endpoint[] = [];
  const holds: Hold[] = [];
  const findings: Finding[] = [];
  for (const raw of objects) {
    const { asked, notes, counts = true } = askedBy(kind, form, raw, { context, needed, room });
    if (counts) selected += 1;
    append(endpoints, asked);
    append(holds, notes.holds);
    append(findings, notes.findings);
  }
  return { endpoints, holds, findings, selected };
}

export interface DesiredOf extends Wanted {
  readonly selected: number;
}

interface Asking {
  readonly context: SourceContext;
  readonly needed: Needed;
  readonly room: NamespaceRoom | undefined;
}

/** What one object asks for. Whatever it throws costs this object only: it is told, and what it has stays. */
function askedBy(
  kind: SourceKind,
  form: ObjectForm,
  raw: unknown,
  { context, needed, room }: Asking,
): { readonly asked: readonly Endpoint[]; readonly notes: Notes; readonly counts?: boolean } {
  const { resource, endpoints: endpointsOf } = sourceOf(kind);
  try {
    const opened = openObject(resource, raw, context, form);
    if (opened instanceof Notes) return { asked: [], notes: opened };
    const counts = isSelected(opened, context);
    const kept = keptAsIs(opened, () => (counts ? endpointsOf(opened, context, needed) : []));
    if (kept) return { asked: [], notes: kept, counts };
    if (!counts) return { asked: [], notes: opened.notes, counts };
    const sharing = sharingOf(opened);
    if (sharing instanceof Notes) return { asked: [], notes: sharing };
    const asked = endpointsOf(opened, context, needed);
    room?.take(opened.notes.object.namespace, asked.length);
    warnOfMistakes(opened, context);
    return { asked: sharing ? asked.map(one => ({ ...one, sharing })) : asked, notes: opened.notes };
  } catch (error) {
    return { asked: [], notes: Notes.ofFailure(refOf(resource, raw, context), error) };
  }
}

/** An object that needs what only some do: what it needs, and all of it that counts. Undefined: it does not. */
export function joiningOf(source: SourceKind, raw: unknown, context: SourceContext): Joining | undefined {
  try {
    return joining(source, raw, context);
  } catch {
    // It is read as it is, fails again, and is told.
    return undefined;
  }
}

interface Joining {
  readonly needs: readonly NeededResource[];
  readonly slim: unknown;
}

function joining(source: SourceKind, raw: unknown, context: SourceContext): Joining | undefined {
  const { resource, joins } = sourceOf(source);
  if (!joins?.concerns(raw)) return undefined;
  const object = openObject(resource, raw, context, formOf(source));
  if (object instanceof Notes || !isSelected(object, context)) return undefined;
  const needs = joins.needs(object, context);
  return needs.length === 0 ? undefined : { needs, slim: joins.slim(object) };
}

/** Of a resource at whatever version, `v1` stands for it. */
function formOf(source: SourceKind): ObjectForm {
  const { kind, group, version = 'v1' } = RESOURCES[sourceOf(source).resource].places[0] as Place;
  return { source, kind, apiVersion: group === '' ? version : `${group}/${version}` };
}

/** Not `push(...items)`, which overflows the stack where one object names very many hosts. */
export function append<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item);
}

/**
 * A short text that is the same for two states of one object if and only if they ask for the same, so that a watcher can
 * tell a change that matters from a heartbeat without keeping the object. Empty: the object asks for nothing.
 */
export function dnsFingerprint(kind: SourceKind, object: unknown, context: SourceContext, needed?: Needed): string {
  const wanted = desiredFrom(kind, [object], context, needed);
  if (Object.values(wanted).every(part => part.length === 0)) return '';
  return hash('sha256', JSON.stringify(wanted), 'base64url');
}
