/** Firefox without a window, spoken to by WebDriver BiDi, which needs no driver. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { withTimeout } from './timeout.mjs';

const PROGRAMS = ['firefox-esr', 'firefox'];

/** A browser as checks.mjs uses it; null if there is none. */
export async function openFirefox(find) {
  const program = PROGRAMS.map(find).find(Boolean);
  if (!program) return null;
  const profile = mkdtempSync(join(tmpdir(), 'loci-firefox-'));
  const child = spawn(program, ['--headless', '--remote-debugging-port=0', '--profile', profile]);
  const address = await withTimeout(`${program} says where it listens`, (resolve) => {
    child.stderr.on('data', (data) => {
      const said = /WebDriver BiDi listening on (ws:\S+)/.exec(data);
      if (said) resolve(said[1]);
    });
  });
  const { send, close } = await connect(`${address}/session`);
  const { capabilities } = await send('session.new', { capabilities: {} });
  const { contexts } = await send('browsingContext.getTree', {});
  const { context } = contexts[0];
  const target = { context };
  return {
    name: 'Firefox',
    version: capabilities.browserVersion,
    resize: (width, height) => send('browsingContext.setViewport', { context, viewport: { width, height } }),
    goto: (url) => send('browsingContext.navigate', { context, url, wait: 'complete' }),
    /** A function without free names, and its arguments, which are JSON. */
    async evaluate(body, ...args) {
      const told = await send('script.evaluate', {
        expression: `(async () => JSON.stringify(await (${body})(...${JSON.stringify(args)})))()`,
        target,
        awaitPromise: true,
      });
      if (told.type === 'exception') throw new Error(told.exceptionDetails.text);
      return told.result.value === undefined ? undefined : JSON.parse(told.result.value);
    },
    click(x, y) {
      const at = [
        { type: 'pointerMove', x, y },
        { type: 'pointerDown', button: 0 },
        { type: 'pointerUp', button: 0 },
      ];
      return send('input.performActions', {
        context,
        actions: [{ type: 'pointer', id: 'mouse', actions: at }],
      });
    },
    /** Bytes of a PDF. */
    print: async () => Buffer.from((await send('browsingContext.print', { context })).data, 'base64'),
    async close() {
      const isOver = new Promise((resolve) => child.once('exit', resolve));
      await send('browser.close', {}).catch(() => child.kill());
      close();
      await isOver;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Commands and their answers over one socket. */
async function connect(address) {
  const socket = new WebSocket(address);
  await withTimeout('Firefox accepts a session', (resolve) => socket.once('open', resolve));
  const waiting = new Map();
  socket.on('message', (data) => {
    const { id, result, message } = JSON.parse(data);
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (result) resolve?.(result);
    else reject?.(new Error(message));
  });
  let last = 0;
  const send = (method, params) =>
    withTimeout(method, (resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return { send, close: () => socket.close() };
}
