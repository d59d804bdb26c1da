import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Check } from '../../lib/model/index.ts';
import type { LocalCluster } from '../../local/emulators/kubernetes/cluster.ts';
import { startWorld, type World } from '../../local/world.ts';
import { runFairlead } from './program.ts';

const ZONE = 'Z0EXAMPLE0000000001';
const BUCKET = 'state';
let world: World;
let folder: string;
let cluster: LocalCluster;
/** As it ships: it starts in a fraction of the time that its sources take. */
/** Lambda and the Parameter Store, as far as the doctor asks them. */
let webhook: Server;
/** What the Parameter Store answers. */
let secret: { readonly status: number; readonly body: unknown };

beforeAll(async () => {
  world = await startWorld({ throttle: false });
  cluster = await world.addCluster({ name: 'prod' });
  await world.addCluster({ name: 'other' });
  world.s3.createBucket(BUCKET);
  folder = await mkdtemp(join(tmpdir(), 'fairlead-doctor-'));
  webhook = createServer(({ url, headers }, answer) => {
    const isSsm = headers['x-amz-target'] === 'AmazonSSM.GetParameter';
    const isOurs = url === '/2015-03-31/functions/fairlead-prod-webhook/configuration';
    const found = { Environment: { Variables: { FAIRLEAD_WEBHOOK_SECRET: 'ssm:/fairlead/webhook' } } };
    const gone = { status: 404, body: { __type: 'ResourceNotFoundException', Message: 'Function not found' } };
    const { status, body } = isSsm ? secret : isOurs ? { status: 200, body: found } : gone;
    answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  await new Promise<void>(resolve => webhook.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  webhook.close();
  await world.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  world.route53.store.zones.clear();
  world.route53.load([{ id: ZONE, name: 'example.com.', records: [] }]);
  for (const { faults } of [world.route53, world.sts, world.eks, world.s3, cluster]) faults.clear();
});

interface Broken {
  /** What is done to the world. */
  readonly act?: () => void;
  /** Of the config, beside its clusters; a `zones` takes the place of the usual one. */
  readonly config?: string;
  readonly clusters?: string;
  readonly env?: Record<string, string | undefined>;
  readonly args?: readonly string[];
  readonly code?: number;
  /** What is told: `area: subject: found → remedy`, every check that is not well but these. */
  readonly told: readonly RegExp[];
  /** Areas all of whose checks are well all the same. */
  readonly well: readonly Check['area'][];
}

/** Of AWS's own configuration nothing counts. */
const nobody = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, HOME: '/nowhere' };

async function doctor({ config = '', clusters = 'PROD, OTHER', env = {}, args = [] }: Omit<Broken, 'told' | 'well'>) {
  const zones = config.includes('zones:') ? '' : 'zones: {domains: [example.com]}';
  const [prod, other] = ['{name: prod, region: us-east-1}', '{name: other, region: us-east-1}'];
  const listed = clusters.replace('PROD', prod).replace('OTHER', other);
  const file = `owner: arena\nclusters: [${listed}]\nsources: [service, ingress]\n${zones}\n${config}\n`;
  await writeFile(join(folder, 'fairlead.yml'), file);
  const { port } = webhook.address() as AddressInfo;
  const stack = `http://127.0.0.1:${port}`;
  const more = {
    FAIRLEAD_STATE_BUCKET: BUCKET,
    AWS_ENDPOINT_URL_LAMBDA: stack,
    AWS_ENDPOINT_URL_SSM: stack,
    ...env,
  };
  return runFairlead({ world, folder, more }, 'doctor', ...args);
}

const QUEUES = ['', '-dead-letters', '-undelivered'];

/** Said before anything has run, or of what this world has not, and no fault. */
const USUAL = /no run has read it yet|the queues and the webhook were not looked at|Deployments cannot be listed/;

describe('doctor finds what is broken, says what mends it, and looks at all the rest', () => {
  const renew = /renew the credentials, or set AWS_PROFILE/;
  test.each<[string, Broken]>([
    [
      'keys that AWS does not take',
      {
        env: { AWS_SECRET_ACCESS_KEY: 'wrong' },
        told: ['aws: credentials', 'zones: Route 53', 'clusters: prod', 'clusters: other', 'state: s3://state/'].map(
          subject => new RegExp(`^bad ${subject}: .*signature.* → .*renew`, 'i'),
        ),
        well: ['program'],
      },
    ],
    [
      'no keys at all',
      {
        env: nobody,
        told: [
          new RegExp(`^bad aws: credentials: AWS credentials: there are none .* → ${renew.source}`),
          new RegExp(`^bad zones: Route 53: AWS credentials: there are none .* → ${renew.source}`),
          /^bad clusters: prod: no usable AWS credentials.* → set AWS_PROFILE/,
          /^bad clusters: other: /,
          new RegExp(`^bad state: .*AWS credentials: there are none .* → ${renew.source}`),
        ],
        well: ['program'],
      },
    ],
    [
      'a session that ended, for Route 53 alone',
      {
        act: () => world.route53.faults.failNext('ListHostedZones', 'ExpiredToken', 99),
        told: [new RegExp(`^bad zones: Route 53: .*expired → ${renew.source}`)],
        well: ['aws', 'clusters', 'state'],
      },
    ],
    [
      'no right to list zones',
      {
        act: () => world.route53.faults.denied.add('ListHostedZones'),
        told: [/^bad zones: Route 53: .* → let the caller have route53:ListHostedZones/],
        well: ['aws', 'clusters', 'state'],
      },
    ],
    [
      'no right to read a zone: its delegation is not guessed at',
      {
        act: () => world.route53.faults.denied.add('ListResourceRecordSets'),
        told: [/^bad zones: example\.com \(Z.*\): .* → let the caller have route53:ListResourceRecordSets on Z/],
        well: ['aws', 'clusters', 'state'],
      },
    ],
    [
      'no right to change a zone',
      {
        act: () => world.route53.faults.denied.add('ChangeResourceRecordSets'),
        told: [/^bad zones: example\.com .* → let the caller have route53:ChangeResourceRecordSets on Z/],
        well: ['aws', 'clusters', 'state'],
      },
    ],
    [
      'a Route 53 that is asked too much',
      {
        act: () => world.route53.faults.failNext('ListHostedZones', 'Throttling', 99),
        told: [/^bad zones: Route 53: .*Rate exceeded → this passes: look again in a minute/],
        well: ['aws', 'clusters', 'state'],
      },
    ],
    [
      'a Route 53 with a fault of its own',
      {
        act: () => world.route53.faults.failNext('ListHostedZones', 'InternalError', 99),
        told: [/^bad zones: Route 53: .*internal error.* → this passes: look again in a minute/],
        well: ['aws', 'clusters', 'state'],
      },
    ],
    [
      'a Route 53 that breaks off',
      {
        act: () => world.route53.faults.dropNext('ListHostedZones', 'before', 99),
        told: [/^bad zones: Route 53: .*127\.0\.0\.1 broke off before it answered.* → look at the way to AWS/],
        well: ['aws', 'clusters', 'state'],
      },
    ],
    [
      'no AWS behind the endpoint',
      {
        env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
        told: [
          /^bad aws: credentials: .*ECONNREFUSED.* → look at the way to AWS/,
          /^bad zones: Route 53: .*ECONNREFUSED.* → look at the way to AWS/,
          /^bad clusters: prod: .*ECONNREFUSED/,
          /^bad clusters: other: .*ECONNREFUSED/,
          /^bad state: .*ECONNREFUSED.* → look at the way to AWS/,
        ],
        well: ['program'],
      },
    ],
    [
      'a zone that is gone',
      {
        act: () => world.route53.store.zones.clear(),
        told: [/^bad zones: Route 53: the account has no hosted zone → mend `zones`/],
        well: ['aws', 'clusters', 'state'],
      },
    ],
    [
      'an id and a domain that no zone has, beside ones that some have',
      {
        config: `zones: {domains: [example.com, exmaple.org], ids: [${ZONE}, Z0NOBODY00000000001]}`,
        code: 0,
        told: [
          /^doubt zones: zones\.domains: no hosted zone is selected for exmaple\.org → create it, or mend/,
          /^doubt zones: zones\.ids: the account has no hosted zone Z0NOBODY00000000001 → mend the id/,
        ],
        well: ['aws', 'clusters', 'state'],
      },
    ],
    [
      'a bucket that is not there',
      {
        env: { FAIRLEAD_STATE_BUCKET: 'elsewhere' },
        told: [
          /^unknown zones: .* not known: the state cannot be read/,
          /^bad state: s3:\/\/elsewhere\/: it cannot be written: .*bucket does not exist.* → mend the bucket/,
        ],
        well: ['aws', 'zones', 'clusters'],
      },
    ],
    ...(['GetObject', 'PutObject', 'DeleteObject'] as const).map(
      right =>
        [
          `no right to s3:${right}`,
          {
            act: () => world.s3.faults.denied.add(right),
            told: [
              ...(right === 'GetObject' ? [/^unknown zones: .* not known: the state cannot be read/] : []),
              /^bad state: s3:\/\/state\/: it cannot be (read|written): Access Denied → .*let the caller have s3:/,
            ],
            well: ['aws', 'zones', 'clusters'],
          },
        ] satisfies [string, Broken],
    ),
    ...(
      [
        ['that is not there', 400, { __type: 'ParameterNotFound' }, /^bad .*does not exist → aws ssm put-parameter/],
        ['that is empty', 200, { Parameter: { Value: '\n' } }, /^bad .*ssm:\/fairlead\/webhook is empty/],
        [
          'that the caller may not read',
          400,
          { __type: 'AccessDeniedException', message: 'no' },
          /^unknown .*is not known: no → .*ssm:GetParameter/,
        ],
      ] as const
    ).map(
      ([what, status, body, told]) =>
        [
          `a shared secret of the webhook ${what}`,
          {
            act: () => {
              secret = { status, body };
            },
            args: ['--stack', 'fairlead-prod'],
            told: [...QUEUES.map(queue => new RegExp(`^bad queue: fairlead-prod${queue}`)), told],
            well: ['aws', 'zones', 'clusters', 'state'],
          },
        ] satisfies [string, Broken],
    ),
    [
      'no way to SQS',
      {
        act: () => {
          secret = { status: 200, body: { Parameter: { Value: 'x'.repeat(40) } } };
        },
        env: { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9' },
        args: ['--stack', 'fairlead-prod'],
        told: QUEUES.map(
          queue => new RegExp(`^bad queue: fairlead-prod${queue}.*ECONNREFUSED.* → look at the way to AWS`),
        ),
        well: ['aws', 'zones', 'clusters', 'state', 'webhook'],
      },
    ],
    [
      'a stack of another name, whose queues are not there',
      {
        args: ['--stack', 'fairlead-prot'],
        told: QUEUES.map(
          queue =>
            new RegExp(`^bad queue: fairlead-prot${queue}.*: there is no such queue → is the stack’s name right`),
        ),
        well: ['aws', 'zones', 'clusters', 'state'],
      },
    ],
    [
      'a role that may not be assumed',
      {
        clusters: '{name: prod, region: us-east-1, roleArn: "arn:aws:iam::999999999999:role/x"}, OTHER',
        told: [
          /^bad clusters: prod: sts:AssumeRole of .* failed: .* → allow the action on that role, and let .* trust/,
        ],
        well: ['aws', 'zones', 'state'],
      },
    ],
    [
      'a cluster that EKS does not have any more',
      {
        clusters: '{name: gone, region: us-east-1}, OTHER',
        told: [
          /^bad clusters: gone: cluster gone in us-east-1 does not exist .* → check `name`, `region` and `roleArn`/,
        ],
        well: ['aws', 'zones', 'state'],
      },
    ],
    [
      'no right to look a cluster up',
      {
        act: () => world.eks.faults.denied.add('DescribeCluster'),
        told: [
          /^bad clusters: prod: .*eks:DescribeCluster is denied.* → allow the action on this cluster/,
          /^bad clusters: other: /,
        ],
        well: ['aws', 'zones', 'state'],
      },
    ],
    [
      'an API server that does not take the caller',
      {
        act: () => {
          cluster.faults.unauthorized = true;
        },
        told: ['service', 'ingress'].map(
          kind =>
            new RegExp(`^bad clusters: prod: ${kind}: .*not accepted \\(401.* → the role needs an EKS access entry`),
        ),
        well: ['aws', 'zones', 'state'],
      },
    ],
    [
      'a kind that the role may not list',
      {
        act: () => cluster.faults.deny('ingresses', 'list'),
        told: [
          /^bad clusters: prod: ingress: listing ingresses: forbidden .* → bind the ClusterRole fairlead .*ingresses/,
        ],
        well: ['aws', 'zones', 'state'],
      },
    ],
    [
      'a kubeconfig that is gone',
      {
        clusters: '{name: prod, kubeconfig: ./gone.yml}, OTHER',
        told: [
          /^bad clusters: prod: kubeconfig .*gone\.yml cannot be read: ENOENT.* → give the path of a kubeconfig file/,
        ],
        well: ['aws', 'zones', 'state'],
      },
    ],
    [
      'no DNS server to ask',
      {
        args: ['--dns-server', '127.0.0.1:9'],
        code: 0,
        told: [/^unknown zones: example\.com .*its delegation cannot be looked at: .* → look from where public DNS/],
        well: ['aws', 'clusters', 'state'],
      },
    ],
  ])('%s', async (_, broken) => {
    broken.act?.();
    const { code, out, err } = await doctor({ ...broken, args: ['--json', ...(broken.args ?? [])] });
    expect({ code, err }).toEqual({ code: broken.code ?? 2, err: '' });
    const { checks } = JSON.parse(out) as { checks: Check[] };
    const lines = checks
      .filter(({ status, found }) => status !== 'ok' && !USUAL.test(found))
      .map(({ area, subject, status, found, remedy }) => `${status} ${area}: ${subject}: ${found} → ${remedy}`);
    expect(lines).toEqual(broken.told.map(line => expect.stringMatching(line)));
    for (const line of lines) expect(line).not.toContain('\n');
    const well = new Set(checks.filter(({ status }) => status === 'ok').map(({ area }) => area));
    for (const area of broken.well) expect(well).toContain(area);
  });

  test('an address of a DNS server that is none is refused before anything is looked at', async () => {
    const { code, out, err } = await doctor({ args: ['--dns-server', 'nope'] });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      'fairlead: --dns-server: nope is not the address of a DNS server: write 192.0.2.1 or 192.0.2.1:53\n',
    );
  });
});
