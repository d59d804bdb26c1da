import { existsSync, writeFileSync } from 'node:fs';
import { parseConfig } from '../lib/config/index.ts';
import { printable } from '../lib/printable.ts';
import { ask } from './ask.ts';
import { command, EXIT, print } from './output.ts';

export interface InitFlags {
  readonly config: string;
  readonly cluster?: string;
  readonly region?: string;
  readonly owner?: string;
  readonly domain?: readonly string[];
}

interface Answers {
  readonly cluster: string;
  readonly region: string;
  readonly owner: string;
  readonly domains: string;
}

const QUESTIONS: readonly (readonly [key: keyof Answers, question: string, standard: string])[] = [
  ['cluster', 'Name of the EKS cluster', ''],
  ['region', 'Its region', ''],
  ['domains', 'Domains whose names are published (a, b, …)', ''],
  ['owner', 'Owner id in the ownership records (ExternalDNS: txt-owner-id)', 'fairlead'],
];

/** `fairlead init`: writes a fairlead.yml of what is asked, or given by flags; one that is there is never written over. */
export function runInit(flags: InitFlags): Promise<void> {
  return command({ color: false, config: flags.config }, async () => {
    const { config: file } = flags;
    if (existsSync(file))
      throw new Error(`${file} is there already: it is left as it is (--config names another file)`);
    const answers = await answered(flags);
    const text = configText(answers);
    // What would be refused later is refused before it is written.
    parseConfig(text, { file, env: process.env });
    writeFileSync(file, text, { flag: 'wx' });
    const next = [`fairlead validate --config ${file}`, `fairlead plan --config ${file}`];
    await print(printable(`wrote ${file}. Next:\n${next.map(line => `  ${line}`).join('\n')}`));
    return EXIT.inStep;
  });
}

/** Flags count; what they leave open is asked on a terminal. */
async function answered({ domain, ...flags }: InitFlags): Promise<Answers> {
  const given: Partial<Answers> = { ...flags, ...(domain && { domains: domain.join(', ') }) };
  const open = QUESTIONS.filter(([key]) => given[key] === undefined);
  const needed = open.filter(([, , standard]) => standard === '');
  if (needed.length > 0 && !process.stdin.isTTY) {
    const missing = needed.map(([key]) => `--${key === 'domains' ? 'domain' : key}`);
    throw new Error(`there is no terminal to ask on: give ${missing.join(', ')}`);
  }
  const answers: Record<keyof Answers, string> = { cluster: '', region: '', domains: '', owner: 'fairlead', ...given };
  if (!process.stdin.isTTY || open.length === 0) return answers;
  for (const [key, question, standard] of open) {
    const hint = standard === '' ? '' : ` [${standard}]`;
    const answer = await ask(`${question}${hint}: `);
    if (answer === undefined) throw new Error('no answer was given: nothing is written');
    answers[key] = answer || standard;
  }
  return answers;
}

const quotedList = (text: string) =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
    .map(item => JSON.stringify(item))
    .join(', ');

const configText = ({ cluster, region, owner, domains }: Answers) => `# Every key: docs/settings.md.

# Written into the ownership records; keep it as long as they live. To take over from ExternalDNS, its txt-owner-id.
owner: ${JSON.stringify(owner)}

clusters:
  - name: ${JSON.stringify(cluster)}
    region: ${JSON.stringify(region)}

zones:
  domains: [${quotedList(domains)}] # these names and everything under them

# The kinds of object that ask for records; also gateway, and crd (DNSEndpoint).
sources: [service, ingress]
`;
