/**
 * Formats the figures of `npm run measure -- host` as Markdown: CPU time, and calls of the device.
 */

const seconds = (ms) => (ms / 1000).toFixed(ms < 100 ? 3 : ms < 10_000 ? 2 : 1);
const mib = (bytes) => (bytes / 2 ** 20).toFixed(bytes < 1e6 ? 2 : bytes < 1e7 ? 1 : 0);
const whole = (n) => Math.round(n).toLocaleString('en-US');
const parts = ({ estimate, plan, record, reduce }) =>
  [estimate, plan, record, reduce].map((ms) => seconds(Math.max(0, ms))).join(' / ');

const both = ({ cold, warm }, get) => {
  const [first, second] = [get(cold.device), get(warm.device)].map(whole);
  return first === second ? first : `${first} / ${second}`;
};

const named = [
  ['case', ({ title }) => title],
  ['commit', ({ label }) => label],
];

const TIME = [
  ...named,
  ['cold, s', ({ cold }) => seconds(cold.cpu.total)],
  ['of it estimate / plan / record / reduce', ({ cold }) => parts(cold.cpu)],
  ['warm, s', ({ warm }) => seconds(warm.cpu.total)],
  ['of it estimate / plan / record / reduce', ({ warm }) => parts(warm.cpu)],
  ['plans', ({ cold }) => cold.plans],
  ['tables, MiB', ({ cold: { device, said } }) => mib(said.tableBytes ?? device.tableBytes)],
];

const DEVICE = [
  ...named,
  ['GFLOP', ({ cold: { said } }) => (said.gflop === undefined ? '' : whole(said.gflop))],
  ['dispatches', ({ cold: { device } }) => whole(device.dispatches)],
  ['copies', ({ cold: { device } }) => whole(device.copies)],
  ['submits', ({ cold: { device } }) => whole(device.submits)],
  ['trips', (result) => both(result, ({ trips }) => trips)],
  ['buffers', (result) => both(result, ({ buffers }) => buffers)],
  ['bind groups', (result) => both(result, ({ bindGroups }) => bindGroups)],
  ['readbacks', ({ cold: { device } }) => whole(device.readbacks)],
  ['read, MiB', ({ cold: { device } }) => mib(device.readBytes)],
  ['peak, MiB', ({ cold: { device } }) => mib(device.peakBytes)],
];

/** A row per result, that is per case and commit. Two numbers if the second run differs. */
export function hostTables(results) {
  const asked = results.filter(({ cold }) => cold.device.dispatches > 0);
  return `${table(TIME, results)}\n${table(DEVICE, asked)}`;
}

function table(columns, results) {
  const rows = results.map((result) => columns.map(([, cell]) => cell(result)));
  return [columns.map(([name]) => name), columns.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}
