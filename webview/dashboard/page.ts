/** The whole page: what it is made of, and what it shows. */
import { l10n } from '../../extension/model/l10n.ts';
import { element, setText } from '../shared/dom.ts';
import { button, type Button } from '../shared/ui/button.ts';
import { choice } from '../shared/ui/choice.ts';
import type { TrafficPoint } from '../../agent/protocol/traffic.ts';
import type { ActionName, DashboardState, FlagCounts } from './messages.ts';
import type { Drawn } from './chart.ts';
import { metrics, seriesOf, servicesOf, type Colour } from './model/series.ts';
import { isSpan, newsOf, numbered, spans, spanWords, type Span } from './model/window.ts';
import { countsTable } from './parts/counts.ts';
import { showMarks } from './parts/marks.ts';
import { panel } from './parts/panel.ts';
import { rolloutLine } from './parts/rollout.ts';
import { showSlots, slotName } from './parts/slots.ts';

export interface Shown {
  readonly state: DashboardState;
  readonly points: readonly TrafficPoint[];
  /** How often flags are evaluated; `undefined`: nobody has told. */
  readonly counts: FlagCounts | undefined;
  /** When the newest point came, on the page's own clock; `undefined`: none has come yet. */
  readonly heardAt: number | undefined;
  readonly openedAt: number;
  /** The service that was chosen, if it is still there. */
  readonly service: string | undefined;
  readonly span: Span;
}

export interface PageEvents {
  readonly onAction: (action: ActionName) => void;
  readonly onService: (service: string) => void;
  readonly onSpan: (span: Span) => void;
}

export interface Page {
  /** `now`: milliseconds since the epoch. */
  show(shown: Shown, now: number): void;
  repaint(): void;
}

export function openPage(root: HTMLElement, events: PageEvents): Page {
  const title = element('h1');
  const where = element('p', { class: 'where' });
  const problem = element('p', { class: 'problem', role: 'alert' });
  const news = element('p', { class: 'news', role: 'status' });
  const actions = actionButtons(events.onAction);
  const choices = choicesFor(events);
  const line = rolloutLine();
  const slots = element('ul', { class: 'slots', 'aria-label': l10n.t('Slots') });
  const panels = metrics.map(panel);
  const counts = countsTable();
  const marks = element('ol', { class: 'marks' });
  root.replaceChildren(
    element(
      'header',
      {},
      element('div', {}, title, where),
      element('div', { class: 'actions' }, ...actions.elements),
    ),
    problem,
    line.element,
    element('div', { class: 'choices' }, ...choices.elements, slots),
    news,
    element('div', { class: 'panels' }, ...panels.map((one) => one.element)),
    counts.element,
    element('section', { class: 'events' }, element('h2', {}, l10n.t('What happened')), marks),
  );
  return {
    repaint: () => panels.forEach((one) => one.repaint()),
    show: (shown, now) => {
      const { state } = shown;
      setText(title, state.environment);
      setText(where, [state.stack, ...(state.protected ? [l10n.t('protected')] : [])].join(' · '));
      setText(problem, state.problem ?? '');
      setText(news, newsOf(shown, now));
      actions.set(state);
      line.show(state.rollout);
      line.tick(now);
      const chosen = chosenService(shown);
      choices.set(chosen.all, chosen.name, shown.span);
      showSlots(slots, chosen.slots);
      const drawn = drawnOf(shown, chosen.name, now);
      for (const one of panels) one.show(drawn, chosen.names);
      counts.show(shown.counts, now);
      showMarks(marks, drawn.marks);
    },
  };
}

function choicesFor({ onService, onSpan }: PageEvents): {
  readonly elements: readonly HTMLElement[];
  set(services: readonly string[], service: string, span: Span): void;
} {
  const service = choice({ label: l10n.t('Service'), onChoose: onService });
  const span = choice({
    label: l10n.t('Time shown'),
    onChoose: (value) => {
      if (isSpan(value)) onSpan(value);
    },
  });
  const known = Object.keys(spans).filter(isSpan);
  return {
    elements: [service.element, span.element],
    set: (services, chosen, shown) => {
      service.set(
        services.map((name) => ({ value: name, words: name })),
        chosen,
      );
      span.set(
        known.map((one) => ({ value: one, words: spanWords(one) })),
        shown,
      );
    },
  };
}

function drawnOf({ state, points, span }: Shown, service: string, now: number): Drawn {
  const from = now - spans[span];
  const series = seriesOf(points, service, from);
  return { series, marks: numbered(state.marks, from), from: from / 1000, to: now / 1000 };
}

function actionButtons(onAction: PageEvents['onAction']): {
  readonly elements: readonly HTMLElement[];
  set(state: DashboardState): void;
} {
  const made: Record<ActionName, Button> = {
    promote: button({ label: l10n.t('Promote'), primary: true, onPress: () => onAction('promote') }),
    abort: button({ label: l10n.t('Abort'), onPress: () => onAction('abort') }),
    rollback: button({ label: l10n.t('Roll Back'), onPress: () => onAction('rollback') }),
  };
  return {
    elements: Object.values(made).map((one) => one.element),
    set: ({ actions }) => {
      made.promote.set(actions.promote);
      made.abort.set(actions.abort);
      made.rollback.set(actions.rollback);
    },
  };
}

function chosenService({ state, points, service }: Shown): {
  readonly name: string;
  readonly all: readonly string[];
  readonly slots: DashboardState['services'][number]['slots'];
  readonly names: Readonly<Record<Colour, string>>;
} {
  const known = state.services.map((one) => one.service);
  const all = known.length > 0 ? known : servicesOf(points);
  const name = service !== undefined && all.includes(service) ? service : (all[0] ?? '');
  const slots = state.services.find((one) => one.service === name)?.slots ?? [];
  const nameOf = (colour: Colour): string => {
    const slot = slots.find((one) => one.colour === colour);
    return slot === undefined ? colour : slotName(slot);
  };
  return { name, all, slots, names: { blue: nameOf('blue'), green: nameOf('green') } };
}
