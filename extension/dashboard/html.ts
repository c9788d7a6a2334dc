/** The page of a dashboard as a document: nothing in it may come from elsewhere. */

import type { Texts } from '../model/l10n.ts';

export interface Parts {
  /** Addresses of the bundle and its style sheet. */
  readonly script: string;
  readonly style: string;
  /** Where the editor serves such files from. */
  readonly cspSource: string;
  readonly nonce: string;
  /** Of the texts, which a page cannot look up by itself (`extension/language.ts`). */
  readonly language: string;
  readonly texts: Texts;
  /** What the page keeps for a window that is opened again. */
  readonly remembered: object;
}

export function dashboardHtml(parts: Parts): string {
  const { script, style, cspSource, nonce, language, texts, remembered } = parts;
  const policy = [
    "default-src 'none'",
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>Tidegate</title>
<link rel="stylesheet" href="${escaped(style)}">
</head>
<body>
<main id="root" data-remembered="${escaped(JSON.stringify(remembered))}" data-texts="${escaped(JSON.stringify(texts))}"></main>
<script nonce="${escaped(nonce)}" src="${escaped(script)}"></script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
