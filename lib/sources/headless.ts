import type { DnsName } from '../model/index.ts';
import { canonicalHostname } from './hostname.ts';
import { EVERY_NODE, selectedBy, sliceKey } from './joined.ts';
import type { Needed } from './needed.ts';
import type { Field } from './notes.ts';
import { annotationOf, at, type KubernetesObject } from './object.ts';
import type { Asked } from './publish.ts';
import { rulesOf } from './rules.ts';
import type { SourceSettings } from './settings.ts';

/** The names of a headless Service with the addresses of its pods, and `<pod's hostname>.<name>` with each pod's own. */
export function headlessTargets(
  service: KubernetesObject,
  names: readonly DnsName[],
  settings: SourceSettings,
  needed: Needed,
): Asked[] {
  const pods = podsBehind(service, settings, needed);
  service.notes.pointsTo(new Set(pods.flatMap(({ targets }) => targets.map(({ text }) => text))).size);
  const byName = new Map<DnsName, Field[]>();
  for (const name of names) {
    for (const { hostname, targets } of pods) {
      if (targets.length === 0) continue;
      put(byName, name, targets);
      if (hostname === undefined || name.startsWith('*.')) continue;
      const own = canonicalHostname(`${hostname}.${name}`);
      if ('name' in own) put(byName, own.name, targets);
      else {
        const host = { text: `${hostname}.${name}`, field: `spec.hostname of a pod` };
        service.notes.malformed(host, 'a hostname', own.problem);
      }
    }
    service.notes.asksFor(byName.keys());
  }
  return [...byName].map(([name, targets]) => ({ names: [name], targets }));
}

function put(map: Map<DnsName, Field[]>, name: DnsName, targets: readonly Field[]): void {
  const known = map.get(name);
  if (known) for (const target of targets) known.push(target);
  else map.set(name, [...targets]);
}

function podsBehind(service: KubernetesObject, settings: SourceSettings, needed: Needed) {
  const { annotations, notes, spec } = service;
  const { publishHostIp, publishNotReady } = rulesOf(settings).service;
  const notReady = publishNotReady || at(spec, 'publishNotReadyAddresses') === true;
  const type = annotationOf(annotations, 'endpoints-type')?.text;
  const nodes = new Map(
    (type === 'NodeExternalIP' ? needed.get('node', EVERY_NODE) : []).map(node => [node.name, node]),
  );
  const { namespace, name } = notes.object;
  const isSelected = selectedBy(service);
  const endpoints = needed.get('endpointslice', sliceKey(namespace, name)).flatMap(slice => slice.endpoints);
  return endpoints.flatMap(({ address, ready, pod: podName }) => {
    const [pod] = ready || notReady ? needed.get('pod', `${namespace}/${podName}`) : [];
    // A slice outlives for a moment that its pod is the Service's; one written by hand names any.
    if (pod === undefined || !isSelected(pod)) return [];
    const addresses = () => {
      if (pod.targets !== undefined) return pod.targets;
      if (type === 'NodeExternalIP') return nodes.get(pod.node ?? '')?.external ?? [];
      if (type === 'HostIP' || publishHostIp) return pod.hostIP === undefined ? [] : [pod.hostIP];
      return address === undefined ? [] : [address];
    };
    return [
      { hostname: pod.hostname, targets: addresses().map(text => ({ text, field: `pod/${namespace}/${podName}` })) },
    ];
  });
}
