import type { DnsName, Finding, NameChange, ZoneState } from '../model/index.ts';
import { changeKey } from '../model/index.ts';
import { fingerprint, type PlanInput, refusalOf, refusedFindings, standsIn } from '../plan/index.ts';
import type { CountedRoute53, Verdict } from '../route53/index.ts';
import type { OpenRun, Ports, Run } from './ports.ts';
import type { Edits } from './zone-copy.ts';

/** With what a zone is published. */
export interface PublishContext {
  readonly ports: Ports;
  readonly run: Pick<Run, 'fence' | 'exact'> & Pick<OpenRun, 'owners'>;
  readonly route53: CountedRoute53;
  /** What the changes were planned from. */
  readonly input: PlanInput;
  /** Told of how many changes Route 53 has accepted together. */
  readonly onApplied?: ((changes: number) => void) | undefined;
}

/** A zone on its way: what was done to it so far, and what is left. */
export interface Work {
  state: ZoneState;
  applied: NameChange[];
  findings: Finding[];
  replanned: Set<DnsName>;
  edits: Edits;
  batches: number;
  missing: boolean;
  /** Fingerprints of changes that were stale in the last round: stale again without a difference means refused. */
  stale: Map<string, string>;
  /** Refused changes of which a part was sent: what Route 53 said of the whole, and what was left out. */
  lesser: Map<string, { readonly verdict: Verdict; readonly words: string; readonly rest?: NameChange }>;
}

/** Remembers refused changes, all of a round in one copy of what was remembered before: there may be thousands. */
export function refuse(verdicts: readonly Verdict[], work: Work, context: PublishContext): void {
  if (verdicts.length === 0) return;
  const refusals = new Map(work.state.refusals);
  for (const { change, words } of verdicts) {
    const print = fingerprint(change, work.state.zone.id, standsIn(work.state.records));
    const key = changeKey(change);
    refusals.set(key, refusalOf(print, words, refusals.get(key), context.ports.clock.now()));
    work.findings.push(...refusedFindings(change, work.state.zone.id, words, standsIn(work.state.records)));
  }
  work.state = { ...work.state, refusals };
}
