/** What the shop knows of orders: another service keeps them. Without its address there are none. */
export function openOrders(url = process.env.ORDERS_URL) {
  if (!url) return undefined;
  const ask = async (options) => {
    const response = await fetch(new URL('/orders', url), { ...options, signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`orders answered ${response.status}`);
    return response.json();
  };
  return {
    /** `{ count, newest }`. */
    list: () => ask({}),
    /** `{ number }`. */
    take: (product) =>
      ask({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ product }),
      }),
  };
}
