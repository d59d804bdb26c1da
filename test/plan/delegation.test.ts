import { describe, expect, test } from 'vitest';
import { type Endpoint, MANAGED_TYPES, type RecordSet } from '../../lib/model/index.ts';
import { changesOf, endpoint, planOf, reasonsOf, snapshot } from '../support/plan.ts';

const settings = { types: MANAGED_TYPES };
const NS: Endpoint = { ...endpoint('crd/x team.example.com 192.0.2.1'), type: 'NS', targets: ['ns.tenant.net'] };
const elsewhere = (want: string): Endpoint => {
  const made = endpoint(want);
  return { ...made, object: { ...made.object, namespace: 'shop' } };
};
const servers = (name: string): RecordSet => ({ name, type: 'NS', ttl: 60, values: ['ns.tenant.net.'] });
const CREATED = '+ team.example.com NS ns.tenant.net';
const HAND = 'x.team.example.com A 192.0.2.1';
const OURS = (namespace: string) => [HAND, `a-x.team.example.com TXT arena service/${namespace}/a`];

describe('a new NS record set hides no names of others', () => {
  test.each<[string, (string | RecordSet)[], Endpoint[]]>([
    ['that stand below it for another namespace', OURS('shop'), [elsewhere('service/a x.team.example.com 192.0.2.1')]],
    ['that another namespace has there, and waits for or not', OURS('shop'), []],
    ['that are asked for below it', [], [elsewhere('service/a x.team.example.com 192.0.2.1')]],
    ['that are asked for at its own name', [], [elsewhere('service/a team.example.com 192.0.2.1')]],
    ['that somebody made by hand', [HAND], []],
    ['of another owner', [HAND, 'a-x.team.example.com TXT other service/default/a'], []],
    ['of other types', ['x.team.example.com MX 10', 'mx-x.team.example.com TXT other'], []],
  ])('%s', (_, records, wants) => {
    const output = planOf({ records, wants: [NS, ...wants], settings });
    expect(changesOf(output)).not.toContain(CREATED);
    expect(reasonsOf(output)).toContain('conflict team.example.com');
  });

  test.each<[string, (string | RecordSet)[], Endpoint[]]>([
    ['where nothing is there', [], []],
    ['where a name only looks alike', ['xteam.example.com A 192.0.2.1'], []],
    ['where the names are of its own namespace', OURS('default'), [endpoint('service/a x.team.example.com 192.0.2.1')]],
    ['where a DS of the same delegation stands', ['team.example.com DS 1'], []],
  ])('%s it is made', (_, records, wants) => {
    expect(changesOf(planOf({ records, wants: [NS, ...wants], settings }))).toContain(CREATED);
  });

  test('one that stands is kept up to date', () => {
    const records = [servers('team.example.com'), 'ns-team.example.com TXT arena crd/default/x', HAND];
    const wants = [{ ...NS, targets: ['ns2.tenant.net'] }];
    const kinds = { crd: { complete: true as const, objects: 1 } };
    const output = planOf({ records, snapshots: [snapshot(wants, { kinds })], settings });
    expect(changesOf(output)).toContain('+ team.example.com NS ns2.tenant.net');
  });
});
