// A plain plot in SVG: milliseconds and items read, by the size of the collection, both axes logarithmic.

/** One line of the plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly items: number; readonly milliseconds: number; readonly read: number }[];
}

const COLORS = ['#0b6e99', '#d9480f', '#5f3dc4', '#2b8a3e', '#c2255c', '#846358', '#868e96'];
const PANEL = { width: 380, height: 280, left: 60, top: 40, gap: 90 };

/** Draws both panels, with a legend below. */
export function plotGrowth(series: readonly Series[]): string {
  const width = PANEL.left + 2 * PANEL.width + PANEL.gap + 30;
  const legendTop = PANEL.top + PANEL.height + 60;
  const height = legendTop + Math.ceil(series.length / 2) * 20 + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    panel(PANEL.left, 'Milliseconds for a page of 25, median', series, ({ milliseconds }) => milliseconds),
    panel(PANEL.left + PANEL.width + PANEL.gap, 'Items read for it', series, ({ read }) => read),
    ...series.map(({ name }, index) => {
      const x = PANEL.left + (index % 2) * (PANEL.width + PANEL.gap);
      const y = legendTop + Math.floor(index / 2) * 20;
      return `<path d="M${x} ${y - 4}h24" stroke="${color(index)}" stroke-width="2.5"/><text x="${x + 32}" y="${y}">${name}</text>`;
    }),
    '</svg>',
    '',
  ].join('\n');
}

function panel(
  left: number,
  title: string,
  series: readonly Series[],
  valueOf: (point: Series['points'][number]) => number,
): string {
  const points = series.flatMap((one) => one.points);
  const across = axis(
    points.map(({ items }) => items),
    left,
    left + PANEL.width,
  );
  const up = axis(points.map(valueOf), PANEL.top + PANEL.height, PANEL.top);
  const bottom = PANEL.top + PANEL.height;
  return [
    `<text x="${left}" y="${PANEL.top - 16}" font-weight="bold">${title}</text>`,
    ...up.ticks.map(
      (tick) =>
        `<path d="M${left} ${up.at(tick)}h${PANEL.width}" stroke="#ddd"/><text x="${left - 8}" y="${up.at(tick) + 4}" text-anchor="end">${label(tick)}</text>`,
    ),
    ...across.ticks.map(
      (tick) =>
        `<path d="M${across.at(tick)} ${bottom}v5" stroke="#888"/><text x="${across.at(tick)}" y="${bottom + 20}" text-anchor="middle">${label(tick)}</text>`,
    ),
    `<path d="M${left} ${PANEL.top}V${bottom}H${left + PANEL.width}" fill="none" stroke="#888"/>`,
    `<text x="${left + PANEL.width / 2}" y="${bottom + 38}" text-anchor="middle">items in the collection</text>`,
    ...series.map((one, index) => {
      const places = one.points.map((point) => `${across.at(point.items)},${up.at(valueOf(point))}`);
      return (
        `<polyline points="${places.join(' ')}" fill="none" stroke="${color(index)}" stroke-width="2.5"/>` +
        places
          .map(
            (place) => `<circle cx="${place.split(',')[0]}" cy="${place.split(',')[1]}" r="3" fill="${color(index)}"/>`,
          )
          .join('')
      );
    }),
  ].join('\n');
}

/** Powers of ten around the values, from one place to another. */
function axis(values: readonly number[], from: number, to: number): { ticks: number[]; at: (value: number) => number } {
  const least = Math.floor(Math.log10(Math.max(Math.min(...values), 0.1)));
  const most = Math.max(Math.ceil(Math.log10(Math.max(...values, 0.1))), least + 1);
  return {
    ticks: Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index)),
    at: (value) =>
      Math.round((from + ((Math.log10(Math.max(value, 0.1)) - least) / (most - least)) * (to - from)) * 10) / 10,
  };
}

function label(value: number): string {
  return value >= 1 ? value.toLocaleString('en') : String(value);
}

function color(index: number): string {
  return COLORS[index % COLORS.length]!;
}
