import type { DnsName, Finding } from '../../model/index.ts';
import type { Claim } from '../../registry/index.ts';
import { type Delta, POLICIES } from '../change/diff.ts';
import { describeSet } from '../preconditions/unmet.ts';
import { type Told, tell } from './name-plan.ts';

/** Applies the freeze and the policy to the differences of a desired name. */
export function decide(
  deltas: readonly Delta[],
  told: Told,
): { deltas: readonly Delta[]; findings: readonly Finding[] } {
  const { settings, owners } = told.context;
  const frozen = deltas.flatMap(losingClaims).flatMap(({ ownership }) => owners.frozen(ownership) ?? []);
  const [first] = frozen;
  if (first) {
    const { message, release } = first;
    const findings = tell(told, 'frozen', `${told.name} is left as it is: ${message}`);
    return { deltas: [], findings: release === undefined ? findings : findings.map(one => ({ ...one, release })) };
  }
  const allowed = POLICIES[settings.policy](deltas);
  const findings = deltas
    .filter(delta => !allowed.includes(delta))
    .flatMap(delta => {
      const message = `${describeDelta(told.name, delta)} is not done: the policy is ${settings.policy}`;
      const { setIdentifier } = recordOf(delta) ?? {};
      const found = tell(told, 'policy', message, typeOf(delta));
      return setIdentifier === undefined ? found : found.map(finding => ({ ...finding, setIdentifier }));
    });
  return { deltas: allowed, findings };
}

/** Whose record set is replaced; of what clusters have together, those whose part is not among what is wanted. */
function losingClaims({ before, after }: Delta): readonly Claim[] {
  if (!before?.shares) return before ? [before.claim] : [];
  const stays = ({ ownership: { cluster, resource } }: Claim) =>
    after?.together?.some(one => one.cluster === cluster && one.resource === resource);
  return before.shares.filter(claim => !stays(claim));
}

const recordOf = (delta: Delta) => delta.after?.record ?? delta.before?.record;

const typeOf = (delta: Delta) => recordOf(delta)?.type;

function describeDelta(name: DnsName, delta: Delta): string {
  const what = delta.after ? (delta.before ? 'the update' : 'the creation') : 'the removal';
  return `${what} of ${name} ${typeOf(delta)}${describeSet(recordOf(delta) ?? {})}`;
}
