/** What a command sees of the outside, so that tests can look on. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person looks at the output. */
  readonly isTerminal: boolean;
  out(text: string): void;
  err(text: string): void;
}
