// A step of the image's build: a catalogue that cannot be sold does not become an image.
import { products } from './products.js';

const wrong = products.flatMap(({ id, name, price, text }, index) => {
  const what = `product ${index + 1} (${id ?? 'without an id'})`;
  return [
    id && products.findIndex((product) => product.id === id) === index
      ? []
      : `${what}: the id is missing or taken`,
    name && text ? [] : `${what}: name or text is missing`,
    Number.isInteger(price) && price > 0
      ? []
      : `${what}: the price must be a whole number of cents, not ${price}`,
  ].flat();
});

if (wrong.length > 0) {
  console.error(`The catalogue has errors:\n  ${wrong.join('\n  ')}`);
  process.exit(1);
}
console.log(`${products.length} products, all of them fit for sale`);
