import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sender } from '../../forwarder/program/sender.ts';
import { Tracker } from '../../forwarder/program/tracker.ts';
import type { NamedObject, Notice } from '../../lib/model/index.ts';
import { parseNotice } from '../../lib/notice/index.ts';
import { EVERY_GATEWAY, type SourceKind } from '../../lib/sources/index.ts';
import { ingress, NLB, service } from '../support/objects.ts';
import { FakeTime } from './time.ts';

/** How the webhook answers: `lost` queues the notice, but the answer never comes. */
const ANSWERS = ['taken', 'lost', 'fault', 'refused', 'failing', 'late'] as const;

type Step =
  | { readonly do: 'set'; readonly name: string; readonly state: number }
  | { readonly do: 'cut' | 'resume' | 'relist' | 'restart' | 'wait'; readonly ms: number };

const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** 0: there is no such object; 1 and 2 differ in a label only; 5 asks for nothing. */
function objectIn(state: number, name: string): object | undefined {
  if (state === 0) return undefined;
  if (state === 5) return service(name, {}, [NLB]);
  if (state === 4) return ingress(name, [`${name}.example.com`], [NLB]);
  const wanted = service(name, { hostname: `${name}.example.com` }, [state === 3 ? '203.0.113.3' : NLB]);
  return { ...wanted, metadata: { ...wanted.metadata, labels: { state: String(state) } } };
}

const asksFor = (state: number) => [undefined, 'nlb', 'nlb', 'address', 'ingress', undefined][state];

const quiet = { info() {}, warn() {}, error() {} };

/** A cluster, forwarders one after the other, and a webhook, in fake time. */
class History {
  readonly time = new FakeTime();
  readonly answers: (typeof ANSWERS)[number][];
  /** The changes that matter, and when they were. */
  mattered: { readonly name: string; readonly at: number; readonly cut: boolean }[] = [];
  /** What was queued; when its number was first used. */
  readonly queued: { readonly notice: Notice; readonly firstSent: number }[] = [];
  readonly #firstSent = new Map<string, number>();
  readonly #states = new Map<string, number>();
  /** What the forwarder last heard of. */
  #heard = new Map<string, number>();
  /** Changes that a cut watch has yet to tell. */
  #unheard: (() => void)[] = [];
  #cut = false;
  #lives = 0;
  #live = this.#start();

  constructor(answers: readonly (typeof ANSWERS)[number][]) {
    this.answers = [...answers];
    this.#list(true);
  }

  async play(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step.do === 'set') this.#set(step.name, step.state);
      else if (step.do === 'cut') this.#cut = true;
      else if (step.do === 'resume') this.#resume();
      else if (step.do === 'relist') this.#list();
      else if (step.do === 'restart') this.#restart();
      if ('ms' in step) await this.time.pass(step.ms);
    }
    this.#resume();
    await this.time.pass(60 * 60_000);
  }

  #restart(): void {
    this.#live = this.#start();
    this.#list(true);
  }

  get idle(): boolean {
    return this.#live.sender.idle;
  }

  /** The forwarder before is dead: it neither hears nor sends any more. */
  #start() {
    const life = ++this.#lives;
    const alive = () => life === this.#lives;
    const never = new Promise<never>(() => {});
    const sender = new Sender({
      cluster: 'prod',
      source: `life-${life}`,
      gather: { quietMs: 200, mostMs: 1000 },
      clock: this.time,
      log: quiet,
      post: body => (alive() ? this.#post(body) : never),
    });
    const context = {
      cluster: 'prod',
      settings: {
        annotationPrefixes: ['external-dns.kubernetes.io/'],
        hostnames: { fromServiceName: false },
        domains: [],
        gateway: EVERY_GATEWAY,
      },
    };
    const onChange = (object: NamedObject | undefined) => sender.change(object);
    const tracker = (kind: SourceKind) => new Tracker({ kind, context, onChange });
    void sender.run();
    return { sender, trackers: { service: tracker('service'), ingress: tracker('ingress') } };
  }

  /** Of what was in between nothing is heard but its outcome: what was undone by then leaves no trace. */
  #list(first = false): void {
    const traceless = (name: string) => asksFor(this.#states.get(name) ?? 0) === asksFor(this.#heard.get(name) ?? 0);
    if (this.#cut && !first) this.mattered = this.mattered.filter(({ cut, name }) => !cut || !traceless(name));
    this.#caughtUp();
    this.#unheard = [];
    for (const kind of ['service', 'ingress'] as const) {
      const tracker = this.#live.trackers[kind];
      const objects = [...this.#states].filter(([, state]) => (state === 4) === (kind === 'ingress'));
      tracker.begin();
      tracker.page(objects.flatMap(([name, state]) => objectIn(state, name) ?? []));
      tracker.complete(0);
    }
  }

  #resume(): void {
    this.#caughtUp();
    for (const tell of this.#unheard.splice(0)) tell();
  }

  #caughtUp(): void {
    this.#cut = false;
    this.#heard = new Map(this.#states);
    this.mattered = this.mattered.map(change => ({ ...change, cut: false }));
  }

  #set(name: string, state: number): void {
    const before = this.#states.get(name) ?? 0;
    if (before === state) return;
    this.#states.set(name, state);
    if (asksFor(before) !== asksFor(state)) this.mattered.push({ name, at: this.time.now(), cut: this.#cut });
    const old = objectIn(before, name);
    const now = objectIn(state, name);
    const moved = old && now && (before === 4) !== (state === 4);
    this.#hear(() => {
      if (old && (!now || moved)) this.#trackerOf(before).changed('DELETED', old);
      if (now) this.#trackerOf(state).changed(old && !moved ? 'MODIFIED' : 'ADDED', now);
    });
  }

  #trackerOf(state: number): Tracker {
    return this.#live.trackers[state === 4 ? 'ingress' : 'service'];
  }

  #hear(tell: () => void): void {
    if (this.#cut) this.#unheard.push(tell);
    else {
      this.#heard = new Map(this.#states);
      tell();
    }
  }

  async #post(body: string): Promise<number> {
    const notice = parseNotice(body);
    if (!notice) throw new Error(`no notice: ${body}`);
    const number = `${notice.source} ${notice.sequence}`;
    const firstSent = this.#firstSent.get(number) ?? this.time.now();
    this.#firstSent.set(number, firstSent);
    const answer = this.answers.shift() ?? 'taken';
    if (answer === 'late') await this.time.sleep(3_000);
    if (answer === 'taken' || answer === 'late' || answer === 'lost') this.queued.push({ notice, firstSent });
    if (answer === 'lost' || answer === 'fault') throw new Error('no answer');
    return { refused: 401, failing: 503, taken: 202, late: 202 }[answer];
  }
}

const ms = fc.oneof(fc.nat(300), fc.nat(5_000), fc.nat(60_000));
const doing = <const T extends Exclude<Step['do'], 'set'>>(what: T) => fc.record({ do: fc.constant(what), ms });

/** A restart hides what was forgotten before it, since anything may have changed then: so it is rare. */
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('set'), name: fc.constantFrom(...NAMES), state: fc.nat(5) }),
  },
  { weight: 4, arbitrary: doing('cut') },
  { weight: 2, arbitrary: doing('resume') },
  { weight: 4, arbitrary: doing('relist') },
  { weight: 3, arbitrary: doing('wait') },
  { weight: 1, arbitrary: doing('restart') },
) as fc.Arbitrary<Step>;

/** Whether a run that a notice asks for cannot have come too early for a change of an object. */
const covers = (notice: Notice, name: string) => !notice.objects || notice.objects.some(object => object.name === name);

test('whatever changes and whatever fails, each change that matters is in a notice that was made after it and taken', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.array(fc.constantFrom(...ANSWERS), { maxLength: 25 }),
      async (steps, answers) => {
        const history = new History(answers);
        await history.play(steps);
        expect(history.idle).toBe(true);
        for (const { name, at } of history.mattered) {
          const told = history.queued.some(({ notice, firstSent }) => firstSent >= at && covers(notice, name));
          expect(told, `${name} at ${at}`).toBe(true);
        }
        const texts = new Map<string, string>();
        for (const { notice } of history.queued) {
          const number = `${notice.source} ${notice.sequence}`;
          const text = JSON.stringify(notice);
          expect(texts.get(number) ?? text).toBe(text);
          texts.set(number, text);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
