import { describe, expect, it } from 'vitest';
import { errorOf, FILE, MINIMAL, parse, problemsOf } from './files.ts';

const problem = (line: string) => problemsOf(MINIMAL + line);

describe('a refused value is named with its path and what is allowed', () => {
  it.each([
    ['owner: "a,b"', /^owner: "a,b" is not allowed: it stands in TXT records/],
    ['owner: "it\'s"', /^owner: /],
    ['owner: a=b', /^owner: /],
    ['owner: a b', /^owner: /],
    ['owner: "a\\nb"', /^owner: /],
    ['owner: "a\\\\b"', /^owner: /],
    ['owner: bücher', /^owner: .* ASCII/],
    ['owner: ""', /^owner: /],
    ['owner: 12', /^owner: must be text \(in quotes\), not 12$/],
    ['zones: {domains: example.com}', /^zones\.domains: must be a list, not "example\.com"$/],
    [
      'zones: {domains: [a.com, "ex ample.com"]}',
      /^zones\.domains\[1\]: "ex ample\.com" is not a domain: it contains a blank/,
    ],
    ['zones: {domains: ["*.example.com"]}', /^zones\.domains\[0\]: .*wildcard/],
    ['zones: {domains: [""]}', /^zones\.domains\[0\]: "" is not a domain: it is empty$/],
    ['zones: {domains: [null]}', /^zones\.domains\[0\]: must be text.*, not nothing$/],
    ['zones: {type: internal}', /^zones\.type: "internal" is not allowed: write one of public, private, any$/],
    ['zones: {freeze: [".a.com"]}', /^zones\.freeze\[0\]: "\.a\.com" is neither the name nor the id of a hosted zone/],
    ['zones: {freeze: true}', /^zones\.freeze: must be a list, not true$/],
    ['sharing: all', /^sharing: "all" is not allowed: write one of first, merge, weighted, or a list of rules/],
    ['sharing: {mode: merge}', /^sharing: a map is not allowed: write one of first, merge, weighted, or a list/],
    ['sharing: [{domains: [a.com], mode: all}]', /^sharing\[0\]\.mode: "all" is not allowed: write one of first, /],
    ['sharing: [{domains: [], mode: merge}]', /^sharing\[0\]\.domains: is empty: at least one is needed$/],
    [
      'sharing: [{domain: [a.com], mode: merge, domains: [a.com]}]',
      /^sharing\[0\]\.domain: is not a known key: did you/,
    ],
    ['sharing: merge\nregistry: {type: noop}\npolicy: upsert-only', /^sharing: merge needs ownership records/],
    ['claims: {}', /^claims: must be a list, not a map$/],
    ['claims: [{domains: ["*.a.com"]}]', /^claims\[0\]\.domains\[0\]: .*wildcard/],
    ['claims: [{}, {types: [LOC]}]', /^claims\[1\]\.types\[0\]: "LOC" is not allowed: write one of A, AAAA/],
    ['claims: [{namespaces: [Shop]}]', /^claims\[0\]\.namespaces\[0\]: "Shop" is not allowed: .* lower case/],
    ['claims: [{clusters: "prod"}]', /^claims\[0\]\.clusters: must be a list/],
    ['claims: [{wildcards: true}]', /^claims\[0\]\.wildcards: is not a known key: did you mean "wildcard"\?$/],
    ['claims: [{apex: 1}]', /^claims\[0\]\.apex: must be true or false, not 1$/],
    ['zones: {ids: [z1-x]}', /^zones\.ids\[0\]: "z1-x" is not a hosted zone id/],
    ['zones: {externalId: abc}', /^zones\.externalId: is given to a role: add roleArn/],
    ['zones: {roleArn: fairlead}', /^zones\.roleArn: "fairlead" is not allowed: write the ARN of a role/],
    ['sources: []', /^sources: is empty: at least one is needed$/],
    [
      'sources: [pod]',
      /^sources\[0\]: "pod" is not allowed: write one of service, ingress, gateway-httproute, .*, crd, .*gateway, dnsendpoint$/,
    ],
    ['policy: Sync', /^policy: "Sync" is not allowed: write one of sync, upsert-only, create-only$/],
    ['annotationPrefixes: [example.com]', /^annotationPrefixes\[0\]: "example\.com" is not allowed: .* slash/],
    ['annotationPrefixes: []', /^annotationPrefixes: is empty/],
    ['hostnames: {fromServiceName: yes}', /^hostnames\.fromServiceName: must be true or false, not "yes"$/],
    ['records: {types: []}', /^records\.types: is empty/],
    [
      'records: {types: [LOC]}',
      /^records\.types\[0\]: "LOC" is not allowed: write one of A, AAAA, CNAME, TXT, MX, SRV/,
    ],
    ['records: {excludeTypes: [A, AAAA, CNAME]}', /^records\.excludeTypes: leaves no type: /],
    ['records: {minTtl: -1}', /^records\.minTtl: -1 is not a TTL: write 0 to 2147483647 seconds/],
    ['records: {targetNets: [10.0.0.0]}', /^records\.targetNets\[0\]: "10\.0\.0\.0" is not a range of addresses/],
    ['records: {excludeTargetNets: x}', /^records\.excludeTargetNets: must be a list/],
    ['records: {defaultTargets: ["a b"]}', /^records\.defaultTargets\[0\]: "a b" is neither an address nor a hostname/],
    [
      'zones: {domainRegex: "("}',
      /^zones\.domainRegex: "\(" is not a regular expression \(RE2\): .*missing closing \)/,
    ],
    ['zones: {excludeDomainRegex: "(?=a)"}', /^zones\.excludeDomainRegex: "\(\?=a\)" is not a regular expression/],
    ['zones: {tags: {team: 1}}', /^zones\.tags\.team: must be text/],
    [
      'hostnames: {templates: ["{{.Name"]}',
      /^hostnames\.templates\[0\]: "\{\{\.Name" is not a template: line 1, column 1: the action is not closed/,
    ],
    [
      'hostnames: {targetTemplates: ["{{x}}"]}',
      /^hostnames\.targetTemplates\[0\]: "\{\{x\}\}" is not a template: line 1, column 3: there is no function x/,
    ],
    ['filters: {labels: "a in b"}', /^filters\.labels: "a in b" is not a selector: behind in a list is expected/],
    ['filters: {annotations: "=b"}', /^filters\.annotations: "=b" is not a selector: a key is missing/],
    [
      'filters: {namespaces: [Shop]}',
      /^filters\.namespaces\[0\]: "Shop" is not allowed: write the name of a namespace/,
    ],
    ['ingress: {classes: ["a b"]}', /^ingress\.classes\[0\]: "a b" is not allowed/],
    [
      'service: {types: [Headless]}',
      /^service\.types\[0\]: "Headless" is not allowed: write one of ClusterIP, ExternalName/,
    ],
    ['records: {ttl: 0}', /^records\.ttl: 0 is not a TTL: write 1 to 2147483647 seconds/],
    ['records: {ttl: 2147483648}', /^records\.ttl: 2147483648 is not a TTL/],
    ['records: {ttl: 1.5}', /^records\.ttl: 1\.5 is not a TTL/],
    ['records: {ttl: soon}', /^records\.ttl: "soon" is not a TTL/],
    ['records: {ttl: []}', /^records\.ttl: must be a number of seconds or a duration/],
    ['registry: {prefix: "a b"}', /^registry\.prefix: "a b" makes no valid name/],
    ['registry: {prefix: "."}', /^registry\.prefix: "\." makes no valid name .* empty label/],
    ['registry: {prefix: "%{type}."}', /^registry\.prefix: "%\{type\}\." makes no valid name/],
    ...['%{record_type}', 'x%{record_type}', 'x.%{record_type}'].map((prefix): [string, RegExp] => [
      `registry: {prefix: "${prefix}"}`,
      /^registry\.prefix: .* no separator between %\{record_type\} and the hostname.*%\{record_type\}-$/,
    ]),
    ...['%{record_type}', '%{record_type}-x'].map((suffix): [string, RegExp] => [
      `registry: {suffix: "${suffix}"}`,
      /^registry\.suffix: .* no separator between %\{record_type\} and the hostname.*-%\{record_type\}$/,
    ]),
    ['registry: {suffix: "-"}', /^registry\.suffix: "-" makes no valid name .* hyphen/],
    ['registry: {type: noop}', /^registry\.type: keeps no ownership, .*: set policy to upsert-only or create-only$/],
    ['registry: {type: dynamodb}', /^registry\.type: "dynamodb" is not allowed: write one of txt, noop$/],
    // What was written may be the key itself.
    ...['0123456789abcdef0123456789abcdef', '"env:"', '"env:A B"', '12', '{env: NAME}'].map((key): [string, RegExp] => [
      `registry: {encryptionKey: ${key}}`,
      /^registry\.encryptionKey: (?!.*(0123|A B|12)).*env:NAME, ssm:NAME or secretsmanager:NAME/,
    ]),
    ['registry: {encryptionKey: [env:A, s3cret]}', /^registry\.encryptionKey: (?!.*s3cret).*env:NAME/],
    ['registry: {encryptionKey: []}', /^registry\.encryptionKey: .*env:NAME/],
    ['registry: {encryptionKey: [plain]}', /^registry\.encryptionKey: names no key: leave it out/],
    ['registry: {wildcardReplacement: "*"}', /^registry\.wildcardReplacement: "\*" is not allowed/],
    ['registry: {wildcardReplacement: a.b}', /^registry\.wildcardReplacement: "a\.b" is not allowed/],
    ['state: {store: ""}', /^state\.store: "" is not a store: write "memory", "s3:\/\/bucket\/prefix"/],
    ['state: {store: "s3:bucket"}', /^state\.store: "s3:bucket" is not an S3 location/],
    ['state: {store: "s3://Bucket/x"}', /^state\.store: "s3:\/\/Bucket\/x" is not an S3 location/],
    ['state: {store: "gs://bucket"}', /^state\.store: "gs:\/\/bucket" is not a store/],
    ['state: {store: ~/state}', /^state\.store: "~\/state" is not a store/],
    ['state: {refresh: 5d}', /^state\.refresh: "5d" is not a duration: write seconds, or a duration such as "15m"/],
    ['state: {refresh: -1}', /^state\.refresh: -1 is not a duration/],
    ['guard: {deleteAfter: -5m}', /^guard\.deleteAfter: "-5m" is not a duration/],
    ['guard: {maxDeletes: 5}', /^guard\.maxDeletes: must be a map with the keys count and percent, not 5$/],
    ['guard: {maxDeletes: {count: -1}}', /^guard\.maxDeletes\.count: is -1, it must be at least 0$/],
    ['guard: {maxDeletes: {count: 1.5}}', /^guard\.maxDeletes\.count: must be a whole number, not 1\.5$/],
    ['guard: {maxDeletes: {percent: 101}}', /^guard\.maxDeletes\.percent: is 101, it must be at most 100$/],
    ['shards: [{name: eu}]', /^shards\[0\]\.clusters: /],
    [
      'shards: [{name: eu, clusters: [nowhere-*]}]',
      /^shards\[0\]\.clusters\[0\]: "nowhere-\*" fits none of the clusters$/,
    ],
    ['limits: {hostnamesPerObject: 0}', /^limits\.hostnamesPerObject: is 0, it must be at least 1$/],
    ['limits: {targetsPerObject: 401}', /^limits\.targetsPerObject: is 401, it must be at most 400$/],
    ['budget: {requestsPerSecond: 0}', /^budget\.requestsPerSecond: is 0, it must be more than 0$/],
    ['budget: {requestsPerSecond: 1001}', /^budget\.requestsPerSecond: is 1001, it must be at most 1000$/],
    ['budget: {requestsPerSecond: .nan}', /^budget\.requestsPerSecond: must be a number, not NaN$/],
    ['guard: {maxDeletes: 20%}', /^guard\.maxDeletes: must be a map with the keys count and percent, not "20%"$/],
    ['guard: {maxDeletes: {count: 20%}}', /^guard\.maxDeletes\.count: must be a number, not "20%": .* key percent/],
    ['budget: {burst: 0}', /^budget\.burst: is 0, it must be at least 1$/],
  ])('%s', (line, message) => {
    expect(problem(line)).toEqual([expect.stringMatching(message)]);
  });
});

describe('a cluster is refused', () => {
  it.each([
    ['none at all', '{}', /^clusters: is missing: it must be a list$/],
    ['an empty list', 'clusters: []', /^clusters: is empty: name at least one cluster$/],
    ['without a name', 'clusters: [{region: eu-west-1}]', /^clusters\[0\]\.name: is missing: it must be text$/],
    [
      'with a blank in its name',
      'clusters: [{name: a b, region: eu-west-1}]',
      /^clusters\[0\]\.name: "a b" is not allowed/,
    ],
    ['without any region', 'clusters: [{name: a}]', /^clusters\[0\]: needs a region \(here or as AWS_REGION/],
    [
      'with an impossible region',
      'clusters: [{name: a, region: Ireland}]',
      /^clusters\[0\]\.region: "Ireland" is not allowed/,
    ],
    [
      'with region and kubeconfig',
      'clusters: [{name: a, region: eu-west-1, kubeconfig: k}]',
      /^clusters\[0\]\.region: is for EKS/,
    ],
    [
      'with a name in EKS and kubeconfig',
      'clusters: [{name: a, eksName: b, kubeconfig: k}]',
      /^clusters\[0\]\.eksName: is for EKS/,
    ],
    [
      'with a name that EKS does not know',
      'clusters: [{name: a, eksName: prod.eu, region: eu-west-1}]',
      /^clusters\[0\]\.eksName: "prod\.eu" is not allowed/,
    ],
    [
      'with role and kubeconfig',
      'clusters: [{name: a, roleArn: "arn:aws:iam::111122223333:role/x", kubeconfig: k}]',
      /^clusters\[0\]\.roleArn: is for EKS/,
    ],
    [
      'with an impossible role',
      'clusters: [{name: a, region: eu-west-1, roleArn: "arn:aws:iam::1:role/x"}]',
      /^clusters\[0\]\.roleArn: /,
    ],
    [
      'with an external id alone',
      'clusters: [{name: a, region: eu-west-1, externalId: abc}]',
      /^clusters\[0\]\.externalId: is given to a role/,
    ],
    [
      'with a context alone',
      'clusters: [{name: a, region: eu-west-1, context: c}]',
      /^clusters\[0\]\.context: is found in a kubeconfig/,
    ],
    ['with an empty kubeconfig', 'clusters: [{name: a, kubeconfig: ""}]', /^clusters\[0\]\.kubeconfig: /],
    [
      'named as another',
      'clusters: [{name: a, region: eu-west-1}, {name: a, region: eu-west-2}]',
      /^clusters\[1\]\.name: "a" is the name of clusters\[0\] too/,
    ],
    [
      'of one EKS cluster',
      'clusters: [{name: a, eksName: prod, region: eu-west-1}, {name: prod, region: eu-west-1}]',
      /^clusters\[1\]: "prod" is the EKS cluster "prod" in eu-west-1, as clusters\[0\], "a", is: .*remove one/,
    ],
    [
      'of one EKS cluster in two roles of its account',
      'clusters: [{name: a, eksName: p, region: eu-west-1, roleArn: "arn:aws:iam::111122223333:role/x"}, {name: b, eksName: p, region: eu-west-1, roleArn: "arn:aws:iam::111122223333:role/y"}]',
      /^clusters\[1\]: "b" is the EKS cluster "p" in eu-west-1 of the account 111122223333, as clusters\[0\], "a", is/,
    ],
    [
      'of one context',
      'clusters: [{name: a, kubeconfig: ./k, context: c}, {name: b, kubeconfig: k, context: c}]',
      /^clusters\[1\]: "b" is the context "c" of the kubeconfig k, as clusters\[0\], "a", is/,
    ],
    ['that is no map', 'clusters: [demo]', /^clusters\[0\]: must be a map of keys, not "demo"$/],
  ])('%s', (_rule, text, message) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    'clusters: [{name: a, eksName: p, region: eu-west-1}, {name: b, eksName: p, region: eu-west-2}]',
    'clusters: [{name: a, eksName: p, region: eu-west-1, roleArn: "arn:aws:iam::111122223333:role/x"}, {name: b, eksName: p, region: eu-west-1, roleArn: "arn:aws:iam::111122223334:role/x"}]',
    'clusters: [{name: a, kubeconfig: k, context: c}, {name: b, kubeconfig: k, context: d}, {name: c, kubeconfig: k}]',
  ])('of one name in EKS and another region, account or context is not refused: %s', text => {
    expect(parse(text).clusters.length).toBeGreaterThan(1);
  });

  it('with a kubeconfig on Lambda', () => {
    const problems = problemsOf('clusters: [{name: a, kubeconfig: k}]', { onLambda: true });
    expect(problems).toEqual([expect.stringMatching(/^clusters\[0\]\.kubeconfig: works in the terminal only/)]);
  });

  it('when AWS_REGION is empty', () => {
    expect(problemsOf('clusters: [{name: a}]', { env: { AWS_REGION: '' } })).toHaveLength(1);
  });
});

describe('keys that exclude or need each other', () => {
  it.each([
    ['registry: {prefix: a-, suffix: -b}', /^registry\.suffix: excludes a prefix/],
    ['hostnames: {fromServiceName: true}', /^hostnames\.fromServiceName: makes names in each of zones\.domains/],
    [
      'zones: {domains: [a.com], excludeDomains: [b.com, a.com]}',
      /^zones\.excludeDomains\[1\]: "a\.com" is among zones\.domains too/,
    ],
  ])('%s', (line, message) => {
    expect(problem(line)).toEqual([expect.stringMatching(message)]);
  });
});

describe('an unknown key', () => {
  it.each([
    ['a letter too few', 'polcy: sync', 'polcy: is not a known key: did you mean "policy"?'],
    ['two letters swapped', 'onwer: a', 'onwer: is not a known key: did you mean "owner"?'],
    [
      'other punctuation',
      'annotation-prefixes: []',
      'annotation-prefixes: is not a known key: did you mean "annotationPrefixes"?',
    ],
    [
      'deep down',
      'guard: {maxDeletes: {cuont: 1}}',
      'guard.maxDeletes.cuont: is not a known key: did you mean "count"?',
    ],
    ['without a value', 'zones: {domian: }', 'zones.domian: is not a known key: did you mean "domains"?'],
    [
      'nothing near',
      'budget: {colour: red}',
      'budget.colour: is not a known key: allowed are requestsPerSecond, burst',
    ],
    ['a flag of ExternalDNS', 'txt-owner-id: a', "txt-owner-id: is ExternalDNS's: here it is owner"],
    ['such a flag as a key of its chart', 'txtOwnerId: a', "txtOwnerId: is ExternalDNS's: here it is owner"],
    [
      'such a flag, wherever',
      'zones: {domain-filter: [a.com]}',
      "domain-filter: is ExternalDNS's: here it is zones.domains",
    ],
    [
      'such a flag without a key',
      'interval: 1m',
      "is ExternalDNS's: it is no key of this file: `schedule` in serverless.yml",
    ],
    ['a key of another place', 'ttl: 60', 'ttl: is not a key of this place: write it as records.ttl'],
    ['a key that is no word', '"a b": 1', '["a b"]: is not a known key: allowed are owner'],
    ['__proto__', 'budget: {__proto__: {}}', 'budget.__proto__: is not a known key'],
  ])('%s', (_rule, line, message) => {
    expect(problem(line)).toEqual([expect.stringContaining(message)]);
  });

  it('in a cluster', () => {
    expect(problemsOf('clusters: [{name: a, regoin: eu-west-1}]', { env: { AWS_REGION: 'eu-west-1' } })).toEqual([
      'clusters[0].regoin: is not a known key: did you mean "region"?',
    ]);
  });
});

describe('all problems are told at once', () => {
  const text = [
    'owner: a b', // 1
    'clusters:', // 2
    '  - name: a', // 3
    '    externalId: abc', // 4
    '  - kubeconfig: k', // 5
    'zones:', // 6
    '  domains:', // 7
    '    - example.com', // 8
    '    - example..com', // 9
    '  tpye: any', // 10
    '  nope: 1', // 11
    'registry: {prefix: a, suffix: b}', // 12
  ].join('\n');

  it('one a line, with file, line and column, in the order of the file', () => {
    expect(
      errorOf(text)
        .message.split('\n')
        .map(line => line.split(': ').slice(0, 2).join(' ')),
    ).toEqual([
      `${FILE}:1:1 owner`,
      `${FILE}:3:5 clusters[0]`,
      `${FILE}:4:5 clusters[0].externalId`,
      `${FILE}:5:5 clusters[1].name`,
      `${FILE}:9:7 zones.domains[1]`,
      `${FILE}:10:3 zones.tpye`,
      `${FILE}:11:3 zones.nope`,
      `${FILE}:12:23 registry.suffix`,
    ]);
  });
});

describe('a file that is no config', () => {
  it.each([
    ['an empty one', '', /must be a map of keys, of which "clusters" is needed; it is nothing/],
    ['comments alone', '# nothing yet\n', /must be a map of keys/],
    ['a list', '- a', /it is a list/],
    ['a text', 'hello', /it is "hello"/],
    ['two documents', 'a: 1\n---\nb: 2', /:2:1: holds several documents/],
    ['a bracket left open', 'clusters: [a', /:1:13: has a bracket before it that is not closed$/],
    ['a quote left open', 'owner: "a', /:1:10: lacks a character, such as a closing bracket or quote/],
    ['two colons', 'owner: a: b', /:1:8: has two colons in one line: put a text that contains ": " in quotes$/],
    ['an indentation of its own', 'zones:\n  type: any\n ids: []', /:3:1: is indented otherwise/],
    ['a reserved character', 'owner: @x', /:1:8: begins with a character that means something in YAML: .* quotes/],
    [
      'a key twice',
      `${MINIMAL}policy: sync\npolicy: sync`,
      /:3:1: is a key that stands here a second time: put the two together$/,
    ],
    ['a tab for indentation', 'zones:\n\tdomains: []', /:2:1: is indented with a tab: YAML takes blanks only$/],
    ['an unknown tag', 'owner: !env OWNER', /:1:8: is not YAML: Unresolved tag/],
    ['a wildcard without quotes', 'owner: *nobody', /:1:8: "\*nobody" must stand in quotes: YAML takes/],
    ['an alias that contains itself', 'a: &a [*a]', /an alias contains itself/],
    [
      'a bomb of aliases',
      `${['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefgh'].map((line, i) => (i === 0 ? line : `${line}: &${line} [${Array(9).fill(`*${'abcdefgh'[i - 1]}`)}]`)).join('\n')}`,
      /alias/i,
    ],
  ])('%s', (_rule, text, message) => {
    const error = errorOf(text);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(FILE);
  });
});

it('aliases may spare repetition', () => {
  const text = 'clusters:\n  - {name: a, region: &region eu-west-1}\n  - {name: b, region: *region}\nowner: a b';
  expect(problemsOf(text)).toEqual([expect.stringContaining('owner')]);
});
