import { ReadLimitError } from './errors.ts';

/** What reading one cluster may take (config `limits`). */
export interface ReadLimits {
  readonly readSeconds: number;
  /** MiB of answers, unzipped. */
  readonly readMiB: number;
}

/** As the config has it where it says nothing. */
export const READ_LIMITS: ReadLimits = { readSeconds: 60, readMiB: 512 };

/** What an object counts at least: what is made of it takes memory, however small it is. */
const LEAST_BYTES = 2048;

/** Counts what is read of one cluster, whatever resources it is of, so that no API server fills the memory. */
export interface Meter {
  /** Bytes that may still come. */
  left(): number;
  /** @throws ReadLimitError when that was more than there may be */
  take(bytes: number, objects: number): void;
}

/** @param label `cluster prod-eu`, for messages */
export function createMeter(label: string, { readMiB }: Pick<ReadLimits, 'readMiB'>): Meter {
  let left = readMiB * 1024 * 1024;
  return {
    left: () => Math.max(0, left),
    take(bytes, objects) {
      left -= Math.max(bytes, objects * LEAST_BYTES);
      if (left >= 0) return;
      const what = `its answers have more than ${readMiB} MiB, unzipped (an object counts 2 KiB at least)`;
      throw new ReadLimitError(
        `${label}: ${what}: look at what it holds, or raise limits.readMiB and the memory of fairlead with it`,
      );
    },
  };
}

/** A time for reading one cluster. `stop` ends the clock. */
export function createTimer(label: string, { readSeconds }: Pick<ReadLimits, 'readSeconds'>) {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const what = `it was not read within ${readSeconds} s`;
    controller.abort(new ReadLimitError(`${label}: ${what}: look at its API server, or raise limits.readSeconds`));
  }, readSeconds * 1000);
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}
