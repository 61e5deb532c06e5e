/** What `wit/plugin.wit` is in TypeScript. */

/** A text. */
export interface Document {
  /** The text itself. */
  text: string;
  /** What plugins have found out about it. */
  tags: string[];
}

/** A plugin is a module that exports this; nothing stops a document. */
export type Transform = (document: Document) => Document | undefined | Promise<Document | undefined>;

declare module "jsvm:pipeline/host" {
  /** Tells the user something. */
  export function log(text: string): void;
}
