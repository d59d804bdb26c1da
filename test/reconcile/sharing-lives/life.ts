import { expect } from 'vitest';
import type { RunResult } from '../../../lib/model/index.ts';
import { resolve } from '../../../local/emulators/dns/resolve.ts';
import type { RecordJson } from '../../../local/emulators/route53/index.ts';
import { fromJson } from '../../../local/emulators/route53/json.ts';
import { editForeign } from '../../support/foreign.ts';
import { configOf, EXAMPLE_ZONE, type Harness, harness } from '../../support/harness.ts';
import { type KubernetesObject, service } from '../../support/objects.ts';
import { expectOwned } from '../../support/owned.ts';
import { ANNOTATIONS, FOREIGN, HOSTS, MODES, OBJECTS, SHARINGS, type Step, TARGETS } from './steps.ts';

interface Thing {
  readonly cluster: number;
  readonly namespace: string;
  readonly name: string;
  readonly hosts: readonly string[];
  readonly kind: (typeof TARGETS)[number];
  readonly object: KubernetesObject;
}

const ANY = 'any';

/** What an ownership value says: whose it is, and which addresses. */
interface Said {
  readonly txt: string;
  readonly host: string;
  readonly type: string;
  readonly cluster: string;
  readonly resource: string;
  readonly share: readonly string[] | undefined;
  readonly setIdentifier: string | undefined;
}

const isEqual = (one: readonly string[] = [], other: readonly string[] = []) => one.join() === other.join();

const isOf = ({ cluster }: Said, one: number) => cluster === `c${one}` || cluster === ANY;

export type Tamper = (world: Harness) => void;

export class Life {
  readonly world: Harness;
  readonly #clusters: readonly number[];
  readonly #owners: boolean;
  readonly #weights = new Map<number, number>();
  readonly #things = new Map<string, Thing>();
  readonly #foreign = new Map<string, RecordJson>();
  readonly #failing = new Set<number>();
  /** Taken out of the config. */
  readonly #left = new Set<number>();
  #sharing = 'first';
  /** The objects that have, or had, a set identifier of their own, as `c1 service/shop/o0`. */
  readonly #routed = new Set<string>();
  #touched = 0;
  /** What was wrong first in a batch: thrown after the run, inside of which it would only be one more error to be dealt with. */
  #fault: unknown;
  /** Does to the zone, after a batch, what the code under test must not do. */
  tamper: Tamper = () => {};
  /** An ownership record was touched since a run read all of the zone. */
  #unseen = false;

  constructor({ clusters, owners }: { clusters: number; owners: boolean }) {
    this.#clusters = [1, 2, 3, 4].slice(0, clusters);
    this.#owners = owners;
    const empty = Object.fromEntries(this.#clusters.map(one => [`c${one}`, { objects: [] }]));
    this.world = harness({ zones: [EXAMPLE_ZONE], clusters: empty });
    this.#configure();
  }

  #configure(): void {
    const clusters = this.#present().map(one => {
      const owner = this.#owners ? `, owner: o${one}` : '';
      return `{name: c${one}, region: us-east-1, weight: ${this.#weights.get(one) ?? 1}${owner}}`;
    });
    this.world.config = configOf(`owner: arena
clusters: [${clusters.join(', ')}]
zones: {domains: [example.com]}
sharing: ${this.#sharing}
guard: {maxDeletes: {percent: 100, count: 100}, maxUpdates: {percent: 100, count: 100}}`);
  }

  /** The clusters of the config. */
  #present = () => this.#clusters.filter(one => !this.#left.has(one));

  async take(one: Step): Promise<void> {
    if ('cluster' in one && !this.#clusters.includes(one.cluster)) return;
    if (one.do === 'apply') this.#apply(one);
    else if (one.do === 'delete') this.#things.delete(`${one.cluster} ${one.object}`);
    else if (one.do === 'fail') {
      if (!this.#failing.delete(one.cluster)) this.#failing.add(one.cluster);
    } else if (one.do === 'leave') {
      if (!this.#left.delete(one.cluster) && this.#present().length > 1) this.#left.add(one.cluster);
      this.#configure();
    } else if (one.do === 'sharing') {
      this.#sharing = SHARINGS[one.sharing] as string;
      this.#configure();
    } else if (one.do === 'weight') {
      this.#weights.set(one.cluster, one.weight);
      this.#configure();
    } else if (one.do === 'move') await this.#move(one);
    else if (one.do === 'foreign') this.#stranger(one);
    else if (one.do === 'forget') this.world.state = (await import('../../../lib/state/index.ts')).createMemoryStore();
    else await this.#run(one.only, one.raced);
  }

  async #move({ cluster, to, raced }: Extract<Step, { do: 'move' }>): Promise<void> {
    this.#sharing = 'weighted';
    for (const [answering, race] of [
      [cluster, 0],
      [to, raced],
    ] as const) {
      for (const each of this.#clusters) this.#weights.set(each, each === answering ? 9 : 0);
      this.#configure();
      await this.#run(0, race);
    }
  }

  #apply({ cluster, object, hosts, annotation, target, version }: Extract<Step, { do: 'apply' }>): void {
    const [name, namespace] = OBJECTS[object] as (typeof OBJECTS)[number];
    const asked = HOSTS.filter((_, i) => hosts & (1 << i));
    // Of each object its own: who asks for the very same is served by another's.
    const at = `10.${cluster}.${object}`;
    const targets: Record<(typeof TARGETS)[number], string[]> = {
      ip: [`${at}.${1 + version}`],
      two: [`${at}.1`, `${at}.9`],
      v6: [`2001:db8:${cluster}:${object}::1`],
      both: [`${at}.1`, `2001:db8:${cluster}:${object}::1`],
      alias: [`n${cluster}${object}-0123456789abcdef.elb.us-east-1.amazonaws.com`],
      cname: [`lb${cluster}${object}.example.net`],
      none: [],
      nowhere: ['nowhere.example.com'],
    };
    const kind = TARGETS[target] ?? 'ip';
    if (ANNOTATIONS[annotation]?.['set-identifier']) this.#routed.add(`c${cluster} service/${namespace}/${name}`);
    const said = ANNOTATIONS[annotation] ?? {};
    const own = {
      ...(said['set-identifier'] === 'own' && { 'set-identifier': `own-${cluster}-${object}` }),
      ...(kind === 'nowhere' && { alias: 'true' }),
    };
    const made = service(name, { hostname: asked.join(','), ...said, ...own }, targets[kind], namespace);
    this.#things.set(`${cluster} ${object}`, { cluster, namespace, name, hosts: asked, kind, object: made });
  }

  #stranger({ host, what, put }: Extract<Step, { do: 'foreign' }>): void {
    const { name = '', ...rest } = FOREIGN[what] ?? {};
    const common = { type: 'A', ttl: 300, values: ['192.0.2.1'] };
    const set: RecordJson = { ...common, ...rest, name: `${name}${HOSTS[host]}.` };
    editForeign(this.world.store, this.#foreign, set, put);
  }

  #saidAt(host: string): Said[] {
    return this.world
      .json()
      .filter(({ name, type }) => type === 'TXT' && name.endsWith(`-${host}.`))
      .flatMap(({ name, values = [], setIdentifier }) =>
        values
          .filter(value => value.includes('heritage='))
          .map(value => {
            const [, owner = ''] = /owner=([^,"]+)/.exec(value) ?? [];
            // An owner id of one cluster alone says which it is; of several, as written while the config had one: any of them.
            const [, cluster = this.#owners ? owner.replace('o', 'c') : ANY] = /cluster=([^,"]+)/.exec(value) ?? [];
            const [, resource = ''] = /resource=([^,"]+)/.exec(value) ?? [];
            const [, share] = /share=([^,"]+)/.exec(value) ?? [];
            const type = name.slice(0, name.indexOf('-')).toUpperCase();
            return { txt: name, host, type, cluster, resource, share: share?.split(';'), setIdentifier };
          }),
      );
  }

  #recordOf({ host, type, setIdentifier }: Said): RecordJson | undefined {
    return this.world
      .json()
      .find(set => set.name === `${host}.` && set.type === type && set.setIdentifier === setIdentifier);
  }

  /** Whether the world gets an answer: an address, or where to look for one. */
  #isAnswered(host: string): boolean {
    const { store } = this.world;
    return ['A', 'AAAA'].some(type => resolve(store, `${host}.`, type, Math.random).answers.length > 0);
  }

  /** The shares by weight of a host, and whether each gets answers. */
  #weightsAt(host: string): Map<string, number> {
    const shares = this.world.json().filter(set => set.name === `${host}.` && set.weight !== undefined);
    return new Map(shares.map(set => [`${set.type} ${set.setIdentifier}`, set.weight ?? 0]));
  }

  async #run(only = 0, raced = 0): Promise<void> {
    const { world } = this;
    if (only > 0 && !this.#present().includes(only)) return;
    const things = [...this.#things.values()];
    for (const one of this.#clusters) {
      const objects = things.filter(thing => thing.cluster === one).map(thing => thing.object);
      Object.assign(world.clusters[`c${one}`] ?? {}, { objects, failing: this.#failing.has(one) ? 'away' : undefined });
    }
    const isClusterRead = (one: number) =>
      this.#present().includes(one) && !this.#failing.has(one) && (only === 0 || one === only);
    const isRead = (name: string) =>
      name === ANY ? this.#present().every(isClusterRead) : isClusterRead(Number(name.slice(1)));
    const before = new Map(HOSTS.map(host => [host, this.#saidAt(host)]));
    const stood = new Map([...before.values()].flat().map(said => [said, this.#recordOf(said)]));
    const answers = new Map(HOSTS.map(host => [host, [this.#isAnswered(host)]]));
    let race = raced;
    world.hooks = {
      before: operation => {
        if (operation === 'changeRecordSets' && race > 0) this.#touch(race);
        if (operation === 'changeRecordSets') race = 0;
      },
      change: (_zone, apply) => {
        const answered = HOSTS.filter(host => this.#isAnswered(host));
        const weights = new Map(HOSTS.map(host => [host, this.#weightsAt(host)]));
        apply();
        this.tamper(this.world);
        for (const host of HOSTS) {
          const had = before.get(host) ?? [];
          answers.get(host)?.push(this.#isAnswered(host));
          this.#judge(() => {
            if (answered.includes(host)) this.#checkAnswer(host, things, had, isRead);
            this.#checkDrained(host, weights.get(host) ?? new Map());
            const unread = had.filter(said => !isRead(said.cluster));
            this.#checkUnread(unread, this.#saidAt(host), stood);
          });
        }
      },
    };
    const result = await world.run(only === 0 ? { force: true } : { clusters: [`c${only}`] });
    world.hooks = {};
    if (this.#fault) throw this.#fault;

    const reasons = new Set(result.findings.map(({ reason }) => reason));
    expect(reasons, 'Route 53 refuses nothing that is sent').not.toContain('refused');
    this.#checkZone();
    // Whoever wrote an ownership record of ours is taken for another run: what it has written is the next one's.
    if (this.#unseen && reasons.has('deferred')) return this.#run();
    this.#unseen &&= only > 0 || raced > 0;
    expect(reasons).not.toContain('deferred');
    for (const host of HOSTS) {
      const now = this.#saidAt(host);
      const [first, ...rest] = answers.get(host) ?? [];
      // Whoever takes a name over does it in one swap, whosever it was.
      if (first && rest.at(-1)) expect(rest, `${host} is answered all the while`).not.toContain(false);
      for (const thing of things.filter(one => one.hosts.includes(host) && isRead(`c${one.cluster}`))) {
        const resource = `service/${thing.namespace}/${thing.name}`;
        const has = now.some(one => isOf(one, thing.cluster) && one.resource === resource);
        const isTold = result.findings.some(
          ({ object, name }) =>
            object?.cluster === `c${thing.cluster}` && object.name === thing.name && (name ?? host) === host,
        );
        expect(has || isTold, `c${thing.cluster} ${resource} is published at ${host}, or told why not`).toBe(true);
      }
      this.#checkStaying(result, before.get(host) ?? [], now);
      // One namespace's at a time, unless by set identifiers that the objects give themselves.
      const spaces = new Set(
        now
          .filter(one => !this.#isOthers(one) && (one.setIdentifier === undefined || this.#isShare(one)))
          .map(one => one.resource.split('/')[1]),
      );
      expect(spaces.size, `${host} is of one namespace: ${[...spaces]}`).toBeLessThanOrEqual(1);
      // What stands is kept by an object that waits for the name, or its target, or is malformed.
      const waits = result.findings.some(
        ({ reason, name, message }) =>
          reason === 'invalid' || (name === host && (reason === 'no-target' || message.includes('the alias target'))),
      );
      if (!waits) this.#checkGone(host, things, now, isRead);
    }
    await this.#checkAgain(only);
  }

  #judge(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#fault ??= error;
    }
  }

  /** What a cluster had by an owner id of its own, and it left the config: another owner's, like any. */
  #isOthers = ({ cluster }: Said): boolean => this.#owners && this.#left.has(Number(cluster.slice(1)));

  /** A part by weight, and not a set identifier that the object gives itself, or gave. */
  #isShare = ({ setIdentifier = '', cluster, resource }: Said): boolean =>
    /^c\d$/.test(setIdentifier) && !this.#routed.has(`${cluster} ${resource}`);

  /** What clusters have that were not read stays, from batch to batch. */
  #checkUnread(had: readonly Said[], now: readonly Said[], stood: ReadonlyMap<Said, RecordJson | undefined>): void {
    for (const said of had) {
      const { txt, cluster, resource } = said;
      const same = now.find(one => one.txt === txt && one.cluster === cluster && one.resource === resource);
      expect(same, `${txt} of ${cluster}, which was not read, stays`).toBeDefined();
      const record = same && this.#recordOf(same);
      if (said.share) expect(record?.values).toEqual(expect.arrayContaining([...said.share]));
      else expect(record).toEqual(stood.get(said));
    }
  }

  /** What is told to stay as it stands does. */
  #checkStaying({ findings }: RunResult, had: readonly Said[], now: readonly Said[]): void {
    for (const { object, name, message } of findings.filter(one => one.message.endsWith('what stands stays'))) {
      const resource = `${object?.kind}/${object?.namespace}/${object?.name}`;
      for (const said of had.filter(
        one => one.host === name && one.cluster === object?.cluster && one.resource === resource,
      )) {
        const same = now.some(
          one => one.txt === said.txt && isEqual(one.share, said.share) && one.cluster === said.cluster,
        );
        expect(same, `${said.txt} of ${said.cluster} ${resource} stays: ${message}`).toBe(true);
      }
    }
  }

  /** What an object had that asks for the name no longer, and whose cluster was read, goes. */
  #checkGone(host: string, things: readonly Thing[], now: readonly Said[], isRead: (name: string) => boolean): void {
    // With a part of another owner's the whole record is left alone.
    if (now.some(this.#isOthers)) return;
    // Who could not be read may ask for all of it.
    const isPart = (said: Said) => said.share !== undefined || this.#isShare(said);
    if (!this.#present().every(one => isRead(`c${one}`)) && !now.some(one => isPart(one) && !isRead(one.cluster)))
      return;
    const here = things.filter(({ hosts }) => hosts.includes(host));
    const gone = now.filter(
      said =>
        said.cluster !== ANY &&
        isRead(said.cluster) &&
        !here.some(one => isOf(said, one.cluster) && said.resource === `service/${one.namespace}/${one.name}`),
    );
    expect(gone, `${host}: whose object has gone`).toEqual([]);
  }

  /** Another tool writes one of our ownership records anew: the swap that names it is refused, and looked into. */
  #touch(which: number): void {
    const txts = this.world
      .json()
      .filter(
        ({ name, type, values }) =>
          type === 'TXT' && /^(a|aaaa|cname)-/.test(name) && values?.[0]?.includes('heritage='),
      );
    const txt = txts[which % Math.max(1, txts.length)];
    if (!txt) return;
    this.#unseen = true;
    const change = (action: 'CREATE' | 'DELETE', set: RecordJson) => ({ action, recordSet: fromJson(set) });
    const zone = EXAMPLE_ZONE.id ?? '';
    const values = (txt.values ?? []).map(value =>
      value.replace(/(,external-dns\/touched=\d+)?"$/, `,external-dns/touched=${++this.#touched}"`),
    );
    this.world.store.change(zone, [change('DELETE', txt), change('CREATE', { ...txt, values })]);
  }

  /** A name that was answered is, unless nobody who was read asks for it, and nobody who was not had it. */
  #checkAnswer(host: string, things: readonly Thing[], had: readonly Said[], isRead: (name: string) => boolean): void {
    if (this.#isAnswered(host) || this.world.json().some(({ name, type }) => name === `${host}.` && type === 'CNAME'))
      return;
    const unread = had.filter(said => !isRead(said.cluster));
    expect(unread, `${host} is answered as long as one who has it was not read`).toEqual([]);
    const asking = things.filter(
      one =>
        isRead(`c${one.cluster}`) &&
        one.hosts.includes(host) &&
        one.kind !== 'none' &&
        one.kind !== 'nowhere' &&
        had.some(said => isOf(said, one.cluster) && said.resource === `service/${one.namespace}/${one.name}`),
    );
    expect(
      asking.map(one => `c${one.cluster} ${one.name}`),
      `${host} is answered as long as one asks`,
    ).toEqual([]);
  }

  /** No batch takes the answers from the last share that gets any, and leaves it there. */
  #checkDrained(host: string, before: ReadonlyMap<string, number>): void {
    const after = this.#weightsAt(host);
    for (const type of ['A', 'AAAA', 'CNAME']) {
      const of = (weights: ReadonlyMap<string, number>) => [...weights].filter(([key]) => key.startsWith(`${type} `));
      if (of(after).some(([, weight]) => weight > 0)) continue;
      const drained = of(after).filter(([key]) => (before.get(key) ?? 0) > 0 && / c\d$/.test(key));
      expect(drained, `${host}: a share that got the answers is drained with nobody to take over`).toEqual([]);
    }
  }

  /** Strangers' record sets are as they were; each of ours has its ownership record, and there are no others. */
  #checkZone(): void {
    expectOwned(this.world.json(), [...this.#foreign.values()]);
    // Of addresses that were put together each is some cluster's, and each cluster's is there.
    for (const host of HOSTS) {
      const shared = this.#saidAt(host).filter(({ share }) => share);
      for (const txt of new Set(shared.map(one => one.txt))) {
        const parts = shared.filter(one => one.txt === txt);
        const record = this.#recordOf(parts[0] as Said);
        const union = [...new Set(parts.flatMap(({ share = [] }) => share))];
        expect([...(record?.values ?? [])].sort()).toEqual(union.sort());
        expect(new Set(parts.map(one => one.cluster)).size, 'one part a cluster').toBe(parts.length);
      }
    }
  }

  /** A second run changes and sends nothing; and objects in another order lead to the same. */
  async #checkAgain(only: number): Promise<void> {
    const { world } = this;
    const request = only === 0 ? {} : { clusters: [`c${only}`] };
    const second = await world.run(request);
    expect(second.zones.flatMap(({ changes }) => changes)).toEqual([]);
    expect(world.calls.changeRecordSets ?? 0).toBe(0);
    for (const one of Object.values(world.clusters)) one.objects = [...one.objects].reverse();
    const other = await world.run({ ...request, mode: 'plan' });
    expect(other.zones.flatMap(({ changes }) => changes)).toEqual([]);
  }

  /** A life begins with a name that all clusters ask for. */
  async begin(sharing: number): Promise<void> {
    await this.take({ do: 'sharing', sharing });
    for (const cluster of this.#clusters)
      this.#apply({ do: 'apply', cluster, object: 0, hosts: 1, annotation: 0, target: 0, version: 0 });
    await this.#run();
  }

  /** All are read, and want nothing but addresses in one namespace: what stands is what the mode says. Then everything goes. */
  async end(): Promise<void> {
    this.#failing.clear();
    this.#left.clear();
    this.#configure();
    await this.#run();
    this.#things.clear();
    await this.#run();
    for (const cluster of this.#clusters)
      this.#apply({ do: 'apply', cluster, object: 0, hosts: 3, annotation: 0, target: 0, version: 0 });
    for (const mode of [...MODES, ...[...MODES].reverse()]) {
      this.#sharing = mode;
      this.#configure();
      await this.#run();
      for (const host of HOSTS) this.#checkMode(host, mode);
    }
    this.#things.clear();
    await this.#run();
    expect(this.world.json()).toHaveLength(this.#foreign.size);
  }

  #checkMode(host: string, mode: string): void {
    if ([...this.#foreign.values()].some(({ name }) => name.endsWith(`${host}.`))) return;
    const stands = this.world.json().filter(({ name }) => name === `${host}.`);
    const address = (one: number) => `10.${one}.0.1`;
    if (mode === 'merge')
      expect(stands.map(({ values }) => [...(values ?? [])].sort())).toEqual([this.#clusters.map(address)]);
    else if (mode === 'weighted')
      expect(stands.map(({ setIdentifier, values, weight }) => [setIdentifier, values, weight])).toEqual(
        this.#clusters.map(one => [`c${one}`, [address(one)], this.#lastWeight(one)]),
      );
    else expect(stands.map(({ values, setIdentifier }) => [values?.length, setIdentifier])).toEqual([[1, undefined]]);
  }

  /** Where all are to be drained none is that got answers; new here, each has what it is to have. */
  #lastWeight = (one: number) =>
    expect.toSatisfy((weight: number) => weight === (this.#weights.get(one) ?? 1) || weight > 0);
}
