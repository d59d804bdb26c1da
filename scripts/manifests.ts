// `npm run manifests`: makes what the chart has of the table of sources and of the forwarder's settings (rules.yaml,
// values.schema.json) anew, and from the chart forwarder/manifests/forwarder.yaml, for those who don't use Helm.
import { readFile, writeFile } from 'node:fs/promises';
import { chartRules } from '../infra/chart-rules.ts';
import { chartSchema } from '../infra/chart-schema.ts';
import { renderChart } from './helm.ts';
import { prepareProgram } from './real/build.ts';
import { builtPath } from './real/programs.ts';
import { root } from './sls.ts';

const HEADER = `# The forwarder without Helm: made from forwarder/chart by "npm run manifests"; do not edit it here.
# Put your own names into forwarder.json and image of a copy, then
#   kubectl apply -f forwarder.yaml
# With filters.namespaces in forwarder.json it watches these namespaces alone, with the ClusterRole below or, instead of it, with
# the Roles that "helm template forwarder/chart --set filters.namespaces={…}" prints (templates/rbac.yaml).
# New settings need a new pod: kubectl -n fairlead rollout restart deployment fairlead-forwarder
apiVersion: v1
kind: Namespace
metadata:
  name: fairlead
  labels:
    pod-security.kubernetes.io/enforce: restricted
`;

/** The plain manifests. */
export async function manifests(helm: string): Promise<string> {
  const rendered = await renderChart(helm);
  return HEADER + rendered.replace(/^# Source: .*\n/gm, '');
}

if (import.meta.main) {
  await writeFile(`${root}forwarder/chart/rules.yaml`, chartRules());
  const schema = `${root}forwarder/chart/values.schema.json`;
  await writeFile(schema, chartSchema(await readFile(schema, 'utf8')));
  if (!(await prepareProgram('helm', console.error))) throw new Error('no Helm: install Go, with which it is built');
  await writeFile(`${root}forwarder/manifests/forwarder.yaml`, await manifests(builtPath('helm')));
}
