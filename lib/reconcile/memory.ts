import type { RecordSet, RunRequest, SetEdit, ZoneMemory, ZoneState } from '../model/index.ts';
import { changeKey, recordId, sameRecord } from '../model/index.ts';
import { type PlanInput, type PlanOutput, removedLately } from '../plan/index.ts';
import type { Published } from './publish.ts';
import type { LoadedZone } from './zones.ts';

type Memory = ZoneMemory & Pick<ZoneState, 'unproven' | 'naming' | 'meant'>;

/** What a run did, as far as it is remembered. */
export interface Work {
  readonly input: PlanInput;
  readonly planned: PlanOutput;
  readonly request: RunRequest;
  /** Some clusters are still being read: a second pass follows. */
  readonly late: boolean;
}

/** What is to be remembered of a zone: what still stands, still waits, or was just done. */
export function memoryAfter({ state }: LoadedZone, published: Published, work: Work): Memory {
  const { planned, request, input, late } = work;
  const { id } = state.zone;
  // What is unwanted is judged by the second pass, with what was known before this one.
  if (late) return { ...published.state, meant: stillMeant(published, false) };
  const refused = new Set(
    [...planned.findings, ...published.findings]
      .filter(({ reason, zone: at }) => (reason === 'refused' || reason === 'warning') && at === id)
      .map(({ name = '', setIdentifier }) => changeKey({ name, ...(setIdentifier && { setIdentifier }) })),
  );
  const partial = input.scope !== undefined;
  const applied = new Set(published.applied.map(changeKey));
  const standing = (key: string) => !applied.has(key);
  const sorted = <V>(map: ReadonlyMap<string, V> = new Map()) =>
    [...map].filter(([key]) => standing(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  const removed = [...published.applied].some(({ action }) => action === 'delete')
    ? (planned.removals.get(id) ?? [])
    : [];
  const whole = request.force && request.clusters === undefined;
  return {
    refusals: new Map([...published.state.refusals].filter(([key]) => partial || refused.has(key))),
    unwantedSince: new Map(sorted(planned.unwantedSince.get(id))),
    givenUp: new Set([...(planned.givenUp.get(id) ?? [])].filter(standing).sort()),
    heldWith: new Map(sorted(planned.heldWith.get(id))),
    removed: [...removedLately(state.removed, input.now), ...removed],
    unproven: whole ? new Set() : published.state.unproven,
    ...(state.quota && { quota: state.quota }),
    ...(state.naming && { naming: state.naming }),
    meant: stillMeant(published, whole),
    misread: planned.misread.get(id) ?? state.misread,
    ...(state.fleet && { fleet: state.fleet }),
    left: stillLeft(published, planned.left.get(id) ?? state.left),
  };
}

/** An ownership record that was written is what the config says; so is, by force, one whose other record set is gone. */
function stillMeant({ state, edits }: Published, whole: boolean): ZoneState['meant'] {
  const written = writtenBy(edits.sets);
  return new Map([...state.meant].filter(([id, name]) => !written.has(id) && (!whole || state.records.has(name))));
}

/** An ownership record that was written is of the cluster that the run wrote it for. */
function stillLeft({ edits }: Published, left: ZoneMemory['left'] = new Map()) {
  const written = writtenBy(edits.sets);
  return new Map([...left].filter(([id]) => !written.has(id)));
}

/** What was deleted and created again as it was is no word of the config. */
function writtenBy(edits: readonly SetEdit[]): ReadonlySet<string> {
  const before = new Map<string, RecordSet>();
  const written = new Set<string>();
  for (const { set, after } of edits) {
    const id = recordId(set);
    const old = before.get(id);
    if (!after && !old) before.set(id, set);
    if (after && old && sameRecord(old, after)) written.delete(id);
    else written.add(id);
  }
  return written;
}

export function differs(memory: Memory, state: ZoneState): boolean {
  const text = (memory: Memory) => {
    const { refusals, unwantedSince, givenUp, heldWith, removed, quota, unproven, naming, meant, misread } = memory;
    const { fleet, left } = memory;
    return JSON.stringify([
      [...refusals],
      [...unwantedSince],
      [...(givenUp ?? [])],
      [...(heldWith ?? [])],
      removed,
      quota,
      [...unproven].sort(),
      naming,
      [...meant].sort(),
      [...misread].sort(),
      [...(fleet ?? [])].sort(),
      [...(left ?? [])].sort(),
    ]);
  };
  return text(memory) !== text(state);
}
