import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSigned, secretsIn, signatureHeaders, UnusableSecret } from '../../lib/notice/index.ts';

const OLD = 'old-0123456789abcdef0123456789abcdef';
const NEW = 'new-0123456789abcdef0123456789abcdef';
const NOW = 1_750_000_000_000;
const BODY = '{"cluster":"prod-eu"}';
const SIGNED = signatureHeaders(BODY, NEW, NOW);
const TIME = 'x-fairlead-timestamp';
const SIGNATURE = 'x-fairlead-signature';

describe('a signature', () => {
  it('is HMAC-SHA-256 over version, seconds and body', () => {
    const expected = createHmac('sha256', NEW).update(`v1:1750000000:${BODY}`).digest('hex');
    expect(SIGNED).toEqual({ [TIME]: '1750000000', [SIGNATURE]: `v1=${expected}` });
  });

  it.each([
    ['made with the only secret', [NEW], NOW, true],
    ['made with the second of two, while secrets are changed', [OLD, NEW], NOW, true],
    ['made with a secret that is not accepted', [OLD], NOW, false],
    ['two minutes old', [NEW], NOW + 120_000, true],
    ['of a clock that is two minutes ahead', [NEW], NOW - 120_000, true],
    ['older than two minutes', [NEW], NOW + 121_000, false],
    ['of a clock that is further ahead', [NEW], NOW - 301_000, false],
  ])('%s', (_what, secrets, now, accepted) => {
    expect(isSigned(BODY, SIGNED, secrets, now)).toBe(accepted);
  });

  it.each([
    ['another body', `${BODY} `, SIGNED],
    ['another time, to make an old one last', BODY, { ...SIGNED, [TIME]: '1750000100' }],
    ['no time', BODY, { [SIGNATURE]: SIGNED[SIGNATURE] }],
    ['a time that is no number', BODY, { ...SIGNED, [TIME]: 'now' }],
    ['no signature', BODY, { [TIME]: SIGNED[TIME] }],
    ['an empty signature', BODY, { ...SIGNED, [SIGNATURE]: 'v1=' }],
    ['another version', BODY, { ...SIGNED, [SIGNATURE]: SIGNED[SIGNATURE]?.replace('v1', 'v2') }],
    ['a signature that is too short', BODY, { ...SIGNED, [SIGNATURE]: SIGNED[SIGNATURE]?.slice(0, -2) }],
  ])('is not accepted with %s', (_what, body, headers) => {
    expect(isSigned(body, headers, [NEW], NOW)).toBe(false);
  });
});

describe('the secrets in a text', () => {
  it.each([
    ['one', NEW, [NEW]],
    ['one, with a line end as editors leave it', `${NEW}\n`, [NEW]],
    ['two, the newer first', `${NEW}\r\n${OLD}\r\n`, [NEW, OLD]],
  ])('%s', (_what, text, secrets) => {
    expect(secretsIn(text, 'ssm:/s')).toEqual(secrets);
  });

  it.each([
    ['none', ' \n', /ssm:\/s is empty/],
    ['three', `${NEW}\n${OLD}\n${OLD}`, /has 3 lines: at most 2/],
    ['one that could be guessed', 'password', /less than 32 characters/],
  ])('%s: refused, and never shown', (_what, text, message) => {
    expect(() => secretsIn(text, 'ssm:/s')).toThrow(UnusableSecret);
    expect(() => secretsIn(text, 'ssm:/s')).toThrow(message);
    expect(() => secretsIn(text, 'ssm:/s')).not.toThrow(/password/);
  });
});
