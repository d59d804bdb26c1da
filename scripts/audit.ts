// `npm run audit`: what is known against the packages that ship, as the registry tells. Ends with 1 for what is serious; where
// the registry has no such list, it says so and ends with 0.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The part of npm's report that is read. */
interface Report {
  readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
}

const SERIOUS = ['high', 'critical'];

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  encoding: 'utf8',
});

function reportIn(text: string): Report | undefined {
  try {
    const report = JSON.parse(text) as Report;
    return report.metadata?.vulnerabilities ? report : undefined;
  } catch {
    return undefined;
  }
}

const report = reportIn(stdout);
if (report === undefined) console.log('audit left out: the registry does not tell what is known against packages');
else {
  const serious = Object.entries(report.vulnerabilities ?? {}).filter(([, { severity }]) => SERIOUS.includes(severity));
  for (const [name, { severity, range }] of serious) console.log(`${severity}: ${name} ${range}`);
  console.log(`audit: ${serious.length} packages with serious faults`);
  process.exitCode = serious.length > 0 ? 1 : 0;
}
