import { RE2JS } from 're2js';
import * as z from 'zod/mini';
import { quoted } from '../sources/index.ts';
import { readAs, refuse } from './values.ts';

/** A regular expression in RE2's syntax, which takes time in proportion to the text whatever it is. */
export const expression = () =>
  readAs('a regular expression (RE2)', z.string().check(z.minLength(1), z.maxLength(1000)), value => {
    try {
      RE2JS.compile(value);
      return value;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return refuse(`${quoted(value)} is not a regular expression (RE2): ${why}`);
    }
  });
