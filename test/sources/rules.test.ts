import { describe, expect, it } from 'vitest';
import type { Wanted } from '../../lib/model/index.ts';
import { desiredFrom } from '../../lib/sources/index.ts';
import { slimRoute } from '../../lib/sources/route.ts';
import { NO_RULES, type ObjectRules, rulesIn } from '../../lib/sources/rules.ts';
import { parseTemplate } from '../../lib/sources/template/index.ts';
import { parse } from '../config/files.ts';
import { around, gateway, listener, route } from './gateway-objects.ts';
import { ruled } from './joined-objects.ts';
import { ALPHA, held, ingress, onlyFinding, PREFIX, read, reasons, records, service } from './objects.ts';

const rulesOfConfig = (lines: string): ObjectRules =>
  rulesIn(parse(`clusters: [{name: demo, region: eu-west-1}]\n${lines}`));
const hosts = (wanted: Wanted) => wanted.endpoints.map(({ name }) => name);

it('a config that says nothing has no rules', () => {
  expect(rulesOfConfig('')).toEqual(NO_RULES);
});

describe('filters', () => {
  const labelled = (labels: object, annotations: object = {}) => {
    const raw = service({ annotations: { hostname: 'a.example.com', ...annotations } });
    return { ...raw, metadata: { ...(raw.metadata as object), labels } };
  };
  it.each([
    ['labels: "dns in (public,both), env!=test"', labelled({ dns: 'public' }), true],
    ['labels: "dns in (public,both), env!=test"', labelled({ dns: 'both', env: 'test' }), false],
    ['labels: "!private"', labelled({ private: '' }), false],
    ['labels: x', labelled({ x: 5 }), false],
    ['annotations: "team=dns"', labelled({}, { 'team/x': '' }), false],
    ['annotations: "corp/team=dns"', labelled({}, { 'corp/team': 'dns' }), true],
    [`annotations: "${PREFIX}scope=public"`, labelled({}, { [`${ALPHA}scope`]: 'public' }), true],
    [`annotations: "${ALPHA}scope=public"`, labelled({}, { [`${PREFIX}scope`]: 'public' }), true],
    [
      `annotations: "${ALPHA}scope=public"`,
      labelled({}, { [`${PREFIX}scope`]: 'no', [`${ALPHA}scope`]: 'public' }),
      false,
    ],
    [`annotations: "!${ALPHA}scope"`, labelled({}, { [`${PREFIX}scope`]: 'x' }), false],
    ['namespaces: [default]', labelled({}), true],
    ['namespaces: [shop, web]', labelled({}), false],
  ])('%s', (line, object, expected) => {
    const wanted = read('service', object, ruled(rulesOfConfig(`filters: {${line}}`)));
    expect(hosts(wanted)).toEqual(expected ? ['a.example.com'] : []);
    expect(wanted).toMatchObject({ holds: [], findings: [] });
  });

  it('of what is filtered nothing is said, however malformed', () => {
    const where = ruled(rulesOfConfig('filters: {labels: x}'));
    expect(read('service', service({ annotations: { hostname: 'a..b' } }), where)).toEqual({
      endpoints: [],
      holds: [],
      findings: [],
    });
  });
});

describe('Ingresses', () => {
  const spec = { rules: [{ host: 'r.example.com' }], tls: [{ hosts: ['t.example.com'] }] };
  const asking = (more: object = {}, annotations: object = {}) =>
    ingress({ spec: { ...spec, ...more }, annotations: { hostname: 'h.example.com', ...annotations } });
  it.each([
    ['{ignoreTls: true}', asking(), 'r.example.com h.example.com'],
    ['{ignoreRules: true}', asking(), 't.example.com h.example.com'],
    ['{ignoreTls: true}', asking({ tls: 5 }), 'r.example.com h.example.com'],
    ['{classes: [alb]}', asking({ ingressClassName: 'alb' }), 'r.example.com t.example.com h.example.com'],
    ['{classes: [alb]}', asking({ ingressClassName: 'nginx' }, { 'kubernetes.io/ingress.class': 'alb' }), ''],
    [
      '{classes: [alb, x]}',
      asking({}, { 'kubernetes.io/ingress.class': 'alb' }),
      'r.example.com t.example.com h.example.com',
    ],
    ['{classes: [alb]}', asking({ ingressClassName: '' }), ''],
    ['{classes: [alb]}', asking(), ''],
  ])('%s', (line, object, expected) => {
    const wanted = read('ingress', object, ruled(rulesOfConfig(`ingress: ${line}`)));
    expect(hosts(wanted).join(' ')).toBe(expected);
    expect(wanted).toMatchObject({ holds: [], findings: [] });
  });
});

describe('templates', () => {
  const withTemplates = (more: Partial<ObjectRules>, ...templates: string[]) =>
    ruled({ templates: templates.map(parseTemplate), ...more });
  const own = service({ annotations: { hostname: 'own.example.com' } });

  it.each([
    ['name what has no name', withTemplates({}, '{{.Name}}.example.com'), service(), 'web.example.com'],
    ['not what has one', withTemplates({}, '{{.Name}}.example.com'), own, 'own.example.com'],
    [
      'that too, combined',
      withTemplates({ combine: true }, '{{.Name}}.example.com'),
      own,
      'own.example.com web.example.com',
    ],
    [
      'what has one that is ignored',
      withTemplates({ ignoreAnnotation: true }, '{{.Name}}.example.com'),
      own,
      'web.example.com',
    ],
    [
      'no name twice',
      withTemplates({ combine: true }, 'own.example.com', 'x.example.com'),
      own,
      'own.example.com x.example.com',
    ],
    [
      'by kind and source',
      withTemplates({}, '{{if isSource "service"}}{{toLower .Kind}}.{{.APIVersion}}.example.com{{end}}'),
      service(),
      'service.v1.example.com',
    ],
    [
      'nothing where they make nothing',
      withTemplates({}, '{{if eq .Spec.Type "NodePort"}}x.example.com{{end}}'),
      service(),
      '',
    ],
  ])('%s', (_rule, where, object, expected) => {
    const wanted = read('service', object, where);
    expect(hosts(wanted).join(' ')).toBe(expected);
    expect(wanted).toMatchObject({ holds: [], findings: [] });
  });

  it('an ignored annotation alone leaves nothing', () => {
    expect(read('service', own, ruled({ ignoreAnnotation: true }))).toEqual({ endpoints: [], holds: [], findings: [] });
  });

  it('give targets to the names that they make, and to no others', () => {
    const where = withTemplates(
      { combine: true, targetTemplates: [parseTemplate('{{index .Annotations "t"}},192.0.2.7')] },
      '{{.Name}}.example.com',
    );
    const object = service({ annotations: { hostname: 'own.example.com', 't/': 'x' } });
    expect(records(read('service', object, where))).toEqual([
      'own.example.com A 192.0.2.1',
      'web.example.com A 192.0.2.7',
    ]);
    const ing = ingress({ spec: { rules: [{ host: 'r.example.com' }] } });
    expect(records(read('ingress', ing, where)).slice(1)).toEqual(['web.example.com A 192.0.2.7']);
  });

  it.each([
    ['fails', '{{index .Spec.Ports 3}}.example.com', 'hostnames.templates[0] of the config: line 1, column 3: index'],
    ['makes what is no name', '{{index .Labels "app"}}.example.com', 'is not a hostname'],
  ])('one that %s holds that object, and the others go on', (_rule, template, message) => {
    const where = withTemplates({}, template);
    const wanted = desiredFrom('service', [service(), own], where);
    expect(hosts(wanted)).toEqual(['own.example.com']);
    expect(held(wanted)).toEqual(['*']);
    expect(onlyFinding(wanted)).toMatchObject({ reason: 'invalid', message: expect.stringContaining(message) });
  });
});

describe('routes', () => {
  const wild = gateway({ listeners: [listener({ hostname: '*.example.com' })] });
  const asked = (raw: unknown, rules: Partial<ObjectRules>, gateways = [wild]) => {
    const { context: where, needed } = around({ gateways });
    const settings = { ...where.settings, rules: { ...NO_RULES, ...rules } };
    return hosts(desiredFrom('gateway-httproute', [raw], { ...where, settings }, needed))
      .sort()
      .join(' ');
  };
  const templates = [parseTemplate('{{.Name}}-t.example.com')];
  const both = { hostnames: ['own.example.com'], annotations: { hostname: 'ann.example.com' } };

  it.each<[string, object, Partial<ObjectRules>, string]>([
    [
      'templates where the spec has no hostnames',
      { ...both, hostnames: [] },
      { templates },
      '*.example.com ann.example.com shop-t.example.com',
    ],
    ['none where it has', both, { templates }, 'ann.example.com own.example.com'],
    ['both, combined', both, { templates, combine: true }, 'ann.example.com own.example.com shop-t.example.com'],
    ['no annotation that is ignored', both, { ignoreAnnotation: true }, 'own.example.com'],
    [
      'no templates under annotation-only',
      { hostnames: [], annotations: { ...both.annotations, 'gateway-hostname-source': 'annotation-only' } },
      { templates },
      'ann.example.com',
    ],
    [
      'templates under defined-hosts-only',
      { hostnames: [], annotations: { ...both.annotations, 'gateway-hostname-source': 'defined-hosts-only' } },
      { templates },
      'shop-t.example.com',
    ],
    ['nothing that is filtered', both, { namespaces: ['other'] }, ''],
    [
      'what the labels select',
      { ...both, labels: { dns: 'x' } },
      { labels: [{ key: 'dns', operator: 'Exists', values: [] }] },
      'ann.example.com own.example.com',
    ],
  ])('%s', (_rule, parts, rules, expected) => {
    expect(asked(route(parts), rules)).toBe(expected);
    const { context: where } = around();
    const settings = { ...where.settings, rules: { ...NO_RULES, ...rules } };
    expect(asked(slimRoute(route(parts), { ...where, settings }), rules), 'what a watcher keeps').toBe(expected);
  });
});

describe('targets', () => {
  const within = (targetNets: string[], excludeTargetNets: string[] = []) => ruled({ targetNets, excludeTargetNets });
  const to = (...ips: string[]) => service({ annotations: { hostname: 'a.example.com' }, lb: ips.map(ip => ({ ip })) });
  const named = service({ annotations: { hostname: 'a.example.com' }, lb: [{ hostname: 'x.example.net' }] });
  it.each([
    [
      'within the nets',
      within(['203.0.113.0/24', '10.0.0.0/8']),
      to('203.0.113.5', '198.51.100.1', '10.9.9.9'),
      ['A 10.9.9.9 203.0.113.5'],
    ],
    [
      'not within the excluded',
      within([], ['203.0.113.128/25']),
      to('203.0.113.5', '203.0.113.200'),
      ['A 203.0.113.5'],
    ],
    ['of the family of the net', within(['2001:db8::/32']), to('2001:db8::1', '203.0.113.5'), ['AAAA 2001:db8::1']],
    ['names unless nets are asked for', within([], ['10.0.0.0/8']), named, ['CNAME x.example.net']],
    ['no names where they are', within(['10.0.0.0/8']), named, []],
    ['none, and the record is not wanted', within(['10.0.0.0/8']), to('203.0.113.5'), []],
  ])('%s', (_rule, where, object, expected) => {
    const wanted = read('service', object, where);
    expect(records(wanted)).toEqual(expected.map(each => `a.example.com ${each}`));
    expect(held(wanted)).toEqual([]);
    expect(reasons(wanted).every(reason => reason === 'filtered')).toBe(true);
  });

  it('but not those of the config: a load balancer that is not there yet is no reason to point elsewhere', () => {
    const where = ruled(rulesOfConfig('records: {defaultTargets: [192.0.2.50]}'));
    expect(read('service', to(), where).endpoints).toEqual([]);
    expect(held(read('service', to(), where))).toEqual(['a.example.com']);
  });
});
