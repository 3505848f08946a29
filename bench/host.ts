/**
 * Host CPU time and device calls for one case, on a GPU stub; prints JSON. `node host.js CASE` runs
 * the case twice in this process: cold, then warm. `--list` names the cases. See README.md.
 */
import { openStubModel } from '../src/engine/testing/stubModel';
import { cases } from './host/cases';
import { Meter } from './host/meter';

const [asked] = process.argv.slice(2);
if (asked === '--list') {
  print(cases.map(({ name, title, isAside = false }) => ({ name, title, isAside })));
} else {
  const found = cases.find(({ name }) => name === asked);
  if (!found) throw new Error(`host: no such case, got '${asked}'. --list names them.`);
  const model = await openStubModel(found.model, found.options);
  const once = async () => {
    const meter = new Meter();
    return meter.measure(model, found.prepare(model, meter));
  };
  print({ name: found.name, cold: await once(), warm: await once() });
}
// Pending timers and device promises would keep the process alive.
process.exit(0);

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
