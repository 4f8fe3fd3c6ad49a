/** What the front desk writes its log to. A pino logger fits; the desk never imports one. */
export interface ApiLog {
  debug(facts: object, sentence: string): void;
  info(facts: object, sentence: string): void;
  warn(facts: object, sentence: string): void;
  error(facts: object, sentence: string): void;
}
