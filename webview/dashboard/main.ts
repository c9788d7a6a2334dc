/** Where the page begins: what it is told becomes what it shows. */
import 'uplot/dist/uPlot.min.css';
import './dashboard.css';
import * as z from 'zod/mini';
import { thinned, type TrafficPoint } from '../../agent/protocol/traffic.ts';
import { outOf, translateBy, type Texts } from '../../extension/model/l10n.ts';
import { openHost } from '../shared/host.ts';
import { onThemeChange } from '../shared/theme.ts';
import {
  readRemembered,
  readToPage,
  type DashboardState,
  type FlagCounts,
  type ToExtension,
  type ToPage,
} from './messages.ts';
import { isSpan, type Span } from './model/window.ts';
import { openPage } from './page.ts';

// The page may not make code out of text, and is not to try.
z.config({ jitless: true });

const host = openHost<ToPage, ToExtension>(readToPage);
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
// Before anything is said.
const texts = JSON.parse(root.dataset['texts'] ?? '{}') as Texts;
translateBy(outOf(texts), document.documentElement.lang);
const kept = JSON.parse(root.dataset['remembered'] ?? '{}') as Record<string, unknown>;
let remembered = { ...kept, ...(host.remembered() as Record<string, unknown> | undefined) };
const openedAt = Date.now();
let state: DashboardState | undefined;
let points: readonly TrafficPoint[] = [];
let heardAt: number | undefined;
let counts: FlagCounts | undefined;

const page = openPage(root, {
  onAction: (action) => host.send({ kind: 'action', action }),
  onService: (service) => remember({ service }),
  onSpan: (span) => remember({ span }),
});

function remember(change: Record<string, unknown>): void {
  remembered = { ...remembered, ...change };
  host.remember(remembered);
  show();
}

function show(): void {
  if (state === undefined) return;
  const service = readRemembered(remembered)?.service;
  const span: Span = isSpan(remembered['span']) ? remembered['span'] : '5m';
  page.show({ state, points, counts, heardAt, openedAt, service, span }, Date.now());
}

host.onMessage((message) => {
  if (message.kind === 'state') ({ state } = message);
  else if (message.kind === 'counts') ({ counts } = message);
  else {
    points = message.type === 'snapshot' ? message.points : thinned([...points, ...message.points]);
    if (message.points.length > 0) heardAt = Date.now();
  }
  show();
});
// Time goes on between messages: what is left of a hold, and where the charts end.
setInterval(show, 1_000);
onThemeChange(() => page.repaint());
remember({});
host.send({ kind: 'ready' });
