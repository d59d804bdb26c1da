import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { groupBy } from '../lib/group.ts';

interface Import {
  readonly file: string;
  readonly to: string;
}

/** What the files below a folder import of each other, types included. */
function importsIn(folder: string): Import[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.ts'));
  const files = paths.map(path => posix.join(folder, path));
  return files.flatMap(file =>
    [...readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path = '']) => ({
      file,
      to: posix.join(posix.dirname(file), path),
    })),
  );
}

/** A part of what is looked at; undefined: the file is none of it. */
type RoomOf = (file: string) => string | undefined;

/** The folder or the single file right below `root` in which a file lies. */
const below =
  (root: string): RoomOf =>
  file =>
    file.startsWith(`${root}/`) ? file.slice(root.length + 1).split('/')[0] : undefined;

/** The imports from one room into another that leads back to the first. */
function circles(imports: readonly Import[], roomOf: RoomOf): string[] {
  const doors = imports.flatMap(one => {
    const [from, to] = [roomOf(one.file), roomOf(one.to)];
    return from === undefined || to === undefined || from === to ? [] : [{ ...one, from, into: to }];
  });
  const next = groupBy(doors, ({ from }) => from);
  const leadsTo = (start: string, end: string): boolean => {
    const seen = new Set([start]);
    for (const room of seen) for (const { into } of next.get(room) ?? []) seen.add(into);
    return seen.has(end);
  };
  return doors.filter(({ from, into }) => leadsTo(into, from)).map(({ file, to }) => `${file} → ${to}`);
}

describe('circles are seen', () => {
  test.each<[string, readonly [string, string][], readonly string[]]>([
    [
      'one direction',
      [
        ['a/x', 'b/y'],
        ['b/y', 'c/z'],
        ['a/x', 'c/z'],
      ],
      [],
    ],
    [
      'within one folder, and out of the root',
      [
        ['a/x', 'a/y'],
        ['a/y', 'a/x'],
        ['a/x', '../z'],
      ],
      [],
    ],
    [
      'two folders, of other files',
      [
        ['a/x', 'b/y'],
        ['b/z', 'a/w'],
      ],
      ['l/a/x → l/b/y', 'l/b/z → l/a/w'],
    ],
    [
      'a folder and a file beside it',
      [
        ['a/x', 's.ts'],
        ['s.ts', 'a/y'],
      ],
      ['l/a/x → l/s.ts', 'l/s.ts → l/a/y'],
    ],
    [
      'three, and one that only leads to them',
      [
        ['a/x', 'b/x'],
        ['b/x', 'c/x'],
        ['c/x', 'a/x'],
        ['d/x', 'a/x'],
      ],
      ['l/a/x → l/b/x', 'l/b/x → l/c/x', 'l/c/x → l/a/x'],
    ],
  ])('%s', (_, imports, found) => {
    const read = imports.map(([file, to]) => ({ file: posix.join('l', file), to: posix.join('l', to) }));
    expect(circles(read, below('l'))).toEqual(found);
  });
});

test('the folders of lib/plan depend on each other in one direction, and so do its files', () => {
  const imports = importsIn('lib/plan');
  expect(imports.length).toBeGreaterThan(100);
  expect(circles(imports, below('lib/plan'))).toEqual([]);
  expect(circles(imports, file => file)).toEqual([]);
});

test('so do the stages; the type of the config, which is made of the types of stages, is for all of them', () => {
  const imports = importsIn('lib').filter(({ to }) => to !== 'lib/config/config.ts');
  expect(imports.length).toBeGreaterThan(300);
  expect(circles(imports, below('lib'))).toEqual([]);
});

test('and the config itself is nothing but types', () => {
  expect(readFileSync('lib/config/config.ts', 'utf8')).not.toMatch(/^(?:export )?(?:const|let|function|class|enum)\b/m);
});
