import { isIP } from 'node:net';
import { apiVersion, type Kind } from './kinds.ts';
import type { KubernetesObject } from './objects.ts';
import { badRequest, invalid } from './status.ts';

const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const QUALIFIED =
  /^(?:(?=.{1,253}\/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const HOST = /^(?:\*\.)?[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const SERVICE_TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
/** All annotations together: https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/ */
const ANNOTATION_BYTES = 256 * 1024;

/**
 * Refuses what the API server of a real cluster refuses of the fields that fairlead looks at, in its words: a TTL without quotes, a
 * label with a blank, a misspelt type, a host in capitals. Throws StatusError: BadRequest, Invalid.
 */
export function validate(kind: Kind, object: KubernetesObject): void {
  const { labels, annotations, name = '' } = object.metadata;
  checkTexts(kind, 'labels', labels);
  checkTexts(kind, 'annotations', annotations);
  const faults = [
    ...keyFaults('labels', labels),
    ...Object.values(labels ?? {}).flatMap(labelFault),
    ...keyFaults('annotations', annotations),
    ...sizeFault(annotations),
    ...(kind.kind === 'Service' ? serviceFaults(object) : []),
    ...(kind.kind === 'Ingress' ? ingressFaults(object) : []),
    ...(kind.group === 'events.k8s.io' ? eventFaults(object) : []),
  ];
  if (faults.length > 0) throw invalid(kind.group ? `${kind.kind}.${kind.group}` : kind.kind, name, listed(faults));
}

const listed = (faults: readonly string[]) => (faults.length === 1 ? String(faults[0]) : `[${faults.join(', ')}]`);

const GO_KINDS: Readonly<Record<string, string>> = { number: 'number', boolean: 'bool', object: 'object' };

function checkTexts(kind: Kind, field: 'labels' | 'annotations', map: unknown): void {
  if (map === undefined || map === null) return;
  const isMap = typeof map === 'object' && !Array.isArray(map);
  const odd = isMap ? Object.values(map).find(value => typeof value !== 'string' && value !== null) : map;
  if (odd === undefined) return;
  const type = Array.isArray(odd) ? 'array' : (GO_KINDS[typeof odd] ?? 'string');
  const go = isMap ? 'string' : 'map[string]string';
  const what = `${kind.kind} in version "${apiVersion(kind).split('/').at(-1)}" cannot be handled as a ${kind.kind}`;
  throw badRequest(
    `${what}: json: cannot unmarshal ${type} into Go struct field ObjectMeta.metadata.${field} of type ${go}`,
  );
}

const keyFaults = (field: string, map: object | undefined) =>
  Object.keys(map ?? {})
    .filter(key => !QUALIFIED.test(field === 'annotations' ? key.toLowerCase() : key))
    .map(
      key =>
        `metadata.${field}: Invalid value: "${key}": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character, with an optional DNS subdomain prefix and '/'`,
    );

const labelFault = (value: string) =>
  LABEL_VALUE.test(value)
    ? []
    : [
        `metadata.labels: Invalid value: "${value}": a valid label must be an empty string or consist of at most 63 alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
      ];

function sizeFault(annotations: Readonly<Record<string, string>> | undefined): string[] {
  const bytes = Object.entries(annotations ?? {}).reduce(
    (sum, [key, value]) => sum + key.length + Buffer.byteLength(value),
    0,
  );
  return bytes > ANNOTATION_BYTES
    ? [`metadata.annotations: Too long: may not be more than ${ANNOTATION_BYTES} bytes`]
    : [];
}

function serviceFaults({ spec }: KubernetesObject): string[] {
  const { type } = (spec ?? {}) as { type?: unknown };
  if (type === undefined || SERVICE_TYPES.includes(String(type))) return [];
  return [
    `spec.type: Unsupported value: "${type}": supported values: ${SERVICE_TYPES.map(one => `"${one}"`).join(', ')}`,
  ];
}

function ingressFaults({ spec }: KubernetesObject): string[] {
  const { rules } = (spec ?? {}) as { rules?: unknown };
  if (!Array.isArray(rules)) return [];
  return rules.flatMap((rule, i) => {
    const host = (rule as { host?: unknown } | null)?.host;
    if (typeof host !== 'string' || host === '') return [];
    if (isIP(host) !== 0)
      return [`spec.rules[${i}].host: Invalid value: "${host}": must be a DNS name, not an IP address`];
    if (HOST.test(host) && host.length <= 253) return [];
    const rule1123 = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'";
    return [
      `spec.rules[${i}].host: Invalid value: "${host}": ${rule1123}, and must start and end with an alphanumeric character`,
    ];
  });
}

const EVENT_TEXTS: readonly [string, number][] = [
  ['reportingController', Number.POSITIVE_INFINITY],
  ['reportingInstance', 128],
  ['action', 128],
  ['reason', 128],
];
const NOTE_BYTES = 1024;
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/events.go */
function eventFaults(event: KubernetesObject): string[] {
  const { metadata, regarding, eventTime, type, note } = event as unknown as Record<string, unknown> & KubernetesObject;
  const textFaults = EVENT_TEXTS.flatMap(([field, most]) => {
    const value = event[field];
    if (typeof value !== 'string' || value === '') return [`${field}: Required value`];
    return value.length > most ? [`${field}: Invalid value: "": can have at most ${most} characters`] : [];
  });
  const { namespace } = (regarding ?? {}) as { namespace?: unknown };
  return [
    ...textFaults,
    ...(QUALIFIED.test(String(event.reportingController))
      ? []
      : ['reportingController: Invalid value: a qualified name']),
    ...(namespace === metadata.namespace
      ? []
      : ['involvedObject.namespace: Invalid value: does not match event.namespace']),
    ...(typeof eventTime === 'string' && MICRO_TIME.test(eventTime) ? [] : ['eventTime: Required value']),
    ...(type === 'Normal' || type === 'Warning' ? [] : ['type: Invalid value: has invalid value']),
    ...(Buffer.byteLength(String(note ?? '')) <= NOTE_BYTES
      ? []
      : [`note: Invalid value: "": can have at most ${NOTE_BYTES} bytes`]),
  ];
}
