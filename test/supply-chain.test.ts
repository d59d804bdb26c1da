import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Locked {
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly libc?: string | readonly string[];
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };
const locked = Object.entries(packages).filter(([path]) => path !== '');

/** Whether npm installs a package on Linux, x64, glibc. */
const isHere = ({ os = 'linux', cpu = 'x64', libc = 'glibc' }: Locked) =>
  [os].flat().includes('linux') && [cpu].flat().includes('x64') && [libc].flat().includes('glibc');

test('whatever is installed on Linux, x64, has a digest', () => {
  const without = locked.filter(([path, one]) => one.integrity === undefined && isHere(one) && !/musl/.test(path));
  expect(without).toEqual([]);
});

test('what has none is a binary for another platform', () => {
  const without = locked.filter(([, { integrity }]) => integrity === undefined);
  for (const [path, { optional, os, cpu }] of without)
    expect({ path, optional, platform: !!(os || cpu) }).toEqual({ path, optional: true, platform: true });
  expect(without.length).toBeLessThanOrEqual(23);
});

test('digests are of SHA-512', () => {
  expect(locked.filter(([, { integrity }]) => integrity !== undefined && !integrity.startsWith('sha512-'))).toEqual([]);
});

test('dependencies are installed as the lock file says, without their scripts', () => {
  const text = readFileSync('scripts/ensure-installed.mjs', 'utf8');
  expect(text).toContain("['ci', '--ignore-scripts'");
  expect(text).not.toMatch(/'install'/);
});

test('the base image is no tag of its own accord', () => {
  expect(readFileSync('forwarder/Dockerfile', 'utf8')).toMatch(/^ARG NODE_IMAGE$/m);
});
