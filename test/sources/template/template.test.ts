import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listFrom, parseTemplate, TemplateError } from '../../../lib/sources/template/index.ts';

const FIELDS = {
  Name: 'web-svc',
  Namespace: 'default',
  Kind: 'Service',
  Labels: { app: 'Shop_Front', 'dns.corp/tier': 'front', empty: '' },
  Annotations: { 'dns.corp/env': 'Prod', list: '[{"dns":"a.example.com"},{"dns":"b.example.com"}]' },
  Spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1', ports: [{ name: 'http', port: 80 }, { port: 443 }], zero: 0 },
  Status: undefined,
};

const made = (...templates: string[]) => listFrom(templates.map(parseTemplate), { fields: FIELDS, source: 'service' });

describe('templates make names as Go and ExternalDNS do', () => {
  test.each([
    ['{{.Name}}.{{.Namespace}}.example.com', 'web-svc.default.example.com'],
    ['{{ .Name }}.example.com.', 'web-svc.example.com'],
    ['b.example.com, a.example.com,,b.example.com', 'a.example.com b.example.com'],
    ['{{trimSuffix .Name "-svc"}}.x.com', 'web.x.com'],
    ['{{trimSuffix .Name ""}}.x.com', 'web-svc.x.com'],
    ['{{trimPrefix .Name "web-"}}.x.com', 'svc.x.com'],
    ['{{replace "_" "-" (index .Labels "app") | toLower}}.x.com', 'shop-front.x.com'],
    ['{{toLower (index .Annotations "dns.corp/env")}}.x.com', 'prod.x.com'],
    ['{{.Labels.app | toLower | printf "%s.%s.x.com" .Namespace}}', 'default.shop_front.x.com'],
    ['{{index .Labels "missing"}}x.com', 'x.com'],
    ['{{.Labels.missing}}x.com', 'x.com'],
    ['{{.Spec.ClusterIP}}', '10.0.0.1'],
    ['{{.Spec.Nothing.At.All}}x.com', 'x.com'],
    ['{{.Status.LoadBalancer}}x.com', 'x.com'],
    ['{{if eq .Spec.Type "LoadBalancer"}}lb{{else}}other{{end}}.x.com', 'lb.x.com'],
    ['{{if eq .Kind "Ingress" "Service"}}yes{{end}}', 'yes'],
    ['{{if and .Labels.app (not .Labels.empty)}}yes{{end}}', 'yes'],
    ['{{if or .Labels.empty .Spec.Zero}}yes{{else if .Name}}else-if{{else}}no{{end}}', 'else-if'],
    ['{{or .Labels.empty .Name}}', 'web-svc'],
    ['{{and .Labels.empty (index .Spec.Ports 9)}}x', 'x'],
    ['{{with .Labels.app}}{{.}}{{end}}', 'Shop_Front'],
    ['{{with .Labels.empty}}x{{else}}none{{end}}', 'none'],
    ['{{with $l := .Labels}}{{$l.app}}-{{$.Name}}{{end}}', 'Shop_Front-web-svc'],
    ['{{range .Spec.Ports}}p{{.Port}}.x.com,{{end}}', 'p443.x.com p80.x.com'],
    ['{{range $i, $p := .Spec.Ports}}{{if $i}},{{end}}{{$i}}-{{$p.Port}}{{end}}', '0-80 1-443'],
    ['{{range $p := .Spec.Ports}}{{if eq $p.Port 443}}{{break}}{{end}}{{$p.Port}}{{end}}', '80'],
    ['{{range .Spec.Ports}}{{if not .Name}}{{continue}}{{end}}{{.Name}}{{end}}', 'http'],
    ['{{range .Spec.Nothing}}x{{else}}empty{{end}}', 'empty'],
    ['{{range $k, $v := .Labels}}{{$k}};{{end}}', 'app;dns.corp/tier;empty;'],
    ['{{range $e := (index .Annotations "list" | fromJson)}}{{index $e "dns"}},{{end}}', 'a.example.com b.example.com'],
    ['{{fromJson "{"}}x', 'x'],
    ['{{$x := "a"}}{{if true}}{{$x = "b"}}{{end}}{{$x}}', 'b'],
    ['{{$x := "a"}}{{if true}}{{$x := "b"}}{{end}}{{$x}}', 'a'],
    ['a  {{- /* no */ -}}  b {{- .Kind -}} c', 'abServicec'],
    ['{{len .Spec.Ports}}-{{len .Name}}', '2-7'],
    ['{{slice .Name 0 3}}', 'web'],
    ['{{printf "%03d|%-4s|%.2s|%q|%x|%%" 7 "a" "abc" "q" 255}}', '007|a   |ab|"q"|ff|%'],
    ['{{print "a" "b" 1 2}}', 'ab1 2'],
    ['{{if contains .Name "svc"}}yes{{end}}', 'yes'],
    ['{{if hasKey .Labels "empty"}}yes{{end}}{{if hasKey .Labels "no"}}no{{end}}', 'yes'],
    ['{{if isSource "Service"}}yes{{end}}', 'yes'],
    ['{{if isIPv4 .Spec.ClusterIP}}4{{end}}{{if isIPv6 "2001:db8::1"}}6{{end}}', '46'],
    ['{{`raw "text"`}}', 'raw "text"'],
    ['{{"a\\"b"}}', 'a"b'],
    ['{{if lt 1 2}}a{{end}}{{if ge "b" "a"}}b{{end}}{{if ne .Name "x"}}c{{end}}', 'abc'],
    ['{{(index .Spec.Ports 1).Port}}', '443'],
    ['{{.Spec.Ports}}', '[map[name:http port:80] map[port:443]]'],
    ['{{if true}}{{else}}x{{end}}', ''],
  ])('%s → %s', (template, expected) => {
    expect(made(template).join(' ')).toBe(expected);
  });

  test('several templates are put together', () => {
    expect(made('b.x.com', '{{.Name}}.x.com,b.x.com')).toEqual(['b.x.com', 'web-svc.x.com']);
  });
});

describe('what is wrong is told with its place', () => {
  test.each([
    ['{{.Name', 'line 1, column 1: the action is not closed: end it with }}'],
    ['a\nb{{}}', 'line 2, column 2: the action is empty: write {{.Name}} or the like'],
    ['{{nope .Name}}', /^line 1, column 3: there is no function nope: there are and, /],
    ['{{if .Name}}x', 'line 1, column 1: {{if}} is not ended: write {{end}}'],
    ['{{if .Name}}x{{else}}y', 'line 1, column 1: {{if}} is not ended: write {{end}}'],
    ['{{end}}', 'line 1, column 1: {{end}} without an if, with or range before it'],
    ['{{else}}', 'line 1, column 1: {{else}} without an if, with or range before it'],
    ['{{break}}', 'line 1, column 1: {{break}} stands in no range'],
    ['{{define "x"}}{{end}}', 'line 1, column 1: {{define}} is not supported: write the text where it is used'],
    ['{{$x}}', 'line 1, column 3: the variable $x is not declared'],
    ['{{if true}}{{$x := 1}}{{end}}{{$x}}', 'line 1, column 32: the variable $x is not declared'],
    ['{{$x = 1}}', 'line 1, column 3: the variable $x is not declared: write :='],
    ['{{.Name "x"}}', 'line 1, column 3: only a function takes arguments'],
    ['{{.Name | .Kind}}', 'line 1, column 11: behind | a function is expected'],
    ['{{toLower (.Name}}', 'line 1, column 11: the bracket is not closed'],
    ['{{.Name)}}', 'line 1, column 8: ")" is not expected here'],
    ['{{"abc}}', 'line 1, column 3: the quoted text is not closed'],
    ['{{#}}', 'line 1, column 3: the character "#" is not expected here'],
    ['{{"\\y"}}', 'line 1, column 3: "\\y" has an escape that is not known'],
    ['{{toLower |}}', 'line 1, column 12: a value is missing'],
    ['{{eq len .Name}}', 'line 1, column 6: a function among arguments stands in brackets: (len .Spec.Ports)'],
    [`${'{{if true}}'.repeat(31)}`, 'line 1, column 331: more than 30 blocks within one another'],
    ['x'.repeat(10_001), 'line 1, column 1: it has 10001 characters, at most 10000 are allowed'],
  ])('%s', (template, message) => {
    expect(() => parseTemplate(template)).toThrow(message);
  });

  test.each([
    ['{{.Nmae}}', 'an object has no field Nmae: it has Name, Namespace, Kind, Labels, Annotations, Spec, Status'],
    ['{{.Name.First}}', 'line 1, column 3: a text has no field First'],
    ['{{index .Spec.Ports 2}}', 'line 1, column 3: index: there is no item 2 in a list of 2'],
    ['{{index .Spec.Ports "a"}}', 'index: a list is indexed by a number, not a text'],
    ['{{index .Name "a"}}', 'index: a text cannot be indexed by "a"'],
    ['{{toLower .Spec}}', 'toLower: a text is needed, not a map'],
    ['{{toLower .Name "x"}}', 'toLower: needs 1 argument, not 2'],
    ['{{eq 1 "1"}}', 'eq: a number and a text cannot be compared'],
    ['{{range .Name}}{{end}}', 'range goes over a list or a map, not over a text'],
    ['{{printf "%d" "x"}}', 'printf: %d does not fit a text'],
    ['{{printf "%s"}}', 'printf: %s has no argument'],
    ['{{printf "x" "y"}}', 'printf: has 1 more arguments than verbs'],
    ['{{slice .Name 5 3}}', 'slice: there is no part 5:3 of 7'],
    ['{{len 5}}', 'len: a number has no length'],
  ])('%s', (template, message) => {
    expect(() => made(template)).toThrow(message);
  });

  test('keys of the prototype are no fields', () => {
    expect(() => made('{{.constructor}}')).toThrow('has no field constructor');
    expect(made('{{.Labels.constructor}}x')).toEqual(['x']);
  });
});

describe('no object and no template costs without bound', () => {
  const big = { fields: { List: Array.from({ length: 50_000 }, () => 'x') }, source: 'service' };
  test.each([
    ['a result', '{{range .List}}0123456789{{end}}', 'more than 131072 characters'],
    ['a loop in a loop', '{{range .List}}{{range $.List}}{{end}}{{end}}', 'it costs too much'],
    ['a text that doubles', '{{$x := "x"}}{{range .List}}{{$x = print $x $x}}{{end}}', 'print: makes too long a text'],
    [
      'a replacement',
      '{{$x := "x"}}{{range slice .List 0 16}}{{$x = print $x $x}}{{end}}{{replace "" $x $x}}',
      'too long',
    ],
  ])('%s', (_, template, message) => {
    expect(() => listFrom([parseTemplate(template)], big)).toThrow(message);
  });
});

test('whatever is written, a template is parsed or refused with a place, and run or refused with one', () => {
  const words = fc.constantFrom(
    '{{',
    '}}',
    '{{-',
    ' -}}',
    'if ',
    'else',
    'end',
    'range ',
    'with ',
    '.Name',
    '.Spec',
    '$x',
    ':=',
    '|',
    '(',
    ')',
    '"a"',
    '1',
    'index ',
    'printf ',
    '"%d"',
    'len ',
    'print ',
    ' ',
    ',',
    '/*',
    '*/',
    'break',
    'eq ',
    '.',
    'x.com',
  );
  const input = { fields: FIELDS, source: 'service' };
  fc.assert(
    fc.property(fc.array(words, { maxLength: 25 }), parts => {
      try {
        listFrom([parseTemplate(parts.join(''))], input);
      } catch (error) {
        expect(error).toBeInstanceOf(TemplateError);
        expect((error as Error).message).toMatch(/^line \d+, column \d+: ./);
      }
    }),
    { numRuns: 5000 },
  );
});
