import { describe, expect, test } from 'vitest';
import type { RecordJson } from '../../local/emulators/route53/index.ts';
import { fromJson } from '../../local/emulators/route53/json.ts';
import { EXAMPLE_ZONE } from '../support/harness.ts';
import { Life, type Tamper } from './sharing-lives/life.ts';
import { SHARINGS, type Step } from './sharing-lives/steps.ts';

const W = 'w.example.com.';

/** Does to the zone what the code under test must not do. */
const edit =
  (change: (records: readonly RecordJson[]) => { put?: RecordJson[]; remove?: RecordJson[] }): Tamper =>
  ({ store, json }) => {
    const { put = [], remove = [] } = change(json());
    store.edit(EXAMPLE_ZONE.id ?? '', { put: put.map(fromJson), remove: remove.map(fromJson) });
  };
/** Edits the record sets of which a part of `name type identifier value…` is this. */
const each =
  (part: string, how: (set: RecordJson) => RecordJson | undefined): Tamper =>
  world =>
    edit(records => {
      const textOf = ({ name, type, setIdentifier = '', values = [] }: RecordJson) =>
        [name, type, setIdentifier, ...values].join(' ');
      const found = records.filter(set => textOf(set).includes(part));
      return { remove: found, put: found.flatMap(set => how(set) ?? []) };
    })(world);
const both =
  (...tampers: readonly Tamper[]): Tamper =>
  world => {
    for (const tamper of tampers) tamper(world);
  };
const without = (part: string) => (set: RecordJson) => ({
  ...set,
  values: (set.values ?? []).filter(value => !value.includes(part)),
});

const apply = (cluster: number, more: Partial<Extract<Step, { do: 'apply' }>> = {}): Step => ({
  do: 'apply',
  cluster,
  object: 0,
  hosts: 1,
  annotation: 0,
  target: 0,
  version: 1,
  ...more,
});
const run: Step = { do: 'run', only: 0, raced: 0 };

/** Begins with both clusters' objects at w.example.com. */
const MUTATIONS: readonly { what: string; begin: string; steps: readonly Step[]; tamper: Tamper; found: string }[] = [
  {
    what: 'the answers move from one cluster to another in two batches, and the second one does not come through',
    begin: 'weighted',
    steps: [{ do: 'move', cluster: 1, to: 2, raced: 0 }],
    tamper: each(' c2 ', set => ({ ...set, weight: 0 })),
    found: 'w.example.com: a share that got the answers is drained with nobody to take over',
  },
  {
    what: 'a name goes though an object asks for it',
    begin: 'first',
    steps: [apply(1), run],
    tamper: each(W, () => undefined),
    found: 'w.example.com is answered as long as one asks',
  },
  {
    what: 'a name goes though the cluster that has it was not read',
    begin: 'first',
    steps: [{ do: 'fail', cluster: 1 }, apply(2, { hosts: 2 }), run],
    tamper: each(W, () => undefined),
    found: 'w.example.com is answered as long as one who has it was not read',
  },
  {
    what: 'a part of a cluster that was not read goes',
    begin: 'merge',
    steps: [{ do: 'fail', cluster: 1 }, apply(2), run],
    tamper: both(each(' A ', without('10.1.0.1')), each(' TXT ', without('cluster=c1'))),
    found: `a-${W} of c1, which was not read, stays`,
  },
  {
    what: 'a share by weight of a cluster that was not read gets another weight',
    begin: 'weighted',
    steps: [{ do: 'fail', cluster: 1 }, apply(2), run],
    tamper: each(' c1 ', set => ({ ...set, weight: 5 })),
    found: 'to deeply equal',
  },
  {
    what: 'an address is lost, its ownership is not',
    begin: 'merge',
    steps: [apply(2), run],
    tamper: each(' A ', without('10.1.0.1')),
    found: 'to deeply equal',
  },
  {
    what: 'a record set stands without ownership',
    begin: 'weighted',
    steps: [apply(2), run],
    tamper: each('cluster=c2', () => undefined),
    found: 'to deeply equal',
  },
  {
    what: 'a stranger’s record set goes',
    begin: 'weighted',
    steps: [{ do: 'foreign', host: 1, what: 0, put: true }, apply(2), run],
    tamper: each('192.0.2.1', () => undefined),
    found: 'to deeply equal',
  },
  {
    what: 'a cluster has two parts',
    begin: 'merge',
    steps: [apply(2), run],
    tamper: both(
      each(' A ', set => ({ ...set, values: [...(set.values ?? []), '10.2.9.9'] })),
      each('cluster=c2', set => {
        const [value = ''] = (set.values ?? []).filter(one => one.includes('cluster=c2'));
        return { ...set, values: [...(set.values ?? []), value.replace(/share=[^"]*/, 'share=10.2.9.9')] };
      }),
    ),
    found: 'one part a cluster',
  },
  {
    what: 'a part stays though its object has gone',
    begin: 'merge',
    steps: [{ do: 'delete', cluster: 1, object: 0 }, run],
    tamper: both(
      each(' A ', set => ({ ...set, values: [...(set.values ?? []), '10.1.0.1'] })),
      each('cluster=c2', set => {
        const [value = ''] = set.values ?? [];
        const other = value.replace('cluster=c2', 'cluster=c1').replace(/share=[^"]*/, 'share=10.1.0.1');
        return { ...set, values: [value, other] };
      }),
    ),
    found: 'w.example.com: whose object has gone',
  },
  {
    what: 'a tenant of another namespace gets a part',
    begin: 'merge',
    steps: [apply(2), run],
    tamper: each('cluster=c2', set => ({
      ...set,
      values: (set.values ?? []).map(one => (one.includes('cluster=c2') ? one.replace('/shop/', '/evil/') : one)),
    })),
    found: 'w.example.com is of one namespace',
  },
];

async function faultOf(begin: string, steps: readonly Step[], tamper: Tamper): Promise<string> {
  const life = new Life({ clusters: 2, owners: false });
  await life.begin(SHARINGS.indexOf(begin));
  try {
    for (const [i, step] of steps.entries()) {
      if (i === steps.length - 1) life.tamper = tamper;
      await life.take(step);
    }
    life.tamper = () => {};
    await life.end();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('each check of the lives of shared names can fail', () => {
  test.each(MUTATIONS)('$what', async ({ begin, steps, tamper, found }) => {
    expect(await faultOf(begin, steps, tamper)).toContain(found);
  });

  test.each(MUTATIONS)('and does not, unless: $what', async ({ begin, steps }) => {
    expect(await faultOf(begin, steps, () => {})).toBe('');
  });
});
