import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalHostname, quoted } from '../../lib/sources/hostname.ts';

const hostname = (text: string) => canonicalHostname(text, { wildcard: true });
const label = (length: number) => 'x'.repeat(length);

describe('canonicalHostname accepts', () => {
  it.each([
    ['a plain name', 'www.example.com', 'www.example.com'],
    ['a name of one label', 'localhost', 'localhost'],
    ['upper case, in lower case', 'WWW.Example.COM', 'www.example.com'],
    ['a final dot, without it', 'www.example.com.', 'www.example.com'],
    ['an internationalised name, as A-label', 'Bücher.Example.COM', 'xn--bcher-kva.example.com'],
    ['a sharp s, non-transitionally', 'faß.example.com', 'xn--fa-hia.example.com'],
    ['a decomposed umlaut, composed', 'bu\u0308cher.example.com', 'xn--bcher-kva.example.com'],
    ['an ideographic full stop as a dot', 'a。example。com', 'a.example.com'],
    ['a right-to-left label', 'אב.example.com', 'xn--4dbc.example.com'],
    ['an A-label as it is', 'xn--bcher-kva.example.com', 'xn--bcher-kva.example.com'],
    ['a wildcard', '*.example.com', '*.example.com'],
    ['a wildcard over an internationalised name', '*.bücher.example', '*.xn--bcher-kva.example'],
    ['underscores', '_acme-challenge.a_b.example.com', '_acme-challenge.a_b.example.com'],
    ['digits in front', '1.2.3.example.com', '1.2.3.example.com'],
    ['a top-level label that begins with a digit', 'a.1x', 'a.1x'],
    ['hyphens in the middle', 'a--b.example.com', 'a--b.example.com'],
    ['a label of 63 characters', `${label(63)}.example.com`, `${label(63)}.example.com`],
    ['a name of 253 characters', `${`${label(49)}.`.repeat(5)}com`, `${`${label(49)}.`.repeat(5)}com`],
    ['a name of 253 characters and a final dot', `${`${label(49)}.`.repeat(5)}com.`, `${`${label(49)}.`.repeat(5)}com`],
  ])('%s', (_rule, text, name) => {
    expect(hostname(text)).toEqual({ name });
  });
});

describe('canonicalHostname refuses', () => {
  it.each([
    ['nothing', '', /empty/],
    ['a dot alone', '.', /empty/],
    ['an empty label in the middle', 'a..example.com', /empty label/],
    ['an empty label in front', '.example.com', /empty label/],
    ['two final dots', 'a.example.com..', /empty label/],
    ['a label of 64 characters', `${label(64)}.example.com`, /64 characters, at most 63/],
    ['a label that is too long as A-label', `${'ü'.repeat(60)}.example.com`, /characters, at most 63/],
    ['a name of 254 characters', `${label(50)}.${`${label(49)}.`.repeat(4)}com`, /254 characters, at most 253/],
    ['100 kB', 'a.'.repeat(50_000), /100000 characters/],
    ['an IPv4 address', '192.0.2.1', /IP address/],
    ['an IPv6 address', '2001:db8::1', /IP address/],
    ['an IPv6 address in brackets', '[2001:db8::1]', /IP address/],
    ['an IPv4 address in full-width digits', '１９２.０.２.１', /ends in a number/],
    ['a short spelling of an IPv4 address', '192.0.513', /ends in a number/],
    ['a name with a numeric top-level label', 'example.123', /ends in a number/],
    ['a URL', 'https://www.example.com', /URL/],
    ['a path', 'www.example.com/shop', /URL or a path/],
    ['a path behind an internationalised name', 'bücher.example.com/shop', /URL or a path/],
    ['a port', 'www.example.com:443', /colon/],
    ['a blank', 'www example.com', /contains a blank/],
    ['a line break', 'www\n.example.com', /contains a blank/],
    ['a percent escape behind an internationalised name', 'ü%41.example.com', /character "%"/],
    ['a user part', 'me@example.com', /character "@"/],
    ['a backslash', 'a\\052.example.com', /character "\\"/],
    ['a lone surrogate', 'a\ud800.example.com', /UTS 46/],
    ['a sign that UTS 46 maps to a slash', '℀.example.com', /UTS 46/],
    ['a no-break space', 'a\u00a0b.example.com', /UTS 46/],
    ['mixed directions in a label', 'אa.example.com', /UTS 46/],
    ['a hyphen in front of a label', '-a.example.com', /hyphen/],
    ['a hyphen at the end of a label', 'a-.example.com', /hyphen/],
    ['a hyphen in front of an internationalised label', '-ü.example.com', /hyphen/],
    ['a wildcard that is not the first label', 'a.*.example.com', /whole first label/],
    ['two wildcards', '*.*.example.com', /whole first label/],
    ['a wildcard within a label', 'a*.example.com', /whole first label/],
    ['a wildcard alone', '*', /every name/],
    ['a name reserved for ownership records', '_fairlead-apex-a.example.com', /reserved/],
    ['a reserved name in upper case', '_FAIRLEAD-x.example.com', /reserved/],
  ])('%s', (_rule, text, problem) => {
    expect(hostname(text)).toEqual({ problem: expect.stringMatching(problem) });
  });

  it('a wildcard where none is allowed', () => {
    expect(canonicalHostname('*.example.com')).toEqual({ problem: expect.stringContaining('wildcard') });
  });

  it('no reserved name where they are allowed', () => {
    expect(canonicalHostname('_fairlead-x.example', { reserved: true })).toEqual({ name: '_fairlead-x.example' });
  });
});

describe('canonicalHostname, of any text at all', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.domain(),
    fc.string({ unit: fc.constantFrom('a', 'Z', '1', '-', '_', '.', '*', 'ü', '。', '/', ':', ' ', '\0', '%') }),
  );

  it('gives a name that is canonical, or a problem', () => {
    fc.assert(
      fc.property(texts, text => {
        const result = hostname(text);
        if ('problem' in result) return result.problem !== '';
        expect(result.name).toMatch(/^(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/);
        expect(result.name.length).toBeLessThanOrEqual(253);
        expect(result.name.split('.').every(each => each.length >= 1 && each.length <= 63)).toBe(true);
        expect(hostname(result.name)).toEqual(result);
        return true;
      }),
      { numRuns: 2000 },
    );
  });
});

describe('quoted shows a text to people', () => {
  it.each([
    ['as it is', 'Bücher', '"Bücher"'],
    ['control characters escaped', 'a\u001b[31m\u202e', '"a\\u{1b}[31m\\u{202e}"'],
    ['blanks other than the space escaped', 'a b\u00a0c', '"a b\\u{a0}c"'],
    ['80 characters at most', 'x'.repeat(81), `"${'x'.repeat(80)}…"`],
    ['a pair cut in halves as an escape', `${'x'.repeat(79)}😀`, `"${'x'.repeat(79)}\\u{d83d}…"`],
  ])('%s', (_rule, text, shown) => {
    expect(quoted(text)).toBe(shown);
  });
});
