/** What a progress bar says: the line that tqdm prints, and a bar in HTML, as `monty_kernel/outputs/meter.py` makes them. */

const SIGNS = ' ▏▎▍▌▋▊▉█';
const WIDTH = 10; // characters of the bar in text
const LONGEST = 1e15; // seconds
const ROW =
  'display: flex; flex-wrap: wrap; align-items: center; column-gap: 0.6em; font-variant-numeric: tabular-nums';

/** How far a bar is. The fields are those of `BarState` in the native kernel. */
export interface BarState {
  number: number;
  n: number;
  total: number | null;
  initial: number;
  seconds: number;
  text: string;
  unit: string;
  /** How much a unit counts, or true if numbers are written with `k`, `M` and their like. */
  scale: boolean | number;
  divisor: number;
  postfix: string;
  leave: boolean;
  done: boolean;
}

/** The bar in one line of text. `rate`: units a second; null for that since it began. */
export function lineOf(bar: BarState, rate: number | null): string {
  const [head, fraction, tail] = parts(bar, rate);
  if (fraction === null) return head + tail;
  const eighths = Math.floor(fraction * WIDTH * 8);
  const full = Math.floor(eighths / 8);
  const rest = full < WIDTH ? (SIGNS[eighths % 8] ?? '') + ' '.repeat(WIDTH - full - 1) : '';
  return `${head}|${'█'.repeat(full)}${rest}| ${tail}`;
}

/** The bar in HTML. */
export function htmlOf(bar: BarState, rate: number | null): string {
  const [head, fraction, tail] = parts(bar, rate);
  const value = fraction !== null ? ` value="${fraction.toFixed(4)}"` : bar.done ? ' value="1"' : '';
  const drawn = `<progress max="1"${value} style="flex: 0 1 24em"></progress>`;
  const before = `<span style="white-space: pre-wrap">${escaped(head)}</span>`;
  const after = `<span style="white-space: pre-wrap">${escaped(tail)}</span>`;
  return `<div style="${ROW}">${fraction === null ? drawn + before : before + drawn}${after}</div>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;');
}

/** What stands before the bar, how far it is (null if there is no total), and what stands behind it. */
function parts(bar: BarState, given: number | null): [string, number | null, string] {
  let { n, total, initial } = bar;
  let rate = given;
  const scaled = bar.scale === true || bar.scale === 1;
  if (total !== null && n >= total + 0.5) total = null;
  if (typeof bar.scale === 'number' && bar.scale !== 0 && !scaled) {
    n *= bar.scale;
    initial *= bar.scale;
    if (total !== null) total *= bar.scale;
    if (rate !== null) rate *= bar.scale;
  }
  if (rate === null && bar.seconds > 0) rate = (n - initial) / bar.seconds;
  const speed = speedOf(rate, bar.unit, scaled);
  const postfix = bar.postfix === '' ? '' : `, ${bar.postfix}`;
  const elapsed = interval(bar.seconds);
  const begin = bar.text === '' ? '' : `${bar.text}: `;
  const count = scaled ? sized(n, bar.divisor) : String(n);
  if (total === null || total === 0) return [begin, null, `${count}${bar.unit} [${elapsed}, ${speed}${postfix}]`];
  const left = rate === null || rate === 0 ? '?' : interval((total - n) / rate);
  const of = scaled ? sized(total, bar.divisor) : String(total);
  const fraction = n / total;
  const percent = (fraction * 100).toFixed(0).padStart(3);
  const tail = `${count}/${of} [${elapsed}<${left}, ${speed}${postfix}]`;
  return [`${begin}${percent}%`, Math.min(Math.max(fraction, 0), 1), tail];
}

function speedOf(rate: number | null, unit: string, scaled: boolean): string {
  if (rate === null || rate === 0) return `?${unit}/s`;
  const inverse = 1 / rate;
  const [value, form] = inverse > 1 ? [inverse, `s/${unit}`] : [rate, `${unit}/s`];
  return (scaled ? sized(value, 1000) : value.toFixed(2).padStart(5)) + form;
}

/** A number of at most three digits with the letter of its size, as in `1.50k`. */
function sized(number: number, divisor: number): string {
  let value = number;
  for (const unit of ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z']) {
    const size = Math.abs(value);
    if (size < 999.5) return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0) + unit;
    value /= divisor;
  }
  return `${value.toFixed(1)}Y`;
}

/** Seconds as `[H:]MM:SS`. */
export function interval(seconds: number): string {
  const whole = Math.trunc(Math.min(seconds, LONGEST));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  const rest = two(whole - minutes * 60);
  return hours === 0 ? `${two(minutes)}:${rest}` : `${hours}:${two(minutes - hours * 60)}:${rest}`;
}
