// Runs in the editor's page: clicks there, and says when rows have been painted, by the page's own clock.
/* global document, MutationObserver, MouseEvent, Element */
globalThis.tidegateBench = {
  now: () => performance.timeOrigin + performance.now(),

  /** Milliseconds since the epoch at which it was clicked. */
  click: (selector) => {
    const began = performance.timeOrigin + performance.now();
    for (const type of ['mousedown', 'mouseup', 'click'])
      document.querySelector(selector).dispatchEvent(new MouseEvent(type, { bubbles: true }));
    return began;
  },

  /** When a row says `wanted` and, with `gone`, none says that any more; and how many rows were painted until then. */
  shown: (wanted, gone) =>
    new Promise((resolve) => {
      const painted = new Set();
      const isShown = () => {
        const rows = [...document.querySelectorAll('.sidebar [role=treeitem]')].map((row) => row.textContent);
        const old = gone !== undefined && rows.some((row) => row.includes(gone));
        return !old && rows.some((row) => row.includes(wanted));
      };
      const done = () => resolve({ at: performance.timeOrigin + performance.now(), rows: painted.size });
      if (isShown()) return done();
      const observer = new MutationObserver((changes) => {
        for (const { target } of changes) {
          const row = (target instanceof Element ? target : target.parentElement)?.closest('[role=treeitem]');
          if (row) painted.add(row.id);
        }
        if (!isShown()) return;
        observer.disconnect();
        done();
      });
      observer.observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
    }),
};
