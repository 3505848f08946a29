/** The figures of `npm run measure -- host` as Markdown. */

const seconds = (ms) => (ms / 1000).toFixed(ms < 100 ? 3 : ms < 10_000 ? 2 : 1);
const mib = (bytes) => (bytes >= 1e6 ? (bytes / 2 ** 20).toFixed(0) : (bytes / 2 ** 20).toFixed(2));
const whole = (n) => n.toLocaleString('en-US');

/** A row for each result: a case of one commit. */
export function hostTable(results) {
  const columns = [
    ['case', ({ title }) => title],
    ['commit', ({ label }) => label],
    ['cold, s', ({ cold }) => seconds(cold.cpu.total)],
    ['warm, s', ({ warm }) => seconds(warm.cpu.total)],
    [
      'cold: estimate / plan / record / reduce',
      ({ cold: { cpu } }) =>
        ['estimate', 'plan', 'record', 'reduce'].map((part) => seconds(cpu[part])).join(' / '),
    ],
    ['plans', ({ cold }) => cold.plans],
    ['dispatches', ({ cold: { device } }) => whole(device.dispatches)],
    ['copies', ({ cold: { device } }) => whole(device.copies)],
    ['submits', ({ cold: { device } }) => whole(device.submits)],
    ['readbacks, MiB', ({ cold: { device } }) => `${device.readbacks}, ${mib(device.readBytes)}`],
    ['buffers, cold / warm', ({ cold, warm }) => `${cold.device.buffers} / ${warm.device.buffers}`],
    ['bind groups', ({ cold: { device } }) => whole(device.bindGroups)],
    ['trips, cold / warm', ({ cold, warm }) => `${cold.device.trips} / ${warm.device.trips}`],
    ['tables, MiB', ({ cold: { device, said } }) => mib(said.tableBytes ?? device.tableBytes)],
    ['peak, MiB', ({ cold: { device } }) => mib(device.peakBytes)],
    ['GFLOP', ({ cold: { said } }) => (said.gflop === undefined ? '' : whole(Math.round(said.gflop)))],
  ];
  const rows = results.map((result) => columns.map(([, cell]) => cell(result)));
  return [columns.map(([name]) => name), columns.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}
