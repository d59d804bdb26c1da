import { describe, expect, it } from 'vitest';
import { parseSelector, selects } from '../../lib/sources/selector.ts';

const labels = { team: 'shop', stage: 'prod', 'example.com/tier': 'web' };
const fits = (text: string) => {
  const selector = parseSelector(text);
  if ('part' in selector) throw new Error(selector.part);
  return selects(selector, labels);
};

describe('a selector as text', () => {
  it.each([
    ['', true],
    [' ', true],
    ['team=shop', true],
    ['team==shop', true],
    ['team = shop', true],
    ['team=other', false],
    ['team!=shop', false],
    ['team!=other', true],
    ['absent!=x', true],
    ['absent=', false],
    ['team=', false],
    ['team in (a, shop)', true],
    ['team in (a,b)', false],
    ['team notin (a,b)', true],
    ['team notin (shop)', false],
    ['absent notin (a)', true],
    ['team', true],
    ['absent', false],
    ['!team', false],
    ['!absent', true],
    ['example.com/tier=web', true],
    ['team=shop,stage in (prod, test),!absent', true],
    ['team=shop,stage=test', false],
  ])('%j: %s', (text, expected) => {
    expect(fits(text)).toBe(expected);
  });

  it.each(['a b', 'team=a=b', 'in (a)', 'team in ()x', 'team in a', '=x', 'a=b,', '-a=b', 'a=b c', 'f()'])(
    '%j is none',
    text => {
      expect(parseSelector(text)).toHaveProperty('part');
    },
  );

  it('looks at the labels alone', () => {
    expect(fits('!constructor')).toBe(true);
  });
});
