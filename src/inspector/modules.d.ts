/** Modules that are no code: what scripts/inspector/drawings.mjs makes of statecharts/, and styles. */
declare module 'virtual:statecharts' {
  /** Sheet name (`stream.live`) to the text of its SVG, without its style. */
  export const drawings: Readonly<Record<string, string>>;
  /** The style that all drawings share. */
  export const style: string;
}

declare module '*.css';
