import type { Command } from 'commander';

const EXIT_CODES = `
Exit codes:
  0  in step
  2  something is not published (or, for plan, changes are to be made)
  1  could not run
  plan --detailed-exitcode, as terraform: 0 nothing to change, 2 changes are to be made, 1 could not run;
  3 nothing to change, but something is not published`;

const ENVIRONMENT = `
Environment:
  AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, …  credentials and region, as the AWS CLI reads them
  AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_ROUTE_53, _EKS, _STS, _S3, _DYNAMODB  other endpoints, such as those that npm start prints
  FAIRLEAD_STATE_BUCKET  the state of a deployed stack (its output StateBucketName), where state.store names none
  FAIRLEAD_EVENT_BUS, FAIRLEAD_SERVICE  its event bus (output EventBusArn) and its name (fairlead-prod): what is changed is told there, too
  FAIRLEAD_DNS_SERVER  what doctor and explain --dns ask in place of this machine’s DNS servers: 192.0.2.1 or 192.0.2.1:53
  NO_COLOR, FORCE_COLOR, TERM=dumb  no colours, colours in a pipe as well, neither colours nor a progress line
  COLUMNS  the width, where there is no terminal that tells it (a pipe is as wide as it takes)`;

/** Each line: what is typed, and what it is for. */
const EXAMPLES: Readonly<Record<string, readonly (readonly [command: string, what: string])[]>> = {
  fairlead: [
    ['fairlead init', 'write a fairlead.yml'],
    ['fairlead plan', 'look at what would change'],
    ['fairlead sync', 'do it'],
    ['fairlead records --name "*.shop.example.com"', 'see what is there and whose it is'],
    ['fairlead doctor --stack fairlead-prod', 'find out what is wrong'],
  ],
  plan: [
    ['fairlead plan --detailed-exitcode --quiet', 'in CI: 2 where changes are to be made'],
    ['fairlead plan --output markdown', 'for a comment on a pull request'],
    ['fairlead plan --cluster prod-eu --watch 30', 'look again every 30 seconds'],
    ['fairlead plan --out plan.json', 'keep it, for sync --plan'],
    ['helm template shop | fairlead plan --with - --cluster prod-eu', 'before it is applied'],
  ],
  sync: [
    ['fairlead sync --cluster prod-eu', 'one cluster alone'],
    ['fairlead sync --plan plan.json', 'what plan --out has kept, or nothing'],
    ['fairlead sync --force --cluster old', 'remove what a cluster left that is no longer in the config'],
  ],
  init: [
    ['fairlead init', 'asks for what it needs'],
    ['fairlead init --cluster prod-eu --region eu-west-1 --domain example.com', 'asks nothing'],
    ['fairlead import-args deployment.yaml > fairlead.yml', 'instead: what an ExternalDNS does'],
  ],
  'import-args': [
    [
      'kubectl -n dns get deployment external-dns -o yaml | fairlead import-args - --cluster prod-eu',
      'of its Deployment',
    ],
    ['fairlead import-args --cluster prod-eu -- --source=service --txt-owner-id=k8s', 'of its arguments'],
  ],
  validate: [
    ['fairlead validate', 'in CI, before a change is merged: needs no credentials'],
    ['fairlead validate --json', 'with every default'],
  ],
  doctor: [
    ['fairlead doctor --stack fairlead-prod', 'with the queues of a deployed stack'],
    ['fairlead doctor --json', 'for a colleague: no secret is in it'],
  ],
  ui: [['fairlead ui --port 8080', 'at an address that stays the same but for its last part']],
  completion: [
    ['source <(fairlead completion bash)', 'in ~/.bashrc'],
    ['fairlead completion fish > ~/.config/fish/completions/fairlead.fish', 'for fish'],
  ],
  adopt: [['fairlead adopt www.example.com', 'a record made by hand, for which there is an object now']],
  transfer: [
    ['fairlead transfer --from default --names "*.shop.example.com"', 'from another owner, which was stopped'],
    ['fairlead transfer --from-prefix ""', 'after registry.prefix was set'],
    ['fairlead transfer --rekey', 'after registry.encryptionKey was changed'],
  ],
  'import-registry': [
    ['fairlead import-registry --table external-dns', 'look at what an ExternalDNS kept in DynamoDB, and take it over'],
    [
      'fairlead import-registry --from default --names "*.shop.example.com" --yes',
      'of another owner id, some names, without a question',
    ],
  ],
  release: [
    ['fairlead release www.example.com', 'to look after it by hand from now on'],
    ['fairlead release --cluster old', 'all that a cluster left'],
  ],
  explain: [
    ['fairlead explain shop.example.com', 'what stands, who asks, and why (not)'],
    ['fairlead explain shop.example.com --fresh --dns', 'read anew, and ask public DNS'],
  ],
  history: [
    ['fairlead history "*.shop.example.com" --since 2d', 'what changed, when, why and by which run'],
    ['fairlead history ingress/shop/web --json', 'of an object, for machines'],
  ],
  undo: [
    ['fairlead undo shop.example.com', 'put back what was changed last of it, and hold it there'],
    ['fairlead undo RUN --dry-run', 'what would be put back of all that a run did'],
    ['fairlead undo --release shop.example.com', 'let runs change it again'],
  ],
  'why-not': [['fairlead why-not ingress/shop/web --cluster prod-eu', 'each hostname of an object']],
  records: [
    ['fairlead records --owner "prod-*" --zone example.com', 'of some owners in a zone'],
    ['fairlead records --all --output name | sort', 'every name there is'],
  ],
};

/** They ask nobody, and so no variable counts. */
const OFFLINE: ReadonlySet<string> = new Set(['init', 'import-args', 'completion']);

/** Adds examples, exit codes and environment to what `--help` prints. */
export function addHelp(program: Command): void {
  program.addHelpText('after', () => `${examplesOf('fairlead')}\n${EXIT_CODES}\n${ENVIRONMENT}`);
  for (const command of program.commands) {
    const name = command.name();
    const codes = name === 'plan' || name === 'sync' ? `\n${EXIT_CODES}` : '';
    const environment = OFFLINE.has(name) ? '' : `\n${ENVIRONMENT}`;
    if (EXAMPLES[name]) command.addHelpText('after', () => `${examplesOf(name)}${codes}${environment}`);
  }
}

function examplesOf(name: string): string {
  const examples = EXAMPLES[name] ?? [];
  const width = Math.max(...examples.map(([command]) => command.length));
  return ['', 'Examples:', ...examples.map(([command, what]) => `  ${command.padEnd(width)}  # ${what}`)].join('\n');
}
