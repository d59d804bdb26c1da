import type { RunRequest, ZoneMemory, ZoneState } from '../model/index.ts';
import { changeKey } from '../model/index.ts';
import { type PlanInput, type PlanOutput, removedLately } from '../plan/index.ts';
import { meantAfter, writtenBy } from './meant-after.ts';
import type { Published } from './publish.ts';
import type { LoadedZone } from './zones.ts';

type Memory = ZoneMemory & Pick<ZoneState, 'unproven' | 'naming' | 'meant' | 'lapsed'>;

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
  if (late) return { ...published.state, ...meantAfter(published, input.settings.naming, false) };
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
    ...meantAfter(published, input.settings.naming, whole),
    misread: planned.misread.get(id) ?? state.misread,
    ...(state.fleet && { fleet: state.fleet }),
    left: stillLeft(published, planned.left.get(id) ?? state.left),
  };
}

/** An ownership record that was written is of the cluster that the run wrote it for. */
function stillLeft({ edits }: Published, left: ZoneMemory['left'] = new Map()) {
  const written = writtenBy(edits.sets);
  return new Map([...left].filter(([id]) => !written.has(id)));
}

export function differs(memory: Memory, state: ZoneState): boolean {
  const text = (memory: Memory) => {
    const { refusals, unwantedSince, givenUp, heldWith, removed, quota, unproven, naming, meant, misread } = memory;
    const { lapsed, fleet, left } = memory;
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
      [...lapsed].sort(),
      [...misread].sort(),
      [...(fleet ?? [])].sort(),
      [...(left ?? [])].sort(),
    ]);
  };
  return text(memory) !== text(state);
}
