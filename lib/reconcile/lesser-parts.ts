import type { Finding, NameChange } from '../model/index.ts';
import { changeKey } from '../model/index.ts';
import { lesserOf } from '../plan/index.ts';
import type { Verdict, ZoneOutcome } from '../route53/index.ts';
import { type PublishContext, refuse, type Work } from './publish-work.ts';

/** Takes those refused changes out of an outcome of which a part can still be done, and gives that part. */
export function takeLesser(outcome: ZoneOutcome, work: Work, { input }: PublishContext): [NameChange[], ZoneOutcome] {
  const taken: NameChange[] = [];
  const isLeft = (verdict: Verdict) => {
    const { change, words } = verdict;
    const lesser = lesserOf(change, words, work.state.zone, input.settings);
    if (!lesser) return true;
    const key = changeKey(change);
    const before = work.lesser.get(key)?.verdict ?? verdict;
    work.lesser.set(key, { verdict: before, words, ...(lesser.rest && { rest: lesser.rest }) });
    taken.push(lesser.change);
    return false;
  };
  const [refused, stale] = [outcome.refused.filter(isLeft), outcome.stale.filter(isLeft)];
  return [taken, { ...outcome, refused, stale }];
}

/** Remembers what was refused of changes that were done in part; where the part was refused as well, the whole change. */
export function refuseRest(work: Work, context: PublishContext): void {
  if (work.lesser.size === 0) return;
  const applied = new Set(work.applied.map(changeKey));
  const refused = [...work.lesser].flatMap(([key, { verdict, words, rest }]): Verdict[] => {
    if (applied.has(key)) return rest ? [{ change: rest, verdict: 'invalid', words }] : [];
    return work.state.refusals.has(key) ? [verdict] : [];
  });
  const keys = new Set(refused.map(({ change }) => changeKey(change)));
  const keyOf = ({ name = '', setIdentifier }: Finding) => changeKey({ name, ...(setIdentifier && { setIdentifier }) });
  work.findings = work.findings.filter(finding => finding.reason !== 'refused' || !keys.has(keyOf(finding)));
  refuse(refused, work, context);
}
