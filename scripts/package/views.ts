import assert from 'node:assert/strict';
import type { Statement } from '../../infra/iam.ts';
import type { RunResult } from '../../lib/model/index.ts';
import { startWorld } from '../../local/world.ts';
import type { Checks } from './checks.ts';
import { invokePackaged } from './invoke.ts';
import type { Package } from './open.ts';
import { deployed } from './policy.ts';
import { SERVICE } from './reconcile.ts';

/** The config with views that is packaged, relative to the project. */
export const VIEWS_CONFIG = 'scripts/package/views.yml';

/** Zones of its views, by name: the account, and the role there with what it asks for. */
const ZONES = [
  { name: 'example.com', account: '123456789012' },
  { name: 'shop.example.net', account: '222222222222', externalId: 'abc' },
  { name: 'corp.example', account: '333333333333' },
];

/** What the packaged config does, with the rights that the template gives and no others. */
export const VIEWS_CHECKS: Checks<Package> = {
  'the role reaches the zones of every view, and the names that clusters share have the addresses of both': leadBoth,
};

async function leadBoth({ template, functions: { reconcile } }: Package): Promise<undefined> {
  const world = await startWorld();
  try {
    for (const { name, account } of ZONES) world.addZone({ name, account });
    for (const { account, externalId } of ZONES.slice(1))
      world.addRole({ arn: `arn:aws:iam::${account}:role/dns`, ...(externalId !== undefined && { externalId }) });
    for (const [i, name] of ['prod', 'lab'].entries())
      (await world.addCluster({ name })).apply(askingAt(`192.0.2.${i + 1}`));
    const [{ name: role = '', statements = [] } = {}] = rolesIn(template);
    const session = {
      ...{ arn: `arn:aws:iam::123456789012:role/${role}`, userId: 'AROA:x', account: '123456789012' },
      ...{ expires: Date.now() + 3_600_000, policy: deployed(statements) },
    };
    const env = world.env(world.credentials.issue(session));
    const first = (await invokePackaged(reconcile, { force: true }, env)) as RunResult;
    // Both clusters are told that they share each name, and nothing else.
    const others = first.findings.filter(({ reason }) => reason !== 'merged').map(({ message }) => message);
    assert.deepEqual([first.inStep, others, first.findings.length], [true, [], 2 * ZONES.length]);
    const stands = world.route53
      .dump()
      .flatMap(({ name, records }) =>
        records
          .filter(({ type }) => type === 'A')
          .map(({ values }) => `${name} ${[...(values ?? [])].sort().join(' ')}`),
      );
    assert.deepEqual(stands.sort(), ZONES.map(({ name }) => `${name}. 192.0.2.1 192.0.2.2`).sort());
    const second = (await invokePackaged(reconcile, {}, env)) as RunResult;
    assert.deepEqual(
      second.zones.flatMap(({ changes }) => changes),
      [],
    );
  } finally {
    await world.close();
  }
  return undefined;
}

/** A Service with a name in the zone of every view. */
function askingAt(ip: string) {
  const hostname = ZONES.map(({ name }) => `www.${name}`).join(',');
  return {
    ...SERVICE,
    metadata: { ...SERVICE.metadata, annotations: { 'external-dns.kubernetes.io/hostname': hostname } },
    status: { loadBalancer: { ingress: [{ ip }] } },
  };
}

/** The role of the reconcile function as the template has it. */
function rolesIn({ Resources }: Package['template']) {
  const { Properties } = Resources.ReconcileRole ?? {};
  const { RoleName, Policies = [] } = (Properties ?? {}) as {
    readonly RoleName?: string;
    readonly Policies?: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  };
  return [
    { name: String(RoleName), statements: Policies.flatMap(({ PolicyDocument: { Statement: some } }) => some) },
  ] as const;
}
