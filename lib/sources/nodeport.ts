import { type DnsName, type Endpoint, readValue } from '../model/index.ts';
import { canonicalHostname, quoted } from './hostname.ts';
import { EVERY_NODE, selectedBy } from './joined.ts';
import type { Needed } from './needed.ts';
import type { Field } from './notes.ts';
import { annotationOf, at, type KubernetesObject, listAt } from './object.ts';
import { commonOf } from './publish.ts';
import { rulesOf } from './rules.ts';
import type { SourceSettings } from './settings.ts';

/**
 * The addresses of the nodes that take a NodePort Service's traffic: by the annotation `access`, without it the external
 * ones where any node has one. With the traffic policy Local, of the nodes only where its pods are, and of these the ones
 * with the readiest.
 */
export function nodeTargets(service: KubernetesObject, needed: Needed): Field[] {
  const { annotations, notes, spec } = service;
  const local = at(spec, 'externalTrafficPolicy') === 'Local' ? nodesWithPods(service, needed) : undefined;
  const nodes = needed
    .get('node', EVERY_NODE)
    .filter(({ name, unschedulable }) => !unschedulable && (local === undefined || local.has(name)));
  const external = nodes.flatMap(node => node.external);
  const internal = nodes.flatMap(node => node.internal);
  const access = annotationOf(annotations, 'access');
  if (access && access.text !== 'public' && access.text !== 'private') {
    notes.add('warning', access.field, `${quoted(access.text)} is ignored: write "public" or "private"`);
  }
  const isPublic = access?.text === 'public' || (access?.text !== 'private' && external.length > 0);
  const field = `the ${isPublic ? 'ExternalIP' : 'InternalIP'} addresses of the nodes`;
  return (isPublic ? external : internal).map(text => ({ text, field }));
}

function nodesWithPods(service: KubernetesObject, needed: Needed): Set<string> {
  const pods = needed
    .get('pod', service.notes.object.namespace)
    .filter(selectedBy(service))
    .filter(({ rank, node }) => rank > 0 && node !== undefined);
  const best = Math.max(0, ...pods.map(({ rank }) => rank));
  return new Set(pods.filter(({ rank }) => rank === best).map(({ node }) => node as string));
}

/** An SRV record for each port and protocol of a NodePort Service (RFC 2782): `_web._tcp.www.example.com`. */
export function portRecords(
  service: KubernetesObject,
  names: readonly DnsName[],
  settings: SourceSettings,
): Endpoint[] {
  if (!rulesOf(settings).types.includes('SRV')) return [];
  const common = commonOf(service);
  if (common === undefined) return [];
  const { spec, notes } = service;
  const ports = listAt(spec, 'ports', 'spec.ports', notes).flatMap(port => {
    const nodePort = at(port, 'nodePort');
    const protocol = String(at(port, 'protocol') ?? 'TCP').toLowerCase();
    return typeof nodePort === 'number' && nodePort > 0 ? [{ nodePort, protocol }] : [];
  });
  notes.pointsTo(new Set(ports.map(({ nodePort }) => nodePort)).size);
  const protocols = [...new Set(ports.map(({ protocol }) => protocol))];
  return names.flatMap(host =>
    protocols.flatMap(protocol => {
      const name = `_${notes.object.name}._${protocol}.${host}`;
      const read = canonicalHostname(name);
      const values = ports
        .filter(port => port.protocol === protocol)
        .map(({ nodePort }) => readValue('SRV', `0 50 ${nodePort} ${host}.`))
        .flatMap(value => ('value' in value ? [value.value] : []));
      if ('problem' in read) {
        notes.add('warning', 'spec.ports', `${host} has no SRV record: ${withoutSrv(name, host, read.problem)}`);
        return [];
      }
      if (values.length === 0) return [];
      return [{ name: read.name, type: 'SRV' as const, targets: [...new Set(values)].sort(), ...common }];
    }),
  );
}

/** Route 53 Developer Guide, "DNS domain name format": a * within a name is the character itself, and no host has it. */
const withoutSrv = (name: string, host: DnsName, problem: string) =>
  host.startsWith('*.') ? `in ${name} the * would be no wildcard, so no host would find it` : `of ${name}, ${problem}`;
