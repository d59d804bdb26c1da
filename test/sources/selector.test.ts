import { describe, expect, test } from 'vitest';
import { matches, parseSelector } from '../../lib/sources/selector.ts';

const LABELS: Readonly<Record<string, string>> = { dns: 'public', env: 'prod', 'example.com/tier': '2', marker: '' };

function matched(text: string): boolean {
  const read = parseSelector(text);
  if ('problem' in read) throw new Error(read.problem);
  return matches(read.selector, key => (Object.hasOwn(LABELS, key) ? LABELS[key] : undefined));
}

describe('a selector, as Kubernetes reads it', () => {
  test.each([
    ['', true],
    ['dns=public', true],
    ['dns == public', true],
    ['dns=private', false],
    ['none=x', false],
    ['dns!=private', true],
    ['none!=x', true],
    ['dns!=public', false],
    ['dns in (public,both),env!=test', true],
    ['dns in (a, b)', false],
    ['none in (a)', false],
    ['dns notin (a,b)', true],
    ['dns notin (public)', false],
    ['none notin (a)', true],
    ['dns', true],
    ['none', false],
    ['!none', true],
    ['! dns', false],
    ['marker', true],
    ['marker=', true],
    ['marker=,dns=public', true],
    ['marker in ()', true],
    ['marker in (,x)', true],
    ['dns in ()', false],
    ['example.com/tier>1', true],
    ['example.com/tier > 2', false],
    ['example.com/tier<10', true],
    ['dns>1', false],
    ['in in (x)', false],
    ['toString', false],
  ])('%s: %s', (text, expected) => {
    expect(matched(text)).toBe(expected);
  });
});

describe('what is no selector', () => {
  test.each([
    ['=x', 'a key is missing'],
    ['a=b,', 'it ends with a comma'],
    [',a', 'a key is missing'],
    ['a=b c=d', 'a comma is expected before "c"'],
    ['a in b', 'behind in a list is expected: a in (a,b)'],
    ['a in (b', 'the list of "a" is not closed, or a comma is missing in it'],
    ['a in (b c)', 'the list of "a" is not closed, or a comma is missing in it'],
    ['a like b', '"like" is no operator: write =, !=, in, notin, > or <'],
    ['a>b', 'behind ">" a whole number is expected'],
    ['a/b/c', '"a/b/c" is not the key of a label or an annotation'],
    ['-a', '"-a" is not the key of a label or an annotation'],
    ['!', 'a key is missing'],
  ])('%s', (text, problem) => {
    expect(parseSelector(text)).toEqual({ problem });
  });
});
