/** SIGTERM: takes nothing new, finishes what is under way, and exits. */
export function stopGracefully(server, more = () => undefined) {
  // Longer than any proxy keeps its side open: it is never we who close under its hands.
  server.keepAliveTimeout = 75_000;
  const open = new Set();
  const lastOne = (response) => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };
  let stopping = false;
  server.prependListener('request', (_request, response) => {
    if (stopping) lastOne(response);
    open.add(response);
    response.on('close', () => open.delete(response));
  });
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.once(signal, () => {
      stopping = true;
      for (const response of open) lastOne(response);
      server.close(() => {
        more();
        process.exit(0);
      });
      server.closeIdleConnections();
    });
}
