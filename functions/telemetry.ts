import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';

/** Powertools reads its own settings (POWERTOOLS_…) from the environment; serverless.yml sets them. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export function createTelemetry(): Telemetry {
  return { logger: new Logger(), metrics: new Metrics({ namespace: 'fairlead' }) };
}
