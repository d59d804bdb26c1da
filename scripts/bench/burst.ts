import { iamSigner } from '../../forwarder/program/signers.ts';
import { webhookPost } from '../../forwarder/program/webhook.ts';
import type { Notice } from '../../lib/model/index.ts';
import { formatTable } from '../../lib/report/text.ts';
import { fill, lb, service } from './scenarios.ts';
import { openWhole, type Whole } from './whole.ts';

const CLUSTERS = ['a', 'b', 'c', 'd', 'e'];
const SERVICES = 100;
/** Posts on their way at once. */
const AT_ONCE = 8;
/** One of so many notices tells of a change; the others are for nothing. */
const CHANGE_EVERY = 50;

/**
 * Notices of five clusters as fast as the webhook takes them, signed, through the queue to the runs. No forwarder, which
 * would gather them. In the end every change must be published.
 */
export async function benchBurst(notices: number): Promise<void> {
  const whole = await openWhole(CLUSTERS);
  const { stack, traces, world } = whole;
  const count = { batches: 0, runs: 0, messages: 0, failed: 0 };
  try {
    for (const [index, cluster] of CLUSTERS.entries()) fill(world, SERVICES, cluster, index * SERVICES);
    const first = traces.next(({ result }) => result?.inStep === true);
    await stack.sendSchedule();
    await first;
    const dealtWith = Promise.withResolvers<void>();
    traces.listen(({ batch, result }) => {
      count.batches++;
      count.messages += batch.records.length;
      count.failed += batch.failed.length;
      if (result) count.runs++;
      if (count.messages - count.failed >= notices) dealtWith.resolve();
    });
    const begun = performance.now();
    const halfway = await post(whole, notices);
    const posted = performance.now();
    await dealtWith.promise;
    const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
    const rows = [
      ['notices posted', String(notices)],
      ['… in seconds', seconds(begun, posted)],
      ['dealt with after seconds more', seconds(posted, performance.now())],
      ['batches of the queue', String(count.batches)],
      ['runs', String(count.runs)],
      ['messages that failed', String(count.failed)],
      ['changes made, published', `${Math.floor(notices / CHANGE_EVERY)}, ${lost(whole, notices)} lost`],
      ['peak MB of reconcile: half-way, in the end', `${halfway.reconcile}, ${whole.memory('reconcile')}`],
      ['peak MB of webhook: half-way, in the end', `${halfway.webhook}, ${whole.memory('webhook')}`],
    ];
    console.log(`\n${formatTable(['A BURST', ''], rows, { colour: false, rows: 100 })}`);
  } finally {
    await whole.close();
  }
}

/** Posts them all. @returns the memory of the functions when half of them was posted */
async function post(whole: Whole, notices: number): Promise<{ reconcile: number; webhook: number }> {
  const { stack, world } = whole;
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = world.env();
  const keys = async () => ({ accessKeyId, secretAccessKey });
  const send = webhookPost(stack.webhookUrl, iamSigner(stack.webhookUrl, world.region, keys, Date.now));
  let halfway = { reconcile: 0, webhook: 0 };
  let next = 0;
  const one = async (): Promise<void> => {
    for (let i = next++; i < notices; i = next++) {
      if (i === Math.floor(notices / 2))
        halfway = { reconcile: whole.memory('reconcile'), webhook: whole.memory('webhook') };
      if (i % CHANGE_EVERY === 0) change(whole, i / CHANGE_EVERY);
      const status = await send(JSON.stringify(notice(i)));
      if (status !== 202) throw new Error(`the webhook answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return halfway;
}

const clusterOf = (change: number) => change % CLUSTERS.length;

function notice(i: number): Notice {
  const cluster = CLUSTERS[clusterOf(Math.floor(i / CHANGE_EVERY))] ?? '';
  return { cluster, source: 'bench', sequence: i + 1, since: Date.now() };
}

/** Each change is another Service's, as long as there are enough of them. */
const indexOf = (change: number) => clusterOf(change) * SERVICES + (Math.floor(change / CLUSTERS.length) % SERVICES);

function change({ world }: Whole, number: number): void {
  const index = indexOf(number);
  world.clusters.get(CLUSTERS[clusterOf(number)] ?? '')?.apply(service(index, lb(index, number + 1)));
}

/** Changes that were made last to a Service and are not what its record says. */
function lost({ world }: Whole, notices: number): number {
  const last = new Map<number, number>();
  for (let number = 0; number * CHANGE_EVERY < notices; number++) last.set(indexOf(number), number + 1);
  const records = world.route53.dump().flatMap(zone => zone.records);
  const targets = new Map(records.filter(({ type }) => type === 'A').map(({ name, alias }) => [name, alias?.dnsName]));
  return [...last].filter(
    ([index, version]) => !targets.get(`svc-${index}.example.com.`)?.startsWith(lb(index, version)),
  ).length;
}
