// Making a formatter takes far longer than using it.
const formatters = new Map();

/** Cents as people read them: `money(4900, 'EUR')` is `€49.00`. */
export function money(cents, currency) {
  if (!formatters.has(currency))
    formatters.set(currency, new Intl.NumberFormat('en', { style: 'currency', currency }));
  return formatters.get(currency).format(cents / 100);
}

/** The sum of a basket in cents, with a discount in per cent, rounded to the nearest cent. */
export function total(items, discount = 0) {
  const sum = items.reduce((cents, { price, count }) => cents + price * count, 0);
  return Math.round((sum * (100 - discount)) / 100);
}
