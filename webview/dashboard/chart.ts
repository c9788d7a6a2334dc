/** One chart: two lines, one for each slot, and the marks as numbered upright lines. */
import uPlot from 'uplot';
import { currentTheme, type Theme } from '../shared/theme.ts';
import type { Mark } from './messages.ts';
import { colours, type Colour, type Metric, type Series } from './model/series.ts';
import { valueWords } from './model/words.ts';

export interface Drawn {
  readonly series: Series;
  /** With the number that each has in the list below. */
  readonly marks: readonly { readonly mark: Mark; readonly number: number }[];
  /** Seconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

export interface Chart {
  draw(drawn: Drawn): void;
  /** The colours of the editor have changed. */
  repaint(): void;
}

const height = 160;
/** Lines are told apart without colours as well. */
const dashes: Readonly<Record<Colour, number[]>> = { blue: [], green: [6, 4] };

export function openChart(box: HTMLElement, metric: Metric): Chart {
  let plot: uPlot | undefined;
  let last: Drawn | undefined;

  const draw = (drawn: Drawn): void => {
    last = drawn;
    const width = box.clientWidth;
    if (width === 0) return;
    plot ??= new uPlot(
      optionsOf(metric, width, () => last),
      [[], [], []],
      box,
    );
    if (plot.width !== width) plot.setSize({ width, height });
    plot.batch(() => {
      plot?.setData(dataOf(drawn, metric), false);
      plot?.setScale('x', { min: drawn.from, max: drawn.to });
      plot?.setScale('y', yRange(drawn.series, metric));
    });
  };
  const again = (): void => {
    if (last) draw(last);
  };
  new ResizeObserver(again).observe(box);
  return {
    draw,
    repaint: () => {
      plot?.destroy();
      plot = undefined;
      again();
    },
  };
}

function dataOf({ series }: Drawn, metric: Metric): uPlot.AlignedData {
  return [
    [...series.times],
    ...colours.map((colour) => [...series.values[metric][colour]]),
  ] as uPlot.AlignedData;
}

/** From zero: what looks like a cliff is one. */
function yRange(series: Series, metric: Metric): { min: number; max: number } {
  if (metric === 'share') return { min: 0, max: 100 };
  const known = colours.flatMap((colour) => series.values[metric][colour].flatMap((value) => value ?? []));
  const least = { perSecond: 5, errors: 5, latency: 20 }[metric];
  return { min: 0, max: Math.max(least, ...known) * 1.1 };
}

function optionsOf(metric: Metric, width: number, drawn: () => Drawn | undefined): uPlot.Options {
  const theme = currentTheme();
  const axis = {
    stroke: theme.text,
    font: theme.font,
    grid: { show: !theme.highContrast, stroke: theme.grid, width: 1 },
    ticks: { stroke: theme.grid, width: 1, size: 4 },
  };
  return {
    ...{ width, height, legend: { show: false }, cursor: { show: false } },
    scales: { x: { time: true, auto: false }, y: { auto: false } },
    series: [
      {},
      ...colours.map((colour) => ({
        label: colour,
        stroke: theme[colour],
        width: theme.highContrast ? 3 : 2,
        dash: dashes[colour],
        points: { show: false },
        spanGaps: false,
      })),
    ],
    axes: [
      { ...axis, size: 26, values: (_plot, splits) => splits.map(hourAndMinute) },
      { ...axis, size: 62, values: (_plot, splits) => splits.map((value) => valueWords(value, metric)) },
    ],
    hooks: { draw: [(plot) => drawMarks(plot, theme, drawn()?.marks ?? [])] },
  };
}

function hourAndMinute(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

function drawMarks(plot: uPlot, theme: Theme, marks: Drawn['marks']): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = theme.text;
  ctx.lineWidth = devicePixelRatio;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  ctx.font = `${Math.round(11 * devicePixelRatio)}px sans-serif`;
  for (const { mark, number } of marks) {
    const x = Math.round(plot.valToPos(mark.at / 1000, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.setLineDash(mark.kind === 'flag' ? [2, 4] : []);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(String(number), x + 3 * devicePixelRatio, bbox.top + 11 * devicePixelRatio);
  }
  ctx.restore();
}
