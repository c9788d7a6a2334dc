/** One chart: two lines, one for each slot, and the marks as numbered upright lines. */
import uPlot from 'uplot';
import { hoursAndMinutes } from '../../extension/model/figures.ts';
import { currentTheme, type Theme } from '../shared/theme.ts';
import type { Mark } from './messages.ts';
import { markLabels, type Upright } from './model/mark-labels.ts';
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

const height = 172;
/** Above the lines, for the numbers of marks. */
const top = 16;
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
    ...{ width, height, padding: [top, 18, 0, 0], legend: { show: false }, cursor: { show: false } },
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
      {
        ...axis,
        size: 26,
        values: (_plot, splits) => splits.map((seconds) => hoursAndMinutes(seconds * 1000)),
      },
      { ...axis, size: 62, values: (_plot, splits) => splits.map((value) => valueWords(value, metric)) },
    ],
    hooks: { draw: [(plot) => drawMarks(plot, theme, drawn()?.marks ?? [])] },
  };
}

function drawMarks(plot: uPlot, theme: Theme, marks: Drawn['marks']): void {
  const { ctx, bbox } = plot;
  const end = bbox.left + bbox.width;
  const lines = marks
    .map(({ mark, number }) => ({ mark, number, x: Math.round(plot.valToPos(mark.at / 1000, 'x', true)) }))
    .filter(({ x }) => x >= bbox.left && x <= end);
  ctx.save();
  ctx.strokeStyle = theme.text;
  ctx.lineWidth = devicePixelRatio;
  for (const { mark, x } of lines) {
    ctx.setLineDash(mark.kind === 'flag' ? [2, 4] : []);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - 4 * devicePixelRatio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  drawNumbers(plot, theme, lines);
  ctx.restore();
}

function drawNumbers({ ctx, bbox }: uPlot, theme: Theme, lines: readonly Upright[]): void {
  const pixels = (css: number): number => css * devicePixelRatio;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  ctx.font = `${Math.round(pixels(11))}px sans-serif`;
  const widthOf = (text: string): number => ctx.measureText(text).width;
  ctx.fillStyle = theme.text;
  for (const { x, text } of markLabels(lines, { end: bbox.left + bbox.width, gap: pixels(4), widthOf }))
    ctx.fillText(text, x, bbox.top - pixels(6));
}
