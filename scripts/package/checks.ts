import assert from 'node:assert/strict';
import { join } from 'node:path';
import { templateFaults } from '../../infra/check-template.ts';
import { cfnLint } from '../python.ts';
import { root } from '../sls.ts';
import { bundleChecks } from './bundle.ts';
import { AUDIT_CHECKS, WEBHOOK_CHECKS } from './notices.ts';
import { FUNCTIONS, logicalId, type Package } from './open.ts';
import { RECONCILE_CHECKS } from './reconcile.ts';
import { VIEWS_CHECKS } from './views.ts';

/** A check throws when it does not hold, and may return a figure to be told. */
export type Check<T> = (made: T) => Promise<string | undefined>;
export type Checks<T> = Readonly<Record<string, Check<T>>>;

/** Templates that are deployed beside the stack. */
const TEMPLATES = ['eks-access', 'forwarder-access', 'drift-us-east-1', 'reader-role', 'zones-role', 'slack'].map(
  name => `infra/${name}.yml`,
);

const TEMPLATE_CHECKS: Checks<Package> = {
  'the template has no fault that sls lets pass': async ({ template, functions }) => {
    const zips = FUNCTIONS.map(name => [logicalId(name), Object.keys(functions[name].entries)]);
    assert.deepEqual(templateFaults(template, Object.fromEntries(zips)), []);
    return undefined;
  },
  'the templates satisfy cfn-lint': async ({ templatePath }) => {
    const said = await cfnLint([templatePath, ...TEMPLATES.map(path => join(root, path))]);
    assert.equal(said ?? '', '', said);
    return said === undefined ? 'left out: there is no cfn-lint on this machine' : undefined;
  },
};

/** Every check by what it says. */
export function checksOf({ functions }: Package): Checks<Package> {
  const { reconcile, webhook, audit } = functions;
  return {
    ...TEMPLATE_CHECKS,
    ...named('reconcile', { ...bundleChecks('reconcile'), ...RECONCILE_CHECKS }, reconcile),
    ...named('webhook', { ...bundleChecks('webhook'), ...WEBHOOK_CHECKS }, webhook),
    ...named('audit', { ...bundleChecks('audit'), ...AUDIT_CHECKS }, audit),
  };
}

/** Those that another config can make fail. */
export function viewsChecksOf(made: Package): Checks<Package> {
  const reconcile = named('reconcile', bundleChecks('reconcile'), made.functions.reconcile);
  return named('views', { ...TEMPLATE_CHECKS, ...reconcile, ...VIEWS_CHECKS }, made);
}

function named<T>(name: string, checks: Checks<T>, made: T): Checks<Package> {
  const entries = Object.entries(checks).map(([said, check]) => [`${name}: ${said}`, () => check(made)]);
  return Object.fromEntries(entries);
}
