import type { ClusterProbe } from '../cluster/index.ts';
import type { ClusterConfig, Config } from '../config/config.ts';
import { configsOf, ownerIdsOf } from '../config/index.ts';
import type { Check } from '../model/index.ts';
import { externalDnsIn, readArguments } from '../moving/index.ts';
import { describeLeft } from '../plan/index.ts';
import { reasonOf } from '../reason.ts';
import { firstAndCount } from '../shown.ts';
import { checksOf } from './check.ts';
import type { DoctorPorts } from './ports.ts';

/** A token is good for some minutes, and a signature for five: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
const CLOCK_MS = 60_000;

/** Each cluster: the way to it, what may be read of it, its clock, and what of ExternalDNS still runs there. */
export async function clusterChecks(config: Config, ports: DoctorPorts): Promise<Check[]> {
  const all = await Promise.all(config.clusters.map(cluster => oneCluster(cluster, config, ports)));
  return [...all.flat(), ...(await departed(config, ports))];
}

/** What clusters that are not in the config any more have left behind stays until a person says what is to become of it. */
async function departed(config: Config, ports: DoctorPorts): Promise<Check[]> {
  // That the state cannot be read, its own checks tell.
  const left = await ports.left().catch(() => []);
  const owners = ownerIdsOf(config);
  return left.map(one => {
    const { found, advice } = describeLeft(one, owners.has(one.owner));
    return checksOf('clusters', one.clusters.join(' or ')).doubt(found, advice);
  });
}

async function oneCluster(cluster: ClusterConfig, config: Config, ports: DoctorPorts): Promise<Check[]> {
  const { bad } = checksOf('clusters', cluster.name);
  const beganAt = ports.now();
  try {
    const probe = await ports.probe(cluster, config);
    return [
      ...answered(cluster, probe),
      ...clock(cluster, probe, beganAt, ports.now()),
      ...resources(cluster, probe),
      ...events(cluster, probe),
      ...others(cluster.name, ownersIn(config, cluster.name), probe),
    ];
  } catch (error) {
    const { found, remedy } = partsOf(reasonOf(error), cluster.name);
    return [bad(found, remedy)];
  }
}

/** An error of a cluster says what was found, and behind a semicolon what to do; its name stands before the check already. */
function partsOf(message: string, cluster: string): { found: string; remedy: string } {
  const [found = '', ...remedy] = message.split('; ');
  const label = `cluster ${cluster}: `;
  return {
    found: found.startsWith(label) ? found.slice(label.length) : found,
    remedy: remedy.join('; ') || 'look at the cluster with kubectl',
  };
}

function answered({ name }: ClusterConfig, { version, authenticationMode }: ClusterProbe): Check[] {
  const { ok, bad } = checksOf('clusters', name);
  const mode = authenticationMode === undefined ? '' : `, authentication mode ${authenticationMode}`;
  const found = ok(`the API server answers (${version ?? 'version not told'}${mode})`);
  if (authenticationMode !== 'CONFIG_MAP') return [found];
  return [
    found,
    bad(
      'its authentication mode is CONFIG_MAP: access entries do not count',
      `aws eks update-cluster-config --name ${name} --access-config authenticationMode=API_AND_CONFIG_MAP, or map the role in aws-auth`,
    ),
  ];
}

function clock({ name }: ClusterConfig, { serverTime }: ClusterProbe, from: number, to: number): Check[] {
  const { ok, doubt } = checksOf('clusters', name);
  if (serverTime === undefined) return [];
  // The server's time has no fractions of a second, and lies somewhere between the two.
  const off = Math.max(0, serverTime - to, from - serverTime - 1000);
  if (off < CLOCK_MS) return [ok('its clock and this one agree')];
  return [
    doubt(
      `its clock and this one are ${Math.round(off / 1000)} s apart`,
      'set this machine’s clock: signatures and tokens have a time in them',
    ),
  ];
}

function resources({ name }: ClusterConfig, { resources: looked }: ClusterProbe): Check[] {
  const { ok, bad } = checksOf('clusters', name);
  const of = (state: 'listed' | 'absent') =>
    [...looked].filter(([, found]) => found === state).map(([resource]) => resource);
  const absent = of('absent');
  return [
    ...(of('listed').length > 0 ? [ok(`can be listed: ${of('listed').join(', ')}`)] : []),
    ...(absent.length > 0 ? [ok(`not served there, so no objects: ${absent.join(', ')}`)] : []),
    ...[...looked].flatMap(([resource, found]) => {
      if (typeof found === 'string') return [];
      const { found: what, remedy } = partsOf(found.error, name);
      return [bad(`${resource}: ${what}`, remedy)];
    }),
  ];
}

const EVENTS_REMEDY =
  'npm run -s cluster-role -- fairlead.yml | kubectl apply -f -, or the option events.enabled=true of the forwarder’s chart; or take kubernetesEvents out of the config';

/** With `kubernetesEvents` the right to write them; nothing else of a run depends on it. */
function events({ name }: ClusterConfig, { events: right }: ClusterProbe): Check[] {
  const { ok, doubt, unknown } = checksOf('clusters', name);
  if (right === undefined) return [];
  if (right === 'allowed') return [ok('Events may be written on its objects')];
  if ('error' in right) return [unknown(`whether Events may be written on its objects is not known: ${right.error}`)];
  const where = right.denied.length === 0 ? 'on its objects' : `in the namespaces ${firstAndCount(right.denied, 5)}`;
  return [doubt(`Events may not be written ${where}: the role lacks create on events of events.k8s.io`, EVENTS_REMEDY)];
}

/** The owner ids of a cluster, in whatever view. */
const ownersIn = (config: Config, cluster: string) =>
  new Set(
    configsOf(config).flatMap(({ config: { clusters } }) =>
      clusters.filter(({ name }) => name === cluster).map(({ owner }) => owner),
    ),
  );

/** An ExternalDNS with our owner id takes our work for its own. */
function others(name: string, owners: ReadonlySet<string>, { deployments }: ClusterProbe): Check[] {
  const { ok, bad, doubt, unknown } = checksOf('clusters', name);
  if (!Array.isArray(deployments)) {
    const { error } = deployments as { readonly error: string };
    return [unknown(`whether an ExternalDNS runs there is not known: Deployments cannot be listed (${error})`)];
  }
  const running = deployments.filter(isRunning).flatMap(object => {
    return externalDnsIn(object).map(words => ({ where: whereOf(object), id: ownerIn(words) }));
  });
  const ours = running.filter(({ id }) => owners.has(id));
  if (ours.length > 0) {
    const remedy = ours.map(
      ({ where: { namespace, name } }) => `kubectl -n ${namespace} scale deployment ${name} --replicas 0`,
    );
    return [
      bad(
        `an ExternalDNS with the owner id "${ours[0]?.id}" runs there: each takes the other’s work for its own`,
        remedy.join('; '),
      ),
    ];
  }
  if (running.length === 0) return [ok('no ExternalDNS runs there')];
  return [
    doubt(
      `an ExternalDNS runs there with another owner id (${running.map(({ id }) => id).join(', ')}): its records are left alone`,
    ),
  ];
}

interface Deployment {
  readonly metadata?: { readonly namespace?: unknown; readonly name?: unknown };
  readonly spec?: { readonly replicas?: unknown };
}

const isRunning = (object: Deployment) => object.spec?.replicas !== 0;
const whereOf = ({ metadata }: Deployment) => ({
  namespace: String(metadata?.namespace),
  name: String(metadata?.name),
});

/** `default` where it is not set, as in ExternalDNS. */
const ownerIn = (words: readonly string[]) => readArguments(words).flags.get('txt-owner-id')?.at(-1) ?? 'default';
