import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { addToTimeline, type RunSummary, timelineOf } from '../../lib/history/index.ts';
import type { Finding, HistoryLine, HostedZone, RecordChange, RunResult, ZoneResult } from '../../lib/model/index.ts';
import type { ListedRecord } from '../../lib/reconcile/index.ts';
import { html } from '../../lib/ui/html.ts';
import { startUi } from '../../lib/ui/index.ts';
import { indexPicture, type Picture, search } from '../../lib/ui/picture.ts';
import type { HistorySource } from '../../lib/ui/server.ts';

const AT = Date.parse('2026-01-01T00:00:00Z');
const TOKEN = 'a-token-that-nobody-guesses';
const ZONE: HostedZone = { id: 'Z1', name: 'example.com', private: false };
const OBJECT = { cluster: 'prod', kind: 'service', namespace: 'shop', name: 'web' };

const recordOf = (name: string, owner?: string): ListedRecord => ({
  zone: ZONE,
  record: { name, type: 'A', ttl: 60, values: ['192.0.2.1'] },
  ...(owner !== undefined && { owner, cluster: 'prod', resource: 'service/shop/web' }),
});

const zoneResult = (changes: readonly RecordChange[] = []): ZoneResult => ({
  ...ZONE,
  ...{ owned: 1, changes, batches: 0, source: 'kept', readAt: new Date(AT - 60_000).toISOString() },
});

interface Seen {
  readonly records?: readonly ListedRecord[];
  readonly findings?: readonly Finding[];
  readonly changes?: readonly RecordChange[];
  readonly runs?: Picture['runs'];
}

function pictureOf({ records = [], findings = [], changes = [], runs = [] }: Seen = {}): Picture {
  const reasons = Object.fromEntries(findings.map(({ reason }) => [reason, 1]));
  const plan: RunResult = {
    ...{ mode: 'plan', force: false, startedAt: new Date(AT).toISOString(), durationMs: 1, inStep: false, calls: {} },
    counts: { created: changes.length, updated: 0, deleted: 0, unpublished: findings.length },
    clusters: [
      { name: 'prod', owner: 'o', state: 'read', kinds: { service: { complete: true, objects: 3 } }, endpoints: 3 },
      {
        name: 'lab',
        owner: 'o',
        state: 'unreachable',
        kinds: {
          service: { complete: false, error: 'no way to it' },
          ingress: { complete: false, error: 'no way to it' },
        },
        endpoints: 0,
      },
    ],
    ...{ zones: [zoneResult(changes)], findings, reasons },
  };
  return {
    at: AT,
    plan,
    records,
    owners: new Set(['o']),
    rooms: { at: AT, of: new Map([['Z1', { limit: 10_000, count: 8 }]]) },
    runs,
  };
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const NO_HISTORY: HistorySource = { ofName: async () => [], ofRun: async () => [] };

async function serve(look: () => Promise<Picture>, maxAgeMs = 60_000, history = NO_HISTORY) {
  const ui = await startUi({ look, history, token: TOKEN, maxAgeMs, now: () => AT + 5_000 });
  open.push(() => ui.close());
  const get = async (path: string) => {
    const response = await fetch(new URL(path, ui.url), { redirect: 'manual' });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { url: ui.url, get };
}

/** With headers that `fetch` does not let one set. */
function raw(
  url: string,
  options: { readonly method?: string; readonly headers?: Record<string, string> },
): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, options, response => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

const CREATE: RecordChange = {
  ...{ action: 'create', name: 'new.example.com', type: 'A', owner: 'o', objects: [OBJECT] },
  after: { name: 'new.example.com', type: 'A', ttl: 60, values: ['192.0.2.9'] },
};
const REFUSED: Finding = {
  reason: 'not-owned',
  name: 'www.example.com',
  object: OBJECT,
  message: 'somebody else has it',
};

describe('what the pages show', () => {
  const seen = pictureOf({
    records: [recordOf('www.example.com'), recordOf('a.example.com', 'o'), recordOf('b.example.com', 'team-b')],
    findings: [REFUSED],
    changes: [CREATE],
  });

  test('beside Route 53’s own words of what it refuses stands what to do, as explain has it', async () => {
    const refused: Finding = { ...REFUSED, reason: 'refused', message: 'Route 53 refused www.example.com: no' };
    const { get } = await serve(async () => pictureOf({ findings: [refused] }));
    for (const path of ['./findings', './name?n=www.example.com']) {
      const { text } = await get(path);
      expect(text).toContain('Route 53 refused www.example.com: no');
      expect(text).toContain('change what Route 53 refuses in service/shop/web of prod; to try it again at once');
    }
  });

  test.each([
    [
      './',
      [
        'prod',
        'unreachable',
        'service, ingress: <span class="bad">no way to it</span>',
        '9992 of 10000',
        '<b class="bad">1</b>',
        'not-owned',
      ],
    ],
    ['./plan', ['+ create', 'new.example.com', '192.0.2.9 (60 s)', 'prod: service/shop/web']],
    ['./findings', ['not-owned', 'somebody else has it', '1 of 1 findings']],
    ['./findings?q=frozen', ['0 of 1 findings: none.']],
    ['./records', ['a.example.com', 'b.example.com', 'www.example.com', '3 of 3 record sets']],
    ['./records?q=is%3Aours', ['1 of 3 record sets', 'a.example.com']],
    ['./records?q=is%3Aforeign+team-b', ['1 of 3 record sets', 'b.example.com']],
    ['./records?q=not-owned', ['1 of 3 record sets', 'www.example.com']],
    [
      './name?n=WWW.example.com.',
      ['<h1>www.example.com</h1>', 'nobody’s', 'somebody else has it', 'fairlead explain www.example.com'],
    ],
    [
      './name?n=nobody.example.com',
      ['nothing stands there, and nobody asks for it: what could not be read in full: lab.'],
    ],
  ])('%s', async (path, texts) => {
    const { get } = await serve(async () => seen);
    const { status, text } = await get(path);
    expect(status).toBe(200);
    for (const one of texts) expect(text).toContain(one);
  });

  test.each(['./nothing', './name?n=a%20b', './name'])('%s: there is no such page', async path => {
    const { get } = await serve(async () => seen);
    expect(await get(path)).toMatchObject({ status: 404, text: expect.stringContaining('There is no such page') });
  });

  test('an empty world is shown as one', async () => {
    const { get } = await serve(async () => pictureOf());
    for (const path of ['./', './plan', './findings', './records']) expect((await get(path)).status).toBe(200);
    expect((await get('./records')).text).toContain('0 of 0 record sets: none.');
  });

  test('a look that fails is told; what was seen before stays', async () => {
    let fails = true;
    const { get, url } = await serve(async () => {
      if (fails) throw new Error('no credentials');
      return seen;
    });
    expect(await get('./')).toMatchObject({ status: 503, text: expect.stringContaining('no credentials') });
    fails = false;
    expect((await get('./')).status).toBe(200);
    fails = true;
    expect(await raw(`${url}refresh`, { method: 'POST', headers: { origin: new URL(url).origin } })).toBe(303);
    const { status, text } = await get('./records');
    expect(status).toBe(200);
    expect(text).toContain('The last look failed, so this is older: no credentials');
    expect(text).toContain('a.example.com');
    // What is mended is not told of any more, however young what was seen before is.
    fails = false;
    expect((await get('./records')).text).not.toContain('The last look failed');
  });

  test('what the guard holds is told with the command that lets it go, of its own cluster', async () => {
    const held: Finding = { reason: 'held', name: 'a.example.com', cluster: 'prod', message: 'is held by the guard' };
    const { get } = await serve(async () => pictureOf({ records: [recordOf('a.example.com', 'o')], findings: [held] }));
    for (const path of ['./', './findings', './name?n=a.example.com'])
      expect((await get(path)).text).toContain('fairlead sync --force --cluster prod');
    expect((await get('./name?n=a.example.com')).text).toContain('1 finding of this name');
  });

  test('a name that left: whose it was, and what says what that asks for now', async () => {
    const line = {
      ...{
        at: '2026-01-01T00:00:00.000Z',
        run: 'r',
        by: 'schedule',
        shard: 'default',
        zone: 'Z1',
        zoneName: 'example.com',
      },
      ...{ name: 'left.example.com', action: 'delete', why: 'left', owner: 'o', objects: [], before: [], after: [] },
      formerly: 'service/shop/web',
    } satisfies HistoryLine;
    const { get } = await serve(async () => pictureOf(), 60_000, { ...NO_HISTORY, ofName: async () => [line] });
    const { text } = await get('./name?n=left.example.com');
    expect(text).toContain('service/shop/web had it until 2026-01-01 00:00.');
    expect(text).toContain('npx fairlead why-not service/shop/web');
  });

  test('what runs did to a name is not known where the history could not be read', async () => {
    const { get } = await serve(async () => pictureOf({ runs: 'the history could not be read: no way to it' }));
    expect((await get('./name?n=a.example.com')).text).toContain('the history could not be read: no way to it');
  });
});

const line = (more: Partial<HistoryLine> = {}): HistoryLine => ({
  ...{
    at: '2026-01-01T00:00:03.000Z',
    run: 'run-1',
    by: 'notice',
    shard: 'default',
    zone: 'Z1',
    zoneName: 'example.com',
  },
  ...{
    name: 'a.example.com',
    action: 'update',
    why: 'what is asked for changed',
    owner: 'o',
    objects: ['prod: service/shop/web'],
  },
  ...{ began: '2026-01-01T00:00:01.500Z', noticed: '2026-01-01T00:00:00.000Z', calls: 4 },
  before: [{ name: 'a.example.com', type: 'A', ttl: 60, values: ['192.0.2.1'] }],
  after: [{ name: 'a.example.com', type: 'A', ttl: 60, values: ['192.0.2.2'] }],
  ...more,
});

function runsOf(...lines: HistoryLine[]) {
  const runs = new Map<string, RunSummary>();
  addToTimeline(runs, lines);
  return timelineOf(runs);
}

describe('what runs did', () => {
  const lines = [
    line(),
    line({ name: 'b.example.com', action: 'create', before: [] }),
    line({ at: '2026-01-01T00:00:09.000Z', run: 'undo-1', by: 'manual', undoes: 'run-0' }),
  ];
  const history: HistorySource = {
    ofName: async name => lines.filter(one => one.name === name),
    ofRun: async ({ run }) => lines.filter(one => one.run === run),
  };
  const seen = () => pictureOf({ runs: runsOf(...lines) });

  test.each<[string, string[]]>([
    [
      './runs',
      [
        '2 runs changed something',
        'run-1',
        '+1',
        '~1',
        'a person: undoes run-0',
        '<td data-head="Until the run began">1.5 s</td><td data-head="Until Route 53 accepted">1.5 s</td><td data-head="In all">3.0 s</td>',
        '<td data-head="Route 53 requests">4</td>',
      ],
    ],
    [
      './run?r=run-1',
      [
        '<h1>Run run-1</h1>',
        '2 changes',
        '<del>192.0.2.1 (60 s)</del>',
        '<ins>192.0.2.2 (60 s)</ins>',
        'npx fairlead undo run-1 --dry-run',
      ],
    ],
    ['./run?r=undo-1', ['A person undid run-0', 'npx fairlead undo --release undo-1']],
    ['./run?r=other', ['No run of that name', 'npx fairlead history --since 30d --run other']],
    [
      './name?n=a.example.com',
      ['2 changes', '<del>192.0.2.1 (60 s)</del>', './run?r=run-1', 'npx fairlead undo a.example.com'],
    ],
    ['./name?n=c.example.com', ['0 changes: none.']],
  ])('%s', async (path, texts) => {
    const { get } = await serve(async () => seen(), 60_000, history);
    const { status, text } = await get(path);
    expect(status).toBe(200);
    for (const one of texts) expect(text).toContain(one);
  });

  test('what cannot be read of it is said on its pages, and the others stay', async () => {
    const broken: HistorySource = {
      ofName: () => Promise.reject(new Error('no such bucket')),
      ofRun: () => Promise.reject(new Error('no such bucket')),
    };
    const { get } = await serve(async () => seen(), 60_000, broken);
    for (const path of ['./run?r=run-1', './name?n=a.example.com'])
      expect(await get(path)).toMatchObject({ status: 200, text: expect.stringContaining('no such bucket') });
    const without = await serve(async () => pictureOf({ runs: 'state.store is "memory"' }));
    expect((await without.get('./runs')).text).toContain(
      'What runs did is not known: state.store is &quot;memory&quot;',
    );
    expect((await without.get('./run?r=run-1')).status).toBe(200);
  });

  test('names, objects and runs are text, whatever they say; a page of very many stays below 300 kB', async () => {
    const evil = '"><script>alert(1)</script>';
    const many = Array.from({ length: 2_000 }, (_, i) =>
      line({ run: i % 2 ? `run-${i}` : evil, why: evil, objects: [evil] }),
    );
    const all: HistorySource = { ofName: async () => many, ofRun: async () => many };
    const { get } = await serve(async () => pictureOf({ runs: runsOf(...many) }), 60_000, all);
    for (const path of ['./runs', './name?n=a.example.com', `./run?r=${encodeURIComponent(evil)}`, './run?r=run-1']) {
      const { status, text } = await get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toContain('<script>');
      expect(Buffer.byteLength(text)).toBeLessThan(300_000);
    }
  });
});

describe('nobody else gets in', () => {
  test.each([
    ['without the token', '/', {}, 404],
    ['with another token', '/a-token-that-nobody-guesse5/', {}, 404],
    ['under another name (DNS rebinding)', `/${TOKEN}/`, { headers: { host: 'evil.example:80' } }, 421],
    ['to change something', `/${TOKEN}/`, { method: 'DELETE' }, 405],
    [
      'by a form of another page',
      `/${TOKEN}/refresh`,
      { method: 'POST', headers: { origin: 'https://evil.example' } },
      403,
    ],
    ['by a form without an origin', `/${TOKEN}/refresh`, { method: 'POST' }, 403],
    ['to a page above', `/${TOKEN}/../../etc/passwd`, {}, 404],
  ])('%s', async (_, path, options, status) => {
    const { url } = await serve(async () => pictureOf());
    expect(await raw(new URL(url).origin + path, options)).toBe(status);
  });

  test('the browser is told to load and run nothing, and to let nobody frame it', async () => {
    const { get } = await serve(async () => pictureOf());
    const { headers, text } = await get('./');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).not.toMatch(/<script|\sstyle=|\son\w+=/);
    expect(text).not.toContain(TOKEN);
  });

  test('what records and objects say is text, whatever it is', async () => {
    const evil = `"><script>alert(1)</script>\u202e'`;
    const record: ListedRecord = {
      zone: ZONE,
      record: { name: 'x.example.com', type: 'TXT', ttl: 1, values: [evil] },
      owner: evil,
      resource: evil,
    };
    const { get } = await serve(async () =>
      pictureOf({ records: [record], findings: [{ ...REFUSED, message: evil }] }),
    );
    for (const path of [
      './',
      './findings',
      './records',
      `./records?q=${encodeURIComponent(evil)}`,
      './name?n=x.example.com',
    ]) {
      const { text } = await get(path);
      expect(text).not.toContain('<script>');
      expect(text).not.toContain('\u202e');
    }
    expect(html`<a title="${evil}">`.markup).toBe(
      '<a title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u202e&#39;">',
    );
  });
});

describe('100,000 records', () => {
  const records = Array.from({ length: 100_000 }, (_, i) => recordOf(`app-${i}.example.com`, i % 2 ? 'o' : undefined));

  test('a page stays below 300 kB, and every record can be reached', async () => {
    const { get } = await serve(async () => pictureOf({ records }));
    for (const path of ['./', './records', './records?q=app-9', './records?page=1000', './records?page=99999']) {
      const { status, text } = await get(path);
      expect(status).toBe(200);
      expect(Buffer.byteLength(text)).toBeLessThan(300_000);
    }
    expect((await get('./records?page=1000')).text).toContain('page 1000 of 1000');
  });

  test('a page stays so where records have very many values, and a name very many findings', async () => {
    const values = Array.from({ length: 400 }, (_, i) => `198.51.${100 + (i >> 8)}.${i & 255}`);
    const many = Array.from({ length: 200 }, (_, i) => recordOf(`h${i}.example.com`, 'o')).map(one => ({
      ...one,
      record: { ...one.record, values },
    }));
    const changes = many.map(({ record }) => {
      const { name, type } = record;
      const change = { action: 'update', name, type, before: record, after: { ...record, values: values.slice(1) } };
      return { ...change, owner: 'o', objects: [OBJECT], moreObjects: 40 } as RecordChange;
    });
    const findings = Array.from({ length: 2_000 }, (_, i): Finding => {
      const message = `h0.example.com is published for prod: service/shop/web, which also asks for it (${i})`;
      return { reason: 'conflict', message, name: 'h0.example.com', object: { ...OBJECT, name: `web${i}` } };
    });
    const { get } = await serve(async () => pictureOf({ records: many, changes, findings }));
    for (const path of ['./records', './plan', './findings', './name?n=h0.example.com']) {
      const { status, text } = await get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(text.length).toBeLessThan(300_000);
    }
    const { text } = await get('./name?n=h0.example.com');
    expect(text).toContain('The first 100 of 2000 findings of this name');
    expect(text).toContain('198.51.101.143');
    expect((await get('./plan')).text).toContain('and 40 more');
  });

  test('a search finds what it is asked for', () => {
    const index = indexPicture(pictureOf({ records }));
    expect(search(index, 'app-12345').map(({ listed }) => listed.record.name)).toEqual(['app-12345.example.com']);
    expect(search(index, 'is:ours SERVICE/shop').length).toBe(50_000);
  });
});
