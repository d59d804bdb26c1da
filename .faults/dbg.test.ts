import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { harness, brief } from '../test/support/harness.ts';
for (const f of ['apex--0.17.0--deleted-022.json','long-label-60-address--0.17.0.json','apex--prefix-dot--0.17.0--deleted-022.json'])
test(f, async () => {
  const life = JSON.parse(readFileSync(new URL('../test/fixtures/legacy/'+f, import.meta.url), 'utf8'));
  const text = JSON.stringify({ owner: 'arena', clusters: [{ name: 'prod', region: 'us-east-1' }], zones: { domains: ['example.com'] }, registry: { prefix: life.config.prefix, suffix: life.config.suffix, wildcardReplacement: life.config.wildcardReplacement }, records: { preferCname: life.config.preferCname === true } });
  const world = harness({ config: text, zones: life.zones, clusters: { prod: { objects: life.objects } } });
  console.log(world.json().map(brief));
  for (const step of [1,2,3]) { if (step === 2) world.clusters.prod!.objects = []; const r = await world.run({ force: true }); console.log(step, world.json().map(brief), r.findings.map(x => x.reason+' '+x.message)); }
});
