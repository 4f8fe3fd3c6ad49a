/** Everything that is wrong with a configuration, told at once. What the process does about it is main's business. */

export interface ConfigIssue {
  /** Full path of the key, the name of the variable, or the name of the file. */
  readonly where: string;
  /** What is wrong and what would be right; never holds the value of a secret. */
  readonly sentence: string;
}

/** Thrown by `loadConfig`. Its message has one line for each issue. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    const lines = issues.map((issue) => `- ${issue.where}: ${issue.sentence}`);
    super(`The configuration cannot be used:\n${lines.join('\n')}`);
    this.issues = issues;
  }
}
