/** What every command takes. */
export interface GlobalOptions {
  readonly config: string;
  readonly json?: boolean;
  readonly color: boolean;
  /** Rows of a table at most. */
  readonly limit?: number;
}
