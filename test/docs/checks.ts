import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { readTrigger } from '../../functions/reconcile/event.ts';
import { readSettings } from '../../infra/settings.ts';
import { ROOT } from './pages.ts';

const yaml = (path: string) => parse(readFileSync(`${ROOT}${path}`, 'utf8'), { logLevel: 'silent' });
const serverless = yaml('serverless.yml');
const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));

/** Whether the machine has a program. */
export const hasProgram = (name: string) => spawnSync('which', [name]).status === 0;

/** The values of an option, whichever way it is written. */
function valuesOf(words: readonly string[], ...options: readonly string[]): string[] {
  return words.flatMap((word, i) => {
    const [name = '', ...rest] = word.split('=');
    if (!options.includes(name)) return [];
    return rest.length > 0 ? [rest.join('=')] : [words[i + 1] ?? ''];
  });
}

const pairOf = (text: string) => [text.replace(/=.*/s, ''), text.replace(/^[^=]*=/s, '')] as const;

/** An `npm` command: what is run is there. */
export function checkNpm(words: readonly string[]): void {
  const [command = '', ...rest] = words.slice(1);
  if (command === 'ci') return;
  const [script] = command === 'run' ? rest.filter(word => !word.startsWith('-')) : [command];
  expect(Object.keys(scripts)).toContain(script);
}

const SLS: Readonly<Record<string, readonly string[]>> = {
  deploy: ['--stage', '--region', '--param'],
  'deploy function': ['--stage', '--region', '-f'],
  invoke: ['--stage', '--region', '-f', '-d'],
  remove: ['--stage', '--region'],
};

/** An `sls` command: its options, parameters and functions are there; `whole`: it finds the stack. */
export function checkSls(words: readonly string[], whole: boolean): void {
  const command = words.slice(2).join(' ').replace(/ -.*/, '').replace(/^-.*/, '');
  expect(Object.keys(SLS)).toContain(command);
  const options = words.slice(3).filter(word => /^--?[a-z]/.test(word));
  expect(SLS[command]).toEqual(expect.arrayContaining(options.map(option => option.replace(/=.*/, ''))));
  if (whole) expect(options).toEqual(expect.arrayContaining(['--stage', '--region']));
  readSettings({ ...serverless.params.default, ...Object.fromEntries(valuesOf(words, '--param').map(pairOf)) });
  for (const name of valuesOf(words, '-f')) expect(Object.keys(serverless.functions.at(-1))).toContain(name);
  for (const payload of valuesOf(words, '-d'))
    expect(readTrigger(JSON.parse(payload), { clusters: ['prod-eu'], shards: [] })).toMatchObject({ by: 'manual' });
}

/** `aws cloudformation deploy`: the template, each parameter that it needs and none that it has not, and what it asks for. */
export function checkTemplate(words: readonly string[]): void {
  const [file = ''] = valuesOf(words, '--template-file');
  expect(existsSync(`${ROOT}${file}`), file).toBe(true);
  const { Parameters, Resources } = yaml(file);
  expect(words).toContain('--region');
  const given = words.slice(words.indexOf('--parameter-overrides') + 1).map(word => pairOf(word)[0]);
  expect(Object.keys(Parameters)).toEqual(expect.arrayContaining(given));
  for (const [name, { Default }] of Object.entries<{ Default?: unknown }>(Parameters))
    if (Default === undefined) expect(given).toContain(name);
  const made = JSON.stringify(Resources);
  if (made.includes('AWS::IAM::Role'))
    expect(words).toContain(made.includes('RoleName') ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM');
}

/** Any other `aws` command: the CLI itself says whether it knows it, without calling anything. */
export function checkAws(words: readonly string[]): void {
  const { status, stderr } = spawnSync('aws', [...words.slice(1), '--generate-cli-skeleton', 'input'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, AWS_DEFAULT_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' },
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
}

/** `helm`: the chart is there, and each value that is set is one of its values. */
export function checkHelm(words: readonly string[]): void {
  const charts = words.filter(word => word.startsWith('forwarder/'));
  const values = charts.map(chart => yaml(`${chart}/values.yaml`));
  const keys = valuesOf(words, '--set').flatMap(set => set.split(',').map(one => pairOf(one)[0]));
  for (const key of keys) {
    const found = key.split('.').reduce((at, step) => at?.[step], values[0]);
    expect(found, key).toBeDefined();
  }
}

/** `docker`: its file is there, with the arguments that it is given, and for the nodes, not for the machine that builds. */
export function checkDocker(words: readonly string[]): void {
  const [file] = valuesOf(words, '-f');
  if (file === undefined) {
    expect(words.slice(1, 4)).toEqual(['buildx', 'imagetools', 'inspect']);
    return;
  }
  const text = readFileSync(`${ROOT}${file}`, 'utf8');
  for (const [name] of valuesOf(words, '--build-arg').map(pairOf))
    expect(text).toMatch(new RegExp(`^ARG ${name}$`, 'm'));
  expect(valuesOf(words, '--platform')).toEqual(['linux/amd64,linux/arm64']);
}
