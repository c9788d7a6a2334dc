import { money } from './money.js';
import { picture } from './pictures.js';
import { products } from './products.js';
import { season } from './season.js';
import { readStock } from './stock.js';
import { version } from './version.js';

export function homePage({ currency, ...view }) {
  const stock = readStock();
  const featured = products.find(({ id }) => id === season.featured);
  return page({
    title: 'Low Water Supply',
    ...view,
    main: `
      <section class="hero">
        <div>
          <h1>${escape(season.headline)}</h1>
          <p>${escape(season.intro)}</p>
          <a class="button" href="/products/${featured.id}">${escape(featured.name)}, ${money(featured.price, currency)}</a>
        </div>
        <div class="window">${picture(featured.id)}</div>
      </section>
      <ul class="products">${products.map((product) => card(product, stock, currency)).join('')}</ul>`,
  });
}

export function productPage(product, { currency, ...view }) {
  return page({
    title: product.name,
    ...view,
    main: `
      <section class="hero">
        <div>
          <h1>${escape(product.name)}</h1>
          <p>${escape(product.text)}</p>
          <p class="price">${money(product.price, currency)} <small>${readStock()[product.id]} left</small></p>
          ${view.sells ? orderForm(product) : ''}
          <a class="button" href="/">All products</a>
        </div>
        <div class="window">${picture(product.id)}</div>
      </section>`,
  });
}

export function ordersPage({ count, newest }, view) {
  const names = newest.map(({ product }) => products.find(({ id }) => id === product)?.name ?? product);
  return page({
    title: 'Orders',
    ...view,
    main: `
      <section class="message"><h1>${count} orders so far</h1>
      <ul>${names.map((name) => `<li>${escape(name)}</li>`).join('')}</ul></section>`,
  });
}

export function messagePage(title, text, view) {
  return page({
    title,
    ...view,
    main: `<section class="message"><h1>${escape(title)}</h1><p>${escape(text)}</p></section>`,
  });
}

function orderForm({ id }) {
  return `<form method="post" action="/orders"><input type="hidden" name="product" value="${id}"><button class="button">Order one</button></form>`;
}

function card({ id, name, price, text }, stock, currency) {
  return `
    <li><a href="/products/${id}">
      ${picture(id)}
      <h2>${escape(name)}</h2>
      <p>${escape(text)}</p>
      <p class="price">${money(price, currency)} <small>${stock[id]} left</small></p>
    </a></li>`;
}

function page({ title, main, instance, isOn }) {
  const { deep, accent, light, paper } = season.colours;
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escape(title)} · ${version}</title>
  <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='${encodeURIComponent(accent)}'/%3E%3C/svg%3E">
  <link rel="stylesheet" href="/style.css?${version}">
  <style>:root { --deep: ${deep}; --accent: ${accent}; --light: ${light}; --paper: ${paper} }</style>
</head>
<body>
  ${isOn('free-delivery') ? '<p class="notice">This week delivery is free.</p>' : ''}
  ${season.notice ? `<p class="notice">${escape(season.notice)}</p>` : ''}
  <header>
    <a class="name" href="/">Low Water Supply</a>
    <span class="version" title="The version that rendered this page">v${version}</span>
  </header>
  <main>${main}
  </main>
  <footer>Rendered by version ${version} on <code>${escape(instance)}</code></footer>
</body>
</html>
`;
}

function escape(text) {
  return String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
