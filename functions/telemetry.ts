import type { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { createLogger } from './logger.ts';

/** Powertools reads its own settings (POWERTOOLS_…) from the environment; serverless.yml sets them. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export function createTelemetry(): Telemetry {
  return { logger: createLogger(), metrics: new Metrics({ namespace: 'fairlead' }) };
}
