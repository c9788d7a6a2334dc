// Starts the shop, and stops it without dropping anybody: what is under way is finished first.
import { createShop } from './server.js';

const port = Number(process.env.PORT ?? 3000);
const shop = createShop({ currency: process.env.SHOP_CURRENCY ?? 'EUR' });

await shop.ready;
shop.listen(port, () => console.log(`shop ${shop.version} listens on ${port}`));

for (const signal of ['SIGTERM', 'SIGINT'])
  process.once(signal, async () => {
    console.log(`${signal}: finishing what is under way`);
    await shop.stop();
    process.exit(0);
  });
