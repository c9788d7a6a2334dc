/** The page of a dashboard as a document: nothing in it may come from elsewhere. */

export interface Parts {
  /** Addresses of the bundle and its style sheet. */
  readonly script: string;
  readonly style: string;
  /** Where the editor serves such files from. */
  readonly cspSource: string;
  readonly nonce: string;
  /** What the page keeps for a window that is opened again. */
  readonly remembered: object;
}

export function dashboardHtml({ script, style, cspSource, nonce, remembered }: Parts): string {
  const policy = [
    "default-src 'none'",
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>Tidegate</title>
<link rel="stylesheet" href="${escaped(style)}">
</head>
<body>
<main id="root" data-remembered="${escaped(JSON.stringify(remembered))}"></main>
<script nonce="${escaped(nonce)}" src="${escaped(script)}"></script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
