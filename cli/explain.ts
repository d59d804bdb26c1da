import type { Config } from '../lib/config/config.ts';
import { loadConfig } from '../lib/config/index.ts';
import { explainName, explainObject, type Facts, findObjects, heldObjects, namesOf } from '../lib/explain/index.ts';
import type { DnsName, HistoryLine, ObjectRef, Snapshot } from '../lib/model/index.ts';
import { within } from '../lib/plan/index.ts';
import { composePorts, lookAnew, lookAtKept, type Run, recentHistory } from '../lib/reconcile/index.ts';
import { type ExplainOptions, formatExplanation, formatObject } from '../lib/report/explain.ts';
import { canonicalHostname } from '../lib/sources/index.ts';
import { terminalAws } from './aws.ts';
import { parseObject } from './object.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, show } from './output.ts';
import { askPublicDns } from './public-dns.ts';

export interface ExplainCommandOptions extends GlobalOptions {
  /** Read zones and clusters anew. */
  readonly fresh?: boolean;
}

/** `fairlead explain NAME`. */
export function runExplain(
  text: string,
  options: ExplainCommandOptions & { readonly dns?: boolean | string },
): Promise<void> {
  return command(options, async () => {
    const name = hostname(text);
    const { facts, run } = await lookFor(options, () => new Set([name]));
    const home = options.dns ? facts.zones.filter(zone => !zone.private && within(name, zone.name)) : [];
    const dns = options.dns ? await askPublicDns(name, longest(home.map(zone => zone.name)), options.dns) : undefined;
    const last = await lately(run, name);
    const explanation = explainName(name, facts, { last, ...(dns && { dns }) });
    await show(options, {
      value: explanation,
      text: text => formatExplanation(explanation, { ...text, now: Date.now() }),
      markdown: () => fenced(formatExplanation(explanation, PLAIN())),
      names: () => [name],
    });
    return explanation.published ? EXIT.inStep : EXIT.unpublished;
  });
}

/** `fairlead why-not KIND/NAMESPACE/NAME`. */
export function runWhyNot(text: string, options: ExplainCommandOptions & { readonly cluster?: string }): Promise<void> {
  return command(options, async () => {
    const { cluster } = options;
    const wanted = parseObject(text);
    const found = (asked: readonly Snapshot[]): readonly ObjectRef[] => findObjects(wanted, asked, cluster);
    const { facts } = await lookFor(
      options,
      asked => new Set(found(asked).flatMap(object => [...namesOf(object, asked)])),
    );
    const known = found(facts.asked);
    const clusters = facts.asked.map(snapshot => snapshot.cluster);
    if (cluster !== undefined && !clusters.includes(cluster))
      throw new Error(`the config has no cluster "${cluster}"; it has ${clusters.join(', ')}`);
    // Nothing is known of it anywhere: said once, not once for each of very many clusters.
    const held = known.length > 0 ? known : heldObjects(wanted, facts, cluster);
    const objects = held.length > 0 ? held : [{ ...wanted, cluster: cluster ?? clusters[0] ?? '' }];
    const explained = objects.map(object => explainObject(object, facts));
    const texts = (text: ExplainOptions) => explained.map(one => formatObject(one, text)).join('\n\n');
    await show(options, {
      value: explained,
      text: text => texts({ ...text, now: Date.now() }),
      markdown: () => fenced(texts(PLAIN())),
      names: () => explained.flatMap(one => one.names.map(({ name }) => name)),
    });
    return explained.every(({ published }) => published) ? EXIT.inStep : EXIT.unpublished;
  });
}

const PLAIN = () => ({ colour: false, rows: Number.POSITIVE_INFINITY, now: Date.now() });

const fenced = (text: string) => `\`\`\`text\n${text}\n\`\`\``;

const longest = (names: readonly DnsName[]) => [...names].sort((a, b) => b.length - a.length)[0];

/** @throws Error for what is no hostname */
function hostname(text: string): DnsName {
  const read = canonicalHostname(text, { wildcard: true, reserved: true });
  if ('name' in read) return read.name;
  throw new Error(`${text} is not a hostname: ${read.problem}`);
}

/** What runs have kept, or, where nothing lasts or it is asked for, what is read now. */
async function lookFor(
  { config: file, fresh }: ExplainCommandOptions,
  names: (asked: readonly Snapshot[]) => ReadonlySet<DnsName>,
): Promise<{ facts: Facts; run: Run }> {
  const { env, credentials } = await terminalAws(process.env);
  const config = loadConfig(file, env);
  const run = { config, ports: composePorts(config, env, credentials) };
  const facts = await (fresh || isForgetful(config) ? lookAnew(run) : lookAtKept(run, names));
  return { facts, run };
}

const LATELY_MS = 24 * 3_600_000;
const CHANGES = 3;

/** What runs did last to the name within a day. */
const lately = (run: Run, name: DnsName): Promise<readonly HistoryLine[]> =>
  recentHistory(run, run.ports.clock.now() - LATELY_MS, name, CHANGES);

/** With state `memory` nothing outlives a command: then all is read, which is told. */
function isForgetful({ state: { store } }: Config): boolean {
  if (store.kind !== 'memory') return false;
  process.stderr.write('state.store is "memory", which keeps nothing on a terminal: zones and clusters are read now\n');
  return true;
}
