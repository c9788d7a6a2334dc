/** What the bench asks the extension host to measure. */
export type Wanted =
  | { readonly what: 'activation' }
  | {
      readonly what: 'clicks';
      readonly folder: string;
      readonly environment: string;
      /** What is warm and what is live: it goes to the first, and back, and so on. */
      readonly tags: readonly [string, string];
      readonly flag: string;
      /** Of the edge, and the name the application answers to. */
      readonly url: string;
      readonly host: string;
      readonly rounds: number;
    };
