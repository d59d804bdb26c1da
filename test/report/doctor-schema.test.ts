import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Check } from '../../lib/model/index.ts';
import { doctorSchemaText } from '../../scripts/schema.ts';

const text = doctorSchemaText();
const validator = z.fromJSONSchema(JSON.parse(text));
const check: Check = { area: 'zones', subject: 'example.com', status: 'bad', found: 'denied', remedy: 'allow it' };

test('fairlead.doctor.schema.json is up to date (if not: npm run schema)', () => {
  expect(readFileSync(new URL('../../fairlead.doctor.schema.json', import.meta.url), 'utf8')).toBe(text);
});

test('fairlead.doctor.schema.json fits what is found, and nothing else', () => {
  const { remedy, ...well } = check;
  expect(validator.safeParse({ checks: [check, well] }).error).toBeUndefined();
  expect(validator.safeParse({ checks: [{ ...check, status: 'fine' }] }).error).toBeDefined();
  expect(validator.safeParse({ checks: [{ ...check, found: undefined }] }).error).toBeDefined();
  expect(remedy).toBe('allow it');
});
