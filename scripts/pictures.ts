/**
 * A picture of a terminal out of what a program really printed there. Capture first, then draw:
 *
 *   script -qec 'npm run --silent demo' /tmp/demo.txt
 *   npx tsx scripts/pictures.ts /tmp/demo.txt media/demo.svg ['first line' ['last line']]
 *
 * Lines that were rewritten in place are drawn as they were last.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

interface Piece {
  readonly text: string;
  readonly style: string;
}
type Line = readonly Piece[];

const cell = { width: 8.4, height: 19 };
const margin = 18;
const bar = 30;

/** `text`: with the control sequences Tidegate writes (colours, bold, dim, "back and clear the line"). */
export function linesOf(text: string): readonly Line[] {
  return text.split(/\r?\n/).map((raw) => pieces(raw.split('\r\u001b[K').at(-1)?.replaceAll('\r', '') ?? ''));
}

const classes: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'bad',
  32: 'good',
  33: 'warn',
};

function pieces(line: string): Line {
  const found: Piece[] = [];
  let style = '';
  for (const part of line.split(/(\u001b\[\d+m)/)) {
    const code = /^\u001b\[(\d+)m$/.exec(part)?.[1];
    if (code !== undefined) style = classes[code] ?? '';
    else if (part !== '') found.push({ text: part, style });
  }
  return found;
}

export function drawTerminal(lines: readonly Line[], title: string): string {
  const columns = Math.max(60, ...lines.map((line) => plain(line).length));
  const width = Math.ceil(columns * cell.width + 2 * margin);
  const height = Math.ceil(lines.length * cell.height + 2 * margin + bar);
  const rows = lines.map((line, index) => {
    const y = bar + margin + (index + 0.75) * cell.height;
    const spans = line.map(({ text, style }) => `<tspan class="${style}">${escape(text)}</tspan>`).join('');
    return `<text x="${margin}" y="${y.toFixed(1)}">${spans}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d7dde4; white-space: pre; }
.bold { font-weight: 700; fill: #ffffff; } .dim { fill: #8b97a3; } .good { fill: #7fd08a; } .warn { fill: #e6c46a; } .bad { fill: #f08a80; }
.title { fill: #8b97a3; text-anchor: middle; }
</style>
<rect width="100%" height="100%" rx="9" fill="#16202a"/>
<path d="M0 ${bar}h${width}" stroke="#2a3743"/>
<text class="title" x="${width / 2}" y="20">${escape(title)}</text>
${rows.join('\n')}
</svg>
`;
}

const plain = (line: Line): string => line.map(({ text }) => text).join('');

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** From the first line that contains `from` to the last one that contains `to`. */
function between(lines: readonly Line[], from: string | undefined, to: string | undefined): readonly Line[] {
  const first = from === undefined ? 0 : lines.findIndex((line) => plain(line).includes(from));
  const last = to === undefined ? lines.length : lines.findLastIndex((line) => plain(line).includes(to)) + 1;
  return lines.slice(Math.max(0, first), last === 0 ? lines.length : last);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [source, target, from, to] = process.argv.slice(2);
  if (source === undefined || target === undefined)
    throw new Error('usage: tsx scripts/pictures.ts CAPTURE TARGET.svg [FIRST [LAST]]');
  // The frame that `script` writes around a capture is not part of it.
  const captured = (await readFile(source, 'utf8')).replace(/^Script (started|done).*$/gm, '').trim();
  await writeFile(target, drawTerminal(between(linesOf(captured), from, to), 'npm run demo'));
}
