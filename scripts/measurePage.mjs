/**
 * The page on this machine: when its largest part is painted on a first visit (LCP), and how long
 * its main thread is busy at a time while a trace runs. Medians of VISITS fresh browsers. Tasks are
 * measured in the thread's own time, which other work on the machine does not lengthen.
 */
import { join } from 'node:path';
import flags from './chromium-flags.json' with { type: 'json' };
import { ensureBuilt } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { serve } from './serve.mjs';
import { root } from './shell.mjs';

const VISITS = 5;
/** Shares of the sorted tasks. */
const QUANTILES = [0.5, 0.95, 0.99, 1];

export async function measurePage() {
  ensureBuilt();
  const executablePath = await findChromium();
  const port = await serve(join(root, 'dist'), { port: 0 });
  const { chromium } = await import('playwright');
  const visits = [];
  for (let visit = 0; visit < VISITS; visit++) {
    const browser = await chromium.launch({ executablePath, args: flags });
    visits.push(await visited(browser, `http://127.0.0.1:${port}/`));
    await browser.close();
  }
  const paints = visits.map(({ paint }) => paint);
  console.log(
    `largest paint, ms: ${paints.map(Math.round).join(', ')}; median ${Math.round(median(paints))}`,
  );
  console.log('| visit | run, s | tasks over 1 ms | median, ms | p95 | p99 | longest | over 50 ms |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const [at, { seconds, tasks }] of visits.entries()) {
    const cells = [
      at + 1,
      seconds.toFixed(1),
      tasks.length,
      ...QUANTILES.map((share) => quantile(tasks, share).toFixed(1)),
      tasks.filter((ms) => ms > 50).length,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  process.exit(0);
}

async function visited(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(address);
  await page.waitForSelector('[data-testid=run]:not(:disabled)');
  const paint = await page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({
          type: 'largest-contentful-paint',
          buffered: true,
        });
      }),
  );
  await browser.startTracing(page, { categories: ['toplevel'] });
  const began = performance.now();
  await page.getByTestId('run').click();
  await page.waitForSelector('[data-testid=status][data-phase=done]');
  const seconds = (performance.now() - began) / 1000;
  return { paint, seconds, tasks: tasksOf(JSON.parse(String(await browser.stopTracing()))) };
}

/** Milliseconds of the page's tasks over 1 ms, sorted. */
function tasksOf({ traceEvents }) {
  const threads = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const isMain = ({ pid, tid }) => threads.some((thread) => thread.pid === pid && thread.tid === tid);
  return traceEvents
    .filter((event) => event.tdur > 1000 && isMain(event))
    .map(({ tdur }) => tdur / 1000)
    .sort((a, b) => a - b);
}

const quantile = (sorted, share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];

const median = (numbers) =>
  quantile(
    numbers.toSorted((a, b) => a - b),
    0.5,
  );
