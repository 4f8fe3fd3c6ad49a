/** What ends a command with one clear sentence instead of a stack. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  /** What the reader could do, one sentence. */
  readonly suggestion: string | undefined;

  constructor(message: string, suggestion?: string) {
    super(message);
    this.suggestion = suggestion;
  }
}
