/** The editor around the page. */

interface VsCodeApi {
  postMessage(message: unknown): void;
  setState(state: unknown): void;
  getState(): unknown;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Host<In, Out> {
  send(message: Out): void;
  /** What is not a message of ours is dropped. */
  onMessage(listener: (message: In) => void): void;
  /** Kept while the page is hidden, and over a reload of the window. */
  remember(state: unknown): void;
  remembered(): unknown;
}

/** May be called once in the life of a page. */
export function openHost<In, Out>(read: (value: unknown) => In | undefined): Host<In, Out> {
  const api = acquireVsCodeApi();
  return {
    send: (message) => api.postMessage(message),
    onMessage: (listener) =>
      window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        const message = read(data);
        if (message !== undefined) listener(message);
      }),
    remember: (state) => api.setState(state),
    remembered: () => api.getState(),
  };
}
