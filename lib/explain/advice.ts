import type { ClusterName, Finding, ObjectRef, Reason } from '../model/index.ts';
import { resourceOf } from '../model/index.ts';
import { IGNORE_FIELD } from '../sources/index.ts';
import { ruleOf } from './outcome.ts';

/** `kubectl` names an object so: `-n shop service/web`. */
const forKubectl = ({ kind, namespace, name }: ObjectRef) =>
  `-n ${namespace} ${kind === 'crd' ? 'dnsendpoint' : kind}/${name}`;

const look = ({ object }: Finding) =>
  object ? `kubectl describe ${forKubectl(object)} (cluster ${object.cluster})` : '';

const correct = (finding: Finding) => {
  const what = finding.field === undefined ? 'it' : finding.field;
  return finding.object
    ? `correct ${what} of ${resourceOf(finding.object)} in ${finding.object.cluster}`
    : `correct ${what}`;
};

const clusterOf = ({ object, cluster }: Finding) => object?.cluster ?? cluster;

const force = (finding: Finding) => {
  const cluster = clusterOf(finding);
  return `fairlead sync --force${cluster === undefined ? '' : ` --cluster ${cluster}`}`;
};

/** The one thing to do about what is told, by its reason. */
const ADVICE: Readonly<Partial<Record<Reason, (finding: Finding, unreached: ReadonlySet<ClusterName>) => string>>> = {
  filtered: finding =>
    finding.field === undefined
      ? 'change the setting of the config that leaves it out'
      : `change ${finding.field}, which leaves it out`,
  'no-target': finding =>
    finding.field === IGNORE_FIELD && finding.object
      ? `if runs may change it: take ${IGNORE_FIELD} off ${resourceOf(finding.object)} in ${finding.object.cluster}`
      : `wait for its load balancer, or see why it has none: ${look(finding)}`,
  invalid: correct,
  unsupported: finding => `take ${finding.field ?? 'what is not supported'} out of the object`,
  'no-zone': () => 'create a hosted zone for the name, or let the config select the one that is there (zones)',
  'not-owned': ({ name, owner }) => {
    // An ownership record's owner is somebody's text: what a shell could take for more stands in no command.
    if (owner !== undefined && !/^[\w.-]+$/.test(owner)) return 'see whose the record is: its owner has to give it up';
    if (name === undefined) return 'see whose the record is: fairlead records --all';
    return owner === undefined
      ? `if the object may have what stands there: fairlead adopt "${name}" --overwrite, and the next run makes of it what is asked for; if it may go: remove it in Route 53`
      : `if it is to be ours: stop what works as "${owner}", then fairlead transfer --from ${owner} --names "${name}"`;
  },
  conflict: finding =>
    `let one object alone ask for the name: who has it keeps it until it asks for it no longer${finding.object ? ` (${resourceOf(finding.object)} in ${finding.object.cluster} was refused)` : ''}`,
  'not-allowed': () => 'let a rule of claims allow it, or ask for a name that one allows',
  policy: () => 'set policy: sync, if runs may do that',
  frozen: ({ release, field, object, cluster }, unreached) => {
    if (release !== undefined) return `if runs may change or remove it: ${release}`;
    if (field !== undefined) return `if runs may change it: take it out of ${field} in the config`;
    const mend = 'make what could not be read readable (fairlead doctor says what mends it); the next run then decides';
    // Without an object it may be the text of an ownership record; and what answers is not gone.
    return object === undefined || cluster === undefined || !unreached.has(cluster)
      ? mend
      : `${mend}. If ${cluster} is gone for good: take it out of the config, then fairlead sync --force --cluster ${cluster}`;
  },
  held: finding => `if that is meant: ${force(finding)}`,
  grace: finding => `wait, or do it now: ${force(finding)}`,
  refused: finding =>
    `change what Route 53 refuses${finding.object ? ` in ${resourceOf(finding.object)} of ${finding.object.cluster}` : ''}; to try it again at once: ${force(finding)}`,
  deferred: () => 'wait for the next run, or run fairlead sync',
  unreadable: () =>
    'see that the role may read the hosted zone or the cluster: fairlead doctor says what is wrong, and what mends it',
};

/** @param unreached the clusters of which nothing could be read, as far as that is known */
export function adviceFor(finding: Finding, unreached: ReadonlySet<ClusterName> = new Set()): string {
  return ADVICE[finding.reason]?.(finding, unreached) ?? `see the reason (${ruleOf(finding)})`;
}
