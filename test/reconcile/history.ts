import { Route53Error } from '../../lib/route53/index.ts';
import { createMemoryStore, LeaseHeld, type StateStore } from '../../lib/state/index.ts';
import type { RecordJson } from '../../local/route53/index.ts';
import { brief, type Harness, harness } from '../support/harness.ts';
import { ingress, type KubernetesObject, NLB, service } from '../support/objects.ts';
import type { Operation } from '../support/store-route53.ts';
import { CLUSTERS, type Faults, NAMES, OWNER_OF, type Rules, SERVICES, type Step, TARGETS } from './steps.ts';

const OWNERS = new Set(Object.values(OWNER_OF));

const configOf = ({ deleteAfter, maxDeletes }: Rules) => `
clusters: [${CLUSTERS.map(name => `{name: ${name}, region: us-east-1, owner: ${OWNER_OF[name]}}`).join(', ')}]
zones: {domains: [example.com]}
guard: {deleteAfter: ${deleteAfter}, maxDeletes: {count: ${maxDeletes}, percent: ${maxDeletes}}}
`;
const LENIENT: Rules = { deleteAfter: '0s', maxDeletes: 10 };
/** Record sets that the zone may hold, faults aside. */
const ROOM = 10_000;

const wire = (name: string) => `${name.replace('*', '\\052')}.`;
const keyOf = (record: RecordJson) => `${record.name} ${record.type}`;
const ownerIn = (record: RecordJson) => /external-dns\/owner=([^,"]+)/.exec(record.values?.[0] ?? '')?.[1];
const ours = (record: RecordJson) => OWNERS.has(ownerIn(record) ?? '');

/**
 * Plays a history on the strict Route 53 and holds it against the promises after every request: what is a stranger's
 * stays as it is, no ownership record stands without a record nor changes apart from it, no value appears that no object ever asked for. The
 * caller then ends the faults and asks {@link settle} whether the rest came right.
 */
export class History {
  readonly world: Harness;
  readonly #states: StateStore[] = [createMemoryStore(), createMemoryStore()];
  /** What each state was when it was last lost: an old copy may come back. */
  readonly #older: StateStore[] = [createMemoryStore(), createMemoryStore()];
  readonly #rules: Rules;
  /** Record sets that belong to somebody else, by name and type. */
  readonly #foreign = new Map<string, string>();
  /** Every line that some object has asked for so far, and what strangers wrote into records of ours. */
  readonly #imagined = new Set<string>();
  #serial = 0;

  constructor(rules: Rules = LENIENT) {
    this.#rules = rules;
    const clusters = Object.fromEntries(CLUSTERS.map(name => [name, { objects: [] }]));
    this.world = harness({ config: configOf(rules), clusters });
  }

  async play(step: Step): Promise<void> {
    await this.#play(step);
    this.check();
  }

  #play(step: Step): unknown {
    switch (step.do) {
      case 'apply':
        return this.#apply(step);
      case 'delete':
        return this.#replace(step.cluster, step.object);
      case 'stranger':
        return this.#stranger(step.act, NAMES[step.name] as string);
      case 'lose state':
        return this.#swapState(step.state, createMemoryStore());
      case 'restore state':
        return this.#swapState(step.state, this.#older[step.state] as StateStore);
      case 'wait':
        return this.world.clock.advance(step.minutes * 60_000);
      case 'run': {
        const clusters = step.clusters && { clusters: step.clusters };
        return this.#run(step.state, step.faults, { force: step.force, ...clusters });
      }
      case 'runs':
        return Promise.all([0, 1].map(state => this.#run(state, step.faults, { force: false })));
    }
  }

  #swapState(state: number, instead: StateStore): void {
    this.#older[state] = this.#states[state] as StateStore;
    this.#states[state] = instead;
  }

  /** Ends all faults and runs once more; by force where the guard or the grace period would keep something. */
  async settle(): Promise<void> {
    this.world.store.poisons.length = 0;
    for (const cluster of Object.values(this.world.clusters)) delete cluster.failing;
    this.world.clock.advance(24 * 60 * 60_000);
    await this.#run(
      0,
      { changes: [] },
      { force: this.#rules.deleteAfter !== LENIENT.deleteAfter || this.#rules.maxDeletes !== LENIENT.maxDeletes },
    );
    this.check();
    this.#checkWanted();
    this.#checkOrphans();
  }

  #apply({ cluster, object, name, target }: Extract<Step, { do: 'apply' }>): void {
    const hostname = NAMES[name] as string;
    const targets = TARGETS[target] as string[];
    const made =
      object < SERVICES ? service(`o${object}`, { hostname }, targets) : ingress(`o${object}`, [hostname], targets);
    this.#replace(cluster, object, made);
    for (const line of linesOf(made)) this.#imagined.add(line);
  }

  #replace(cluster: string, object: number, made?: KubernetesObject): void {
    const place = this.world.clusters[cluster] as { objects: KubernetesObject[] };
    place.objects = [
      ...place.objects.filter(({ metadata }) => metadata.name !== `o${object}`),
      ...(made ? [made] : []),
    ];
  }

  #records(name: string): readonly RecordJson[] {
    return this.world
      .json()
      .filter(record => record.name === wire(name) && ['A', 'AAAA', 'CNAME'].includes(record.type));
  }

  #ownership(name: string): readonly RecordJson[] {
    return this.world
      .json()
      .filter(record => record.type === 'TXT' && ours(record) && covered(record.name) === wire(name));
  }

  #edit(put: readonly RecordJson[], remove: readonly RecordJson[] = []): void {
    const id = [...this.world.store.zones.keys()][0] as string;
    this.world.store.edit(id, { put: put as never, remove: remove as never });
  }

  #stranger(act: Extract<Step, { do: 'stranger' }>['act'], name: string): void {
    const standing = this.#records(name);
    const ownership = this.#ownership(name);
    const value = `198.51.100.${(this.#serial++ % 250) + 1}`;
    if (act === 'occupy' && standing.length === 0 && ownership.length === 0)
      this.#own([{ name: wire(name), type: 'A', ttl: 60, values: [value] }]);
    const [mine] = standing.filter(({ name: at, type }) => !this.#foreign.has(`${at} ${type}`));
    if (act === 'edit' && mine && mine.type === 'A') {
      const edited: RecordJson = { name: mine.name, type: 'A', ttl: 60, values: [value] };
      this.#imagined.add(brief(edited));
      this.#edit([edited]);
    }
    if (act === 'take over' && ownership.length > 0) {
      const theirs = ownership.map(record => ({
        ...record,
        values: ['"heritage=external-dns,external-dns/owner=stranger"'],
      }));
      this.#own([...theirs, ...standing]);
    }
    if (act === 'claim' && ownership.length > 0 && standing.every(({ type }) => type !== 'CNAME')) {
      const values = ['"heritage=external-dns,external-dns/owner=stranger"'];
      this.#own([{ name: wire(name), type: 'TXT', ttl: 300, values }, ...standing]);
      // Nothing of what fairlead deletes has changed, so only a read can tell of it (docs/limits.md): what is kept is lost.
      for (const states of [this.#states, this.#older])
        for (const at of states.keys()) states[at] = createMemoryStore();
    }
    if (act === 'drop record' && mine) this.#edit([], [mine]);
    if (act === 'drop ownership' && ownership.length > 0) {
      this.#edit([], ownership);
      this.#own(standing);
    }
  }

  #own(records: readonly RecordJson[]): void {
    this.#edit(records);
    const now = new Map(this.world.json().map(record => [keyOf(record), JSON.stringify(record)]));
    for (const record of records) this.#foreign.set(keyOf(record), now.get(keyOf(record)) as string);
  }

  async #run(state: number, faults: Faults, request: { force: boolean; clusters?: readonly string[] }): Promise<void> {
    const script = [...faults.changes];
    let dead = false;
    const die = () => {
      dead = true;
      throw new Error('the process was killed');
    };
    this.world.store.poisons.length = 0;
    this.world.store.maxRecordSets = faults.room === undefined ? ROOM : this.world.json().length + faults.room;
    if (faults.poisoned !== undefined) this.world.store.poisons.push({ name: wire(NAMES[faults.poisoned] as string) });
    for (const [name, cluster] of Object.entries(this.world.clusters)) {
      delete cluster.failing;
      if (faults.unlisted?.cluster === name) cluster.failing = { [faults.unlisted.kind]: 'denied' };
    }
    let current: (typeof script)[number] = 'ok';
    const hooks = {
      before: (operation: Operation) => {
        if (dead) die();
        if (operation !== 'changeRecordSets') return;
        current = script.shift() ?? 'ok';
        if (current === 'throttled') throw new Route53Error('throttled', 'Throttling', 'Rate exceeded');
        if (current === 'busy') throw new Route53Error('busy', 'PriorRequestNotComplete', 'The request was rejected');
        if (current === '500 before')
          throw new Route53Error('transient', 'InternalError', 'We encountered an internal error');
        if (current === 'killed before') die();
        if (typeof current === 'object') this.#stranger(current.before, NAMES[current.name] as string);
      },
      after: (operation: Operation) => {
        if (operation !== 'changeRecordSets') return;
        this.check();
        if (current === '500 after') throw new Route53Error('transient', 'ECONNRESET', 'socket hang up');
        if (current === 'killed after') die();
      },
    };
    const store = this.#states[state] as StateStore;
    const mortal: StateStore = {
      get: (key, known) => (dead ? die() : store.get(key, known)),
      put: (key, bytes, expected) => {
        if (dead) die();
        if (faults.unwritable) throw new Error('EROFS: read-only file system');
        return store.put(key, bytes, expected);
      },
      remove: (key, expected) => (dead ? die() : store.remove(key, expected)),
    };
    try {
      await this.world.run(request, {
        store: mortal,
        route53: this.world.route53(hooks),
        holder: `run ${this.#serial++}`,
      });
    } catch (error) {
      if (!dead && !(error instanceof LeaseHeld)) throw error;
    }
  }

  check(): void {
    const now = new Map(this.world.json().map(record => [keyOf(record), record]));
    for (const [key, before] of this.#foreign) {
      const record = now.get(key);
      if (!record || JSON.stringify(record) !== before)
        throw new Error(`a stranger's ${key} was changed: ${before} is now ${JSON.stringify(record)}`);
    }
    for (const record of now.values()) {
      if (record.type === 'TXT' || this.#foreign.has(keyOf(record))) continue;
      const line = brief(record);
      const merged = line.split(' ').length > 3 && record.type !== 'TXT';
      if (!merged && !this.#imagined.has(line)) throw new Error(`nobody ever wanted ${line}`);
    }
  }

  /** Every name that some object asks for and no stranger occupies has the records that one of the objects wants. */
  #checkWanted(): void {
    const asking = new Map<string, string[][]>();
    for (const { objects } of Object.values(this.world.clusters)) {
      for (const object of objects) {
        const lines = linesOf(object);
        const name = lines[0]?.split(' ')[0];
        if (name !== undefined) asking.set(name, [...(asking.get(name) ?? []), lines]);
      }
    }
    for (const [name, wishes] of asking) {
      if (
        [...this.#foreign.keys()].some(
          key => key.startsWith(`${wire(name)} `) || covered(key.split(' ')[0] as string) === wire(name),
        )
      )
        continue;
      if (name === 'a-b.example.com' || name === 'b.example.com') continue; // Their ownership records may exclude each other.
      const standing = this.#records(name).map(brief).sort();
      const apexCname = (lines: readonly string[]) =>
        name === 'example.com' && lines.some(line => line.includes(' CNAME '));
      const possible = wishes.filter(lines => !apexCname(lines)).map(lines => [...lines].sort().join('\n'));
      if (possible.length > 0 && !possible.includes(standing.join('\n')) && !isMerged(standing, wishes)) {
        throw new Error(`${name} is ${JSON.stringify(standing)}, but is wanted as ${JSON.stringify(possible)}`);
      }
    }
  }

  #checkOrphans(): void {
    const all = this.world.json();
    for (const record of all.filter(txt => txt.type === 'TXT' && ours(txt))) {
      const name = covered(record.name);
      if (!all.some(other => other.name === name && ['A', 'AAAA', 'CNAME'].includes(other.type)))
        throw new Error(`an orphan: ${brief(record)}`);
    }
  }
}

/** The name that an ownership record speaks of, in Route 53's form. */
function covered(name: string): string {
  const apex = /^_fairlead-apex-(?:a|aaaa|cname)\.(.*)$/.exec(name);
  return apex?.[1] ?? name.replace(/^(?:a|aaaa|cname)-/, '');
}

/** Addresses of several Services of one cluster are one record set. */
function isMerged(standing: readonly string[], wishes: readonly string[][]): boolean {
  const values = new Set(wishes.flat().flatMap(line => line.split(' ').slice(2)));
  return (
    standing.length > 0 &&
    standing.every(line =>
      line
        .split(' ')
        .slice(2)
        .every(value => values.has(value)),
    )
  );
}

/** What an object asks for, a line a record set; several addresses of one type in one line. */
function linesOf(object: KubernetesObject): string[] {
  const rules = (object.spec as { rules?: { host: string }[] } | undefined)?.rules;
  const name = (rules?.[0]?.host ?? Object.values(object.metadata.annotations ?? {})[0]) as string;
  const targets = (object.status as { loadBalancer: { ingress: { ip?: string; hostname?: string }[] } }).loadBalancer
    .ingress;
  return targets.flatMap(({ ip, hostname }) => {
    if (ip !== undefined) return [`${name} ${ip.includes(':') ? 'AAAA' : 'A'} ${ip}`];
    return hostname === NLB
      ? ['A', 'AAAA'].map(type => `${name} ${type} → ${hostname}`)
      : [`${name} CNAME ${hostname}`];
  });
}
