import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '../../lib/config/index.ts';
import type { Wanted } from '../../lib/model/index.ts';
import { isNeededResource, placesOf, Reading, resourcesOf, sourceSettings } from '../../lib/sources/index.ts';
import { records } from './objects.ts';

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));
const config = loadConfig(`${folder}fairlead.yml`, {});

/** What the objects of a file ask for, what is needed before what asks. */
function wantedOf(file: string): Wanted {
  const objects = parseAllDocuments(readFileSync(folder + file, 'utf8')).map(document => document.toJS());
  const reading = new Reading(config.sources, { cluster: 'demo', settings: sourceSettings(config) });
  const all = resourcesOf(config.sources);
  for (const resource of [...all.filter(isNeededResource), ...all.filter(one => !isNeededResource(one))]) {
    const kinds = placesOf(resource).map(({ kind }) => kind);
    reading.page(
      resource,
      objects.filter(({ kind }) => kinds.includes(kind)),
    );
  }
  return reading.wanted();
}

const NLB = 'k8s-default-mywebapp-0123456789-abcdef0123456789.elb.eu-west-1.amazonaws.com';
const ALB = 'k8s-shop-shop-0123456789-1234567890.eu-west-1.elb.amazonaws.com';
const BLOG = 'k8s-default-blog-0123456789-9876543210.eu-west-1.elb.amazonaws.com';

const cases = {
  'my-webapp.yaml': [`my-webapp.example.com CNAME ${NLB}`],
  'shop.yaml': [`shop.example.com CNAME ${ALB}`, `pay.example.com CNAME ${ALB}`],
  'status-page.yaml': ['status.example.com A 203.0.113.10', 'status.example.com AAAA 2001:db8::10'],
  'gateway.yaml': ['account.example.com CNAME k8s-default-public-0123456789-5432109876.eu-west-1.elb.amazonaws.com'],
  'blog.yaml': [`blog.example.com CNAME ${BLOG}`],
};

describe('the examples show what their comments say', () => {
  it.each(Object.entries(cases))('%s', (file, expected) => {
    expect(records(wantedOf(file))).toEqual(expected);
  });

  it('and none is left out here', () => {
    expect(Object.keys(cases).sort()).toEqual(
      readdirSync(folder)
        .filter(file => file.endsWith('.yaml'))
        .sort(),
    );
  });

  it('the TTL of the status page is a minute', () => {
    expect(wantedOf('status-page.yaml').endpoints.map(({ ttl }) => ttl)).toEqual([60, 60]);
  });

  it('the slip in the blog is told, with object, field and reason', () => {
    const { findings, holds } = wantedOf('blog.yaml');
    expect(findings.map(({ message }) => message)).toEqual([
      'ingress/default/blog: metadata.annotations["external-dns.alpha.kubernetes.io/hostname"]: "https://www.blog.example.com/" is not a hostname: it is a URL or a path: give the name alone, without scheme and path',
    ]);
    expect(holds).toHaveLength(1);
  });
});
